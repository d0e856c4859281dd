//! The ten jobs: networks of the parameter files that ship, and one that is wide.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::synthetic;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::params::{LayerStack, Parameters, Run};

/// Made-up data have no more rows than this unless more are asked for, so that an epoch is short.
const ROWS: usize = 20_000;
/// Nor more values than this in all: twice those of covtype, 0.5 GB.
const VALUES: usize = 1 << 26;

/// What is timed: the settings of a parameter file, and the shape of its data.
#[derive(Debug)]
pub struct Job {
    /// What `--shape` takes.
    pub name: &'static str,
    /// The parameter file, from the project's folder.
    pub file: &'static str,
    /// Its text.
    text: &'static str,
    /// The rows of its data.
    pub shape: Shape,
}

/// The rows of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// So many of each class.
    Classes(&'static [usize]),
    /// So many, with values for targets.
    Values(usize),
}

macro_rules! job {
    ($name:literal, $file:literal, $shape:expr) => {
        Job {
            name: $name,
            file: $file,
            text: include_str!(concat!("../../", $file)),
            shape: $shape,
        }
    };
}

/// All of them, the small before the large. The rows of the weather set are those of the file its
/// source most likely used; `wide` has no data of its own, its file names "-".
pub const JOBS: [Job; 10] = [
    job!("breast_cancer", "params/breast_cancer.json", Shape::Classes(&[212, 357])),
    job!("covtype", "params/covtype_relu.json", Shape::Classes(&COVTYPE)),
    job!("weather", "params/weather.json", Shape::Values(96_453)),
    job!("digits", "params/digits.json", Shape::Classes(&DIGITS)),
    job!("diabetes", "params/diabetes.json", Shape::Values(442)),
    job!("california", "params/california_housing.json", Shape::Values(20_640)),
    job!("digits_custom", "params/digits_custom.json", Shape::Classes(&DIGITS)),
    job!("bike", "params/bike_sharing_hour.json", Shape::Values(17_379)),
    job!("creditcard", "params/creditcard.json", Shape::Classes(&[284_315, 492])),
    job!("wide", "benches/wide.json", Shape::Classes(&[256; 10])),
];

const COVTYPE: [usize; 7] = [211_840, 283_301, 35_754, 2_747, 9_493, 17_367, 20_510];
const DIGITS: [usize; 10] = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];

/// A job with its data, ready for a backend.
pub struct Prepared {
    /// The run.
    pub run: Arc<Run>,
    /// The file of the data; None: they are made up.
    pub file: Option<PathBuf>,
    /// Seconds it took to read, or make up, and prepare them.
    pub seconds: f64,
}

impl Shape {
    /// All rows.
    pub fn rows(self) -> usize {
        match self {
            Shape::Classes(counts) => counts.iter().sum(),
            Shape::Values(rows) => rows,
        }
    }

    /// The fewest rows that leave two of every class.
    fn fewest(self) -> usize {
        match self {
            Shape::Classes(counts) => 2 * counts.len(),
            Shape::Values(_) => 2,
        }
    }
}

impl Job {
    /// The settings of the parameter file.
    pub fn parameters(&self) -> Result<Parameters> {
        let place = |e: Error| e.within(self.file);
        let value = serde_json::from_str(self.text)
            .map_err(|e| Error::input(format!("{}: {e}", self.file)))?;
        Parameters::from_json(&value).map_err(place)
    }

    /// Widths of the input, the hidden layers and the output.
    pub fn sizes(&self) -> Result<Vec<usize>> {
        match self.parameters()?.layers {
            LayerStack::Mlp { sizes, .. } => Ok(sizes),
            LayerStack::General(_) => {
                Err(Error::input(format!("{}: a job has LAYER_SIZES", self.file)))
            }
        }
    }

    /// The job on `rows` made-up rows. Without a number: on its data where they lie on disk, looked up
    /// as `gpu-mlp train` looks them up, else on made-up ones, as many as it has but 20,000 at most.
    pub fn prepare(&self, rows: Option<usize>) -> Result<Prepared> {
        let started = Instant::now();
        let parameters = self.parameters()?;
        let found = match rows {
            Some(_) => None,
            None => parameters.locate_dataset(Path::new(self.file)).ok(),
        };
        let dataset = match &found {
            Some(path) => Dataset::read(path)?,
            None => {
                let rows = rows.unwrap_or(self.shape.rows().min(ROWS));
                self.check_rows(rows)?;
                synthetic(self.name, &self.sizes()?, self.shape, rows)?
            }
        };
        let run = Run::new(&parameters, &dataset).map_err(|error| {
            let data = found.as_ref().map_or(String::new(), |path| format!("{}: ", path.display()));
            error.within(format!("{data}{}", self.file))
        })?;
        Ok(Prepared { run: Arc::new(run), file: found, seconds: started.elapsed().as_secs_f64() })
    }

    /// Refuses numbers of rows that leave a class out, or do not fit the memory of a small machine.
    pub fn check_rows(&self, rows: usize) -> Result<()> {
        let width = self.sizes()?.first().copied().unwrap_or(1);
        let (fewest, most) = (self.shape.fewest(), VALUES / width);
        if (fewest..=most).contains(&rows) {
            return Ok(());
        }
        Err(Error::input(format!("--rows {rows}; allowed for {}: {fewest} to {most}", self.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;
    use crate::params::TableTargets;

    #[test]
    fn the_work_of_a_step_in_multiply_adds() {
        let work = |job: &Job| {
            let sizes = job.sizes().unwrap();
            let forward: usize = sizes.windows(2).map(|pair| pair[0] * pair[1]).sum();
            3 * forward * job.parameters().unwrap().batch_size
        };
        let expected = [
            15_840,
            48_000,
            47_040,
            142_080,
            143_040,
            2_096_640,
            2_496_000,
            7_176_192,
            15_630_336,
            61_530_439_680,
        ];
        assert_eq!(JOBS.each_ref().map(work), expected);
    }

    #[test]
    fn made_up_data_have_the_shape_and_balance_of_the_real() {
        for job in &JOBS[..9] {
            let run = job.prepare(Some(5000)).unwrap().run;
            assert_eq!(run.table.inputs.nrows(), 5000, "{}", job.name);
            if let (Shape::Classes(counts), TableTargets::Classes(classes)) =
                (job.shape, &run.table.targets)
            {
                for (class, &count) in counts.iter().enumerate() {
                    let found = classes.iter().filter(|&&c| c as usize == class).count() as f64;
                    let share = 5000.0 * count as f64 / job.shape.rows() as f64;
                    // Whole rows, and what the largest class gives the smallest.
                    assert!((found - share).abs() <= counts.len() as f64, "{} {class}", job.name);
                }
            }
        }
    }

    #[test]
    fn covtype_at_full_size_has_the_steps_of_the_real() {
        let run = JOBS[1].prepare(Some(581_012)).unwrap().run;
        assert_eq!((run.steps(), run.replicas[0].splits.of(Split::Train).len()), (40_671, 406_709));
    }

    #[test]
    fn the_wide_job_has_whole_batches() {
        let Prepared { run, file, .. } = JOBS[9].prepare(None).unwrap();
        assert_eq!(file, None);
        assert_eq!((run.steps(), run.replicas[0].splits.of(Split::Train).len()), (2, 2048));
    }

    #[test]
    fn rows_that_leave_a_class_out_or_fill_the_memory_are_refused() {
        for rows in [13, 1 << 26] {
            let error = JOBS[1].prepare(Some(rows)).err().unwrap().to_string();
            assert_eq!(error, format!("--rows {rows}; allowed for covtype: 14 to 1242756"));
        }
        JOBS[1].prepare(Some(14)).unwrap();
    }
}
