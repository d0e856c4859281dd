//! `gpu-mlp bench`

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use super::bench_table::{HEAD, Measured, row};
use super::console::line;
use super::train::use_threads;
use super::wrap::wrapped;
use crate::bench::{JOBS, Job, Prepared, measure};
use crate::candidates::{BackendKind, Candidate, DeviceRequest, candidates, devices, distinct};
use crate::clock::Duration;
use crate::data::Split;
use crate::error::{Error, Result, counted};
use crate::instruction_set::InstructionSet;
use crate::nearest::did_you_mean;

/// The table (or the JSON lines) goes to standard output, progress to standard error. Data are made up
/// where a job's own are not on disk; seeds are always the same.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Which jobs, with commas between: breast_cancer, covtype, weather, digits, diabetes, california,
    /// digits_custom, bike, creditcard, wide, cylinder_bell_funnel, ucr_gunpoint, ucr_faceall, fcn,
    /// digits2d, mnist, cifar, rnn_digits, gru_rows, lstm_rows, lstm_long
    /// [default: all]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    shape: Vec<String>,
    /// Made-up data of so many rows, e.g. all 581012 of covtype [default: the data of the job where they
    /// are on disk, else made-up ones, 20000 rows at most]
    #[arg(long, value_name = "N")]
    rows: Option<usize>,
    /// So many networks at once, which differ in their seeds; a step is one of each of them
    #[arg(long, value_name = "N", default_value = "1",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replicas: u32,
    /// What computes: cpu, gpu (every real one), or auto, which is both [default: auto]
    #[arg(long, value_enum, hide_possible_values = true)]
    backend: Option<BackendKind>,
    /// One device: cpu, or a GPU's number or part of its name, software ones too (see `gpu-mlp devices`)
    #[arg(long)]
    device: Option<String>,
    /// One schedule [default: all that the device has]
    #[arg(long, value_name = "NAME")]
    schedule: Option<String>,
    /// Time for each measurement, after a quarter of it, or an epoch, to warm up; epochs are not cut
    #[arg(long, value_name = "S", default_value = "1", value_parser = seconds)]
    seconds: Duration,
    /// CPU threads for replicas, evaluation and large products [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Print one JSON object a measurement instead of the table
    #[arg(long)]
    json: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|s| (0.0..=3600.0).contains(s));
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| format!("{text} is not a number of seconds from 0 to 3600"))
}

/// Measures every chosen job on every chosen device and schedule; a measurement that fails says so in its row, and
/// the others go on.
pub(super) async fn run(arguments: &Arguments) -> Result<()> {
    let jobs = jobs(arguments)?;
    let request = DeviceRequest {
        backend: arguments.backend,
        device: arguments.device.as_deref(),
        schedule: arguments.schedule.as_deref(),
        checkpoint: None,
    };
    let devices = devices(&request, &JOBS[0].parameters()?).await?;
    let candidates = of_schedule(candidates(&devices), request.schedule)?;
    use_threads(arguments.threads)?;
    let bar = bar(jobs.len() * candidates.len());
    let mut prepared_jobs = vec![];
    for job in jobs {
        bar.set_message(format!("{}: data", job.name));
        let prepared = job.prepare(arguments.rows)?.replicated(arguments.replicas as usize);
        prepared_jobs.push((job, prepared));
    }
    let mut failed = 0;
    if !arguments.json {
        bar.suspend(|| line(HEAD))?;
    }
    for (job, prepared) in &prepared_jobs {
        if !arguments.json {
            let title = title(job, prepared)?;
            bar.suspend(|| line(&title))?;
        }
        for candidate in &candidates {
            let outcome = one(job, prepared, candidate, arguments.seconds, &bar).await;
            failed += usize::from(matches!(&outcome, Err(error) if error.exit_code() == 1));
            let text = if arguments.json {
                object(job, prepared, candidate, &outcome)?.to_string()
            } else {
                row(candidate, &outcome)
            };
            bar.suspend(|| line(&text))?;
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    match failed {
        0 => Ok(()),
        _ => Err(Error::failed(format!("{} failed, see above", counted(failed, "measurement")))),
    }
}

/// The named jobs, in the order of the table; refused where the rows do not suit one.
fn jobs(arguments: &Arguments) -> Result<Vec<&'static Job>> {
    let wanted = &arguments.shape;
    if let Some(unknown) = wanted.iter().find(|name| JOBS.iter().all(|job| job.name != **name)) {
        let names = JOBS.each_ref().map(|job| job.name);
        return Err(Error::input(format!(
            "--shape {unknown}; allowed: {}{}",
            names.join(", "),
            did_you_mean(unknown, names)
        )));
    }
    let mut jobs: Vec<&Job> = JOBS.iter().collect();
    jobs.retain(|job| wanted.is_empty() || wanted.iter().any(|name| name == job.name));
    if let Some(rows) = arguments.rows {
        jobs.iter().try_for_each(|job| job.check_rows(rows))?;
    }
    Ok(jobs)
}

/// The candidates with the named schedule; all without a name.
fn of_schedule<'a>(all: Vec<Candidate<'a>>, name: Option<&str>) -> Result<Vec<Candidate<'a>>> {
    let Some(name) = name else { return Ok(all) };
    let names = distinct(all.iter().map(Candidate::schedule));
    let error = Error::input(format!("--schedule {name}; allowed here: {}", names.join(", ")));
    let chosen: Vec<_> = all.into_iter().filter(|c| c.schedule() == name).collect();
    if chosen.is_empty() { Err(error) } else { Ok(chosen) }
}

async fn one(
    job: &Job,
    prepared: &Prepared,
    candidate: &Candidate<'_>,
    time: Duration,
    bar: &ProgressBar,
) -> Result<Measured> {
    let name = format!("{} on {}, {}", job.name, candidate.device(), candidate.schedule());
    bar.set_message(name.clone());
    let started = crate::clock::Instant::now();
    let mut backend = candidate.open(&prepared.run).await?;
    let compile = started.elapsed().as_secs_f64();
    let mut progress = |step, steps| bar.set_message(format!("{name}: step {step} of {steps}"));
    let measurement = measure(&prepared.run, &mut *backend, time, &mut progress).await?;
    Ok(Measured { measurement, compile })
}

/// A bar on standard error; nothing where that is no terminal (indicatif sees to it).
fn bar(measurements: usize) -> ProgressBar {
    let bar = ProgressBar::new(measurements as u64);
    if let Ok(style) = ProgressStyle::with_template("[{bar:20}] {pos}/{len} {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// `covtype: 54-16-32-7, batch 10, sgd; ...`
fn title(job: &Job, prepared: &Prepared) -> Result<String> {
    let run = &prepared.run;
    let data = match &prepared.file {
        Some(path) => format!("from {}", path.display()),
        None => "made up".into(),
    };
    let networks = match run.replicas.len() {
        1 => String::new(),
        many => format!(", {}", counted(many, "replica")),
    };
    Ok(wrapped(&format!(
        "{}: {}, batch {}, {}{networks}\n  {} {data}, {} to train on in {} an epoch",
        job.name,
        job.network()?,
        run.step.batch_size,
        run.optimizer().formula().name,
        counted(run.table.inputs.nrows(), "row"),
        rows(prepared, Split::Train),
        counted(run.steps() as usize, "step"),
    )))
}

fn rows(prepared: &Prepared, split: Split) -> usize {
    prepared.run.folds.iter().map(|fold| fold.rows(split).len()).sum()
}

fn object(
    job: &Job,
    prepared: &Prepared,
    candidate: &Candidate,
    outcome: &Result<Measured>,
) -> Result<Value> {
    let run = &prepared.run;
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.into(), value);
    put("job", json!(job.name));
    put("network", json!(job.network()?));
    put("batch_size", json!(run.step.batch_size));
    put("optimizer", json!(run.optimizer().formula().name));
    put(
        "data",
        prepared.file.as_ref().map_or(json!("made up"), |path| json!(path.display().to_string())),
    );
    let counts = Split::ALL.map(|split| (split.name().to_string(), json!(rows(prepared, split))));
    put("rows", counts.into_iter().collect());
    put("steps_per_epoch", json!(run.steps()));
    put("replicas", json!(run.replicas.len()));
    put("backend", json!(candidate.backend()));
    put("device", json!(candidate.device()));
    put("schedule", json!(candidate.schedule()));
    if candidate.backend() == "cpu" {
        put("instruction_set", json!(InstructionSet::best().name()));
    }
    match outcome {
        Ok(Measured { measurement: measured, compile }) => {
            let step = measured.step;
            put("epochs", json!(measured.epochs));
            put(
                "microseconds_per_step",
                json!({
                    "median": step.median * 1e6,
                    "first_quartile": step.first * 1e6,
                    "third_quartile": step.third * 1e6,
                }),
            );
            put("rows_per_second", json!(measured.rows_per_second));
            put(
                "seconds",
                json!({
                    "data": prepared.seconds,
                    "compile": compile,
                    "warm_up": measured.warm_up,
                    "train": measured.train,
                    "evaluate": measured.evaluate,
                }),
            );
        }
        Err(why) => {
            put("error", json!(why.to_string()));
        }
    }
    Ok(Value::Object(object))
}
