//! What `gpu-mlp bench --json` measured, a line a job.

use serde_json::Value;

use crate::{Failure, Options};

/// The columns: the schedules of a GPU, and those of the CPU.
const COLUMNS: [(&str, &str); 5] = [
    ("gpu", "resident"),
    ("gpu", "two-phase"),
    ("gpu", "layered"),
    ("cpu", "fused"),
    ("cpu", "layered"),
];

/// A job's measurements.
pub struct Job {
    /// Its name.
    pub name: String,
    lines: Vec<Value>,
}

impl Job {
    /// Microseconds a step on a schedule; None where it was not measured.
    pub fn step(&self, backend: &str, schedule: &str) -> Option<f64> {
        self.line(backend, schedule)?["microseconds_per_step"]["median"].as_f64()
    }

    /// The fastest: backend, schedule and microseconds a step.
    pub fn fastest(&self) -> Option<(&'static str, &'static str, f64)> {
        let all =
            COLUMNS.into_iter().filter_map(|(on, with)| Some((on, with, self.step(on, with)?)));
        all.min_by(|a, b| a.2.total_cmp(&b.2))
    }

    fn line(&self, backend: &str, schedule: &str) -> Option<&Value> {
        self.lines.iter().find(|line| line["backend"] == backend && line["schedule"] == schedule)
    }
}

/// The jobs of a file, in its order.
pub fn read(file: &str) -> Result<Vec<Job>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let mut jobs: Vec<Job> = vec![];
    for line in text.lines() {
        let object: Value = serde_json::from_str(line).map_err(|e| format!("{file}: {e}"))?;
        let name = object["job"].as_str().unwrap_or_default().to_owned();
        match jobs.iter_mut().find(|job| job.name == name) {
            Some(job) => job.lines.push(object),
            None => jobs.push(Job { name, lines: vec![object] }),
        }
    }
    Ok(jobs)
}

pub fn table(options: &Options) -> Result<(), Failure> {
    let jobs = read(options.rest.first().ok_or("measured needs a FILE")?)?;
    println!("us a step; in parentheses seconds to open and compile, and of the warm-up,");
    println!("in which drivers compile that do so at the first use");
    let heads = COLUMNS.map(|(on, with)| format!("{:>21}", format!("{on} {with}")));
    println!("{:20}{}", "job", heads.concat());
    for job in &jobs {
        let cell = |(on, with)| {
            let seconds = |part: &str| job.line(on, with)?["seconds"][part].as_f64();
            let cell = match (job.step(on, with), seconds("compile"), seconds("warm_up")) {
                (Some(step), Some(compile), Some(warm_up)) => {
                    format!("{step:.1} ({compile:.2}+{warm_up:.2})")
                }
                _ => "-".into(),
            };
            format!("{cell:>21}")
        };
        println!("{:20}{}", job.name, COLUMNS.map(cell).concat());
    }
    for line in jobs.iter().flat_map(|job| &job.lines) {
        if let Some(why) = line["error"].as_str() {
            println!("{}: {why}", line["job"].as_str().unwrap_or_default());
        }
    }
    Ok(())
}
