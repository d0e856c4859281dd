//! The jobs: the networks of the shipped parameter files, a wide one, and networks of signals, images and sequences.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::synthetic::{Shape, synthetic};
use crate::clock::Instant;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::network::Layer;
use crate::run::{LayerStack, Parameters, Replica, ReplicaId, Run};

/// The most made-up rows unless more are asked for, so that an epoch is short.
const ROWS: usize = 20_000;
/// The most made-up values in all: twice those of covtype, 0.5 GB.
const VALUES: usize = 1 << 26;

/// A job to time: the settings of a parameter file, and the shape of its data.
#[derive(Debug)]
pub struct Job {
    /// Its name for `--shape`.
    pub name: &'static str,
    /// The parameter file, from the project's folder.
    pub file: &'static str,
    /// Its text.
    text: &'static str,
    /// The rows of its data.
    pub shape: Shape,
    /// The shape of a row, (channels, samples), where the parameter file does not say.
    signal: Option<[usize; 2]>,
}

macro_rules! job {
    ($name:literal, $file:literal, $shape:expr) => {
        job!($name, $file, $shape, None)
    };
    ($name:literal, $file:literal, $shape:expr, $signal:expr) => {
        Job {
            name: $name,
            file: $file,
            text: include_str!(concat!("../../", $file)),
            shape: $shape,
            signal: $signal,
        }
    };
}

/// All jobs: tables, then signals, then images and sequences, each from small to large. The rows of the weather set are
/// those of the file that its source most likely used; the files in `benches/` have no data of their own and name "-".
pub const JOBS: [Job; 21] = [
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
    job!(
        "cylinder_bell_funnel",
        "params/cylinder_bell_funnel.json",
        Shape::Classes(&[250; 3]),
        Some([1, 128])
    ),
    job!("ucr_gunpoint", "params/ucr_gunpoint.json", Shape::Classes(&[100; 2]), Some([1, 150])),
    job!("ucr_faceall", "params/ucr_faceall.json", Shape::Classes(&FACE_ALL), Some([1, 131])),
    job!("fcn", "benches/signals/fcn.json", Shape::Classes(&[4; 15])),
    job!("digits2d", "benches/signals/digits2d.json", Shape::Classes(&[160; 10])),
    job!("mnist", "benches/signals/mnist.json", Shape::Classes(&[64; 10])),
    job!("cifar", "benches/signals/cifar.json", Shape::Classes(&[24; 10])),
    job!("rnn_digits", "benches/signals/rnn_digits.json", Shape::Classes(&[160; 10])),
    job!("gru_rows", "benches/signals/gru_rows.json", Shape::Classes(&[320; 10])),
    job!("lstm_rows", "benches/signals/lstm_rows.json", Shape::Classes(&[640; 10])),
    job!("lstm_long", "benches/signals/lstm_long.json", Shape::Classes(&[270; 6])),
];

const COVTYPE: [usize; 7] = [211_840, 283_301, 35_754, 2_747, 9_493, 17_367, 20_510];
const DIGITS: [usize; 10] = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
const FACE_ALL: [usize; 14] = [112, 178, 176, 171, 176, 187, 149, 273, 140, 135, 48, 106, 327, 72];

/// A job with its data, ready for a backend.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The run.
    pub run: Arc<Run>,
    /// The file of the data; None for made-up data.
    pub file: Option<PathBuf>,
    /// Seconds to read, or make up, and prepare the data.
    pub seconds: f64,
}

impl Prepared {
    /// The same with `count` replicas, which differ in their seeds.
    pub fn replicated(self, count: usize) -> Self {
        if count == self.run.replicas.len() {
            return self;
        }
        let one = &self.run.replicas[0];
        let replicas = (0..count).map(|index| Replica {
            id: ReplicaId(index),
            seed: one.seed.wrapping_add(index as u64),
            ..one.clone()
        });
        let replicas = replicas.collect();
        Prepared { run: Arc::new(Run { replicas, ..Run::clone(&self.run) }), ..self }
    }
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
        let value = serde_json::from_str(self.text)
            .map_err(|error| Error::input(error.to_string()).within(self.file))?;
        Parameters::from_json(&value).map_err(|error| error.within(self.file))
    }

    /// The shape of a row: (features), (channels, samples) or (channels, height, width).
    fn row(&self) -> Result<Vec<usize>> {
        let parameters = self.parameters()?;
        if let Some(shape) = parameters.input_shape {
            return Ok(shape);
        }
        Ok(match (parameters.layers, self.signal) {
            (_, Some(signal)) => signal.to_vec(),
            (LayerStack::Mlp { sizes, .. }, None) => vec![sizes[0]],
            (LayerStack::Hidden { .. } | LayerStack::General(_), None) => {
                return Err(Error::input("the job has no shape of a row").within(self.file));
            }
        })
    }

    /// The network in a word: `54-16-32-7` are widths of dense layers, `1x128-16c9-p2` a signal of 1 channel,
    /// a convolution of 16 filters over 9 samples and a pool of 2.
    pub fn network(&self) -> Result<String> {
        let row: Vec<String> = self.row()?.iter().map(ToString::to_string).collect();
        let mut parts = vec![row.join("x")];
        match self.parameters()?.layers {
            LayerStack::Mlp { sizes, .. } => {
                parts.extend(sizes[1..].iter().map(ToString::to_string));
            }
            LayerStack::Hidden { widths, .. } => {
                parts.extend(widths.iter().flatten().map(ToString::to_string));
            }
            LayerStack::General(layers) => {
                parts.extend(layers.iter().filter_map(|layer| layer.kind.short()))
            }
        }
        Ok(parts.join("-"))
    }

    /// The outputs of the network.
    fn outputs(&self) -> Result<usize> {
        Ok(match self.parameters()?.layers {
            LayerStack::Mlp { sizes, .. } => sizes.last().copied().unwrap_or(1),
            LayerStack::Hidden { .. } => 1,
            LayerStack::General(layers) => layers.last().and_then(Layer::units).unwrap_or(1),
        })
    }

    /// The job on `rows` made-up rows. Without a number: on its own data where `gpu-mlp train` would find them,
    /// else on as many made-up rows, but at most 20,000.
    pub fn prepare(&self, rows: Option<usize>) -> Result<Prepared> {
        let started = Instant::now();
        let parameters = self.parameters()?;
        let found = match rows {
            Some(_) => None,
            // Jobs on made-up rows have no data.
            None if parameters.dataset == "-" => None,
            None => parameters.locate_dataset(Some(Path::new(self.file))).ok(),
        };
        let dataset = match &found {
            Some(path) => Dataset::read(path)?,
            None => {
                let rows = rows.unwrap_or(self.shape.rows().min(ROWS));
                self.check_rows(rows)?;
                synthetic(self.name, &self.row()?, self.outputs()?, self.shape, rows)?
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
        let width: usize = self.row()?.iter().product();
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
    use crate::run::TableTargets;

    #[test]
    fn the_work_of_a_step_in_multiply_adds() {
        let work = |job: &Job| {
            let LayerStack::Mlp { sizes, .. } = job.parameters().unwrap().layers else { return 0 };
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
        // Of dense networks, which come first.
        assert_eq!(JOBS[..expected.len()].iter().map(work).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn made_up_data_have_the_shape_and_balance_of_the_real() {
        for job in JOBS.iter().filter(|job| job.name != "wide") {
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
    fn networks_in_a_word() {
        let words = [1, 11, 15, 19].map(|job: usize| JOBS[job].network().unwrap());
        let expected = [
            "54-16-32-7",
            "1x150-16c9-p2-32c5-p75-32-2",
            "1x28x28-32c3x3-p2x2-64c3x3-p2x2-128-10",
            "28x28-128lstm-10",
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn covtype_at_full_size_has_the_steps_of_the_real() {
        let run = JOBS[1].prepare(Some(581_012)).unwrap().run;
        assert_eq!((run.steps(), run.folds[0].rows(Split::Train).len()), (40_671, 406_709));
    }

    #[test]
    fn the_wide_job_has_whole_batches() {
        let Prepared { run, file, .. } = JOBS[9].prepare(None).unwrap();
        assert_eq!(file, None);
        assert_eq!((run.steps(), run.folds[0].rows(Split::Train).len()), (2, 2048));
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
