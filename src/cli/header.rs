//! The header block: the parameters, data and network of a run, and its stopping rules.

use serde_json::Value;

use super::architecture;
use super::console::message;
use super::job::Job;
use super::wrap::wrapped;
use crate::data::Split;
use crate::error::counted;
use crate::network::Task;
use crate::params::Override;
use crate::run::{LayerStack, Parameters, Rate, Replica, Run, TableTargets};
use crate::text::shown;

/// The most classes or labels whose rows are shown.
const MOST_COUNTS: usize = 30;
/// With this many channels per sample, a note asks whether the axes are transposed.
const MUCH: usize = 4;

/// Prints the header block on standard error.
pub(super) fn print(job: &Job, parameters: &Parameters, resolved: &Value, run: &Run, device: &str) {
    lines(job, parameters, resolved, run).iter().for_each(|line| message(line));
    message(&wrapped(&format!("device: {device}\n")));
}

/// The lines of the block, 80 columns wide, without the last, which names the device.
pub(super) fn lines(
    job: &Job,
    parameters: &Parameters,
    resolved: &Value,
    run: &Run,
) -> Vec<String> {
    let file = job.file.as_ref().map(|file| format!(" {}", file.display()));
    let mut lines = vec![format!("parameters:{}", file.unwrap_or_default())];
    for (key, value) in resolved["parameters"].as_object().into_iter().flatten() {
        let by_option = job.overrides.iter().find(|own| own.key == key);
        if by_option.is_some() || (!value.is_null() && key != "DATASET_SHA256") {
            lines.push(format!("    {key}: {value}{}", origin(job, key, by_option, value)));
        }
    }
    lines.push(format!("dataset: {}", dataset(run)));
    // The axes of a window are its own.
    let note = if run.forecast.is_none() { axes_note(&run.network.input) } else { None };
    if let Some(note) = note {
        lines.push(format!("note: {note}"));
    }
    for split in Split::ALL {
        if let Some(line) = rows(run, split) {
            lines.push(format!("{}: {line}", split.name()));
        }
    }
    lines.extend(architecture::lines(parameters, run));
    lines.extend(changing_rate(run));
    lines.push(format!("stops at: {}", criteria(run)));
    lines.iter().map(|line| wrapped(line)).collect()
}

/// Where the value of a key comes from, if it is not the file.
fn origin(job: &Job, key: &str, by_option: Option<&Override>, value: &Value) -> String {
    let are_widths_left = match (&job.parameters.layers, key) {
        (LayerStack::Hidden { widths, .. }, "HIDDEN") => widths.is_none(),
        _ => false,
    };
    let is_left = are_widths_left || job.parameters.left_to_data.contains(&key);
    match by_option {
        Some(own) if own.option.starts_with("--set") => "  (--set)".into(),
        Some(own) => format!("  ({})", own.option),
        None if is_left && !value.is_null() => "  (by the data)".into(),
        None => String::new(),
    }
}

fn dataset(run: &Run) -> String {
    let (rows, mut shape) = (run.table.rows(), axes(&run.network.input));
    if let Some((shortest, longest)) = run.lengths() {
        shape += &lengths(shortest, longest);
    }
    let targets = match run.network.task() {
        Task::Classification => format!("{} classes", run.labels.len()),
        Task::MultiLabel => counted(run.network.outputs(), "label"),
        Task::Regression => counted(run.network.outputs(), "target"),
    };
    let rows = match &run.forecast {
        None => counted(rows, "row"),
        Some(forecast) => format!("{rows} {}", forecast.described()),
    };
    format!("{}: {rows}, {shape}, {targets}", shown(&run.name))
}

/// `, rows of 2 to 7 samples`, by the shortest and the longest row.
pub(super) fn lengths(shortest: usize, longest: usize) -> String {
    let least = if shortest < longest { format!("{shortest} to ") } else { String::new() };
    format!(", rows of {least}{}", counted(longest, "sample"))
}

/// The axes of a row in words.
fn axes(input: &[usize]) -> String {
    match input {
        [channels, samples] => {
            format!("{} x {}", counted(*channels, "channel"), counted(*samples, "sample"))
        }
        [channels, height, width] => {
            format!("{} of {height} x {width}", counted(*channels, "channel"))
        }
        features => counted(features.iter().product::<usize>(), "feature"),
    }
}

/// A note for a signal or an image whose axes look transposed: a last axis far shorter than the channels.
fn axes_note(input: &[usize]) -> Option<String> {
    let (&channels, &last) = (input.first()?, input.last()?);
    (input.len() > 1 && last.saturating_mul(MUCH) <= channels).then(|| {
        format!(
            "rows are read as {}; if the last axis holds the channels: INPUT_LAYOUT=channels_last",
            axes(input)
        )
    })
}

/// The rows of a split, and of each of its classes or labels; None for a split without rows.
fn rows(run: &Run, split: Split) -> Option<String> {
    let rows = run.folds.first()?.rows(split);
    if rows.is_empty() {
        return None;
    }
    let counts = counts(run, rows);
    let more = counts.len().saturating_sub(MOST_COUNTS);
    let mut counts: Vec<String> =
        counts.iter().take(MOST_COUNTS).map(|(name, count)| format!("{count} x {name}")).collect();
    counts.extend((more > 0).then(|| format!("and {more} more")));
    let counts =
        if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(" | ")) };
    Some(counted(rows.len(), "row") + &counts)
}

/// The rows of each class, or with each label; nothing in regression.
fn counts(run: &Run, rows: &[u32]) -> Vec<(String, usize)> {
    match (&run.table.targets, run.network.task()) {
        (TableTargets::Classes(classes), _) => {
            let mut counts = vec![0; run.labels.len()];
            rows.iter().for_each(|&row| counts[classes[row as usize] as usize] += 1);
            let counts = counts.into_iter().enumerate();
            counts.map(|(class, count)| (class_name(run, class), count)).collect()
        }
        (TableTargets::Values { values, .. }, Task::MultiLabel) => {
            let mut counts = vec![];
            for label in 0..values.ncols() {
                let of_rows = rows.iter().map(|&row| values[[row as usize, label]]);
                let count = of_rows.filter(|value| *value == 1.0).count();
                counts.push((label_name(run, label), count));
            }
            counts
        }
        (TableTargets::Values { .. }, Task::Classification | Task::Regression) => vec![],
    }
}

/// The name of a label of a row that may have several, or its number.
fn label_name(run: &Run, label: usize) -> String {
    match &run.target_names {
        Some(names) if names.len() == run.network.outputs() => shown(&names[label]).into_owned(),
        _ => format!("label {label}"),
    }
}

/// `0=setosa`: a class's label, and its name where the data set names every class.
pub(super) fn class_name(run: &Run, class: usize) -> String {
    match &run.target_names {
        Some(names) if names.len() == run.labels.len() => {
            format!("{}={}", run.labels[class], shown(&names[class]))
        }
        _ => format!("class {}", run.labels[class]),
    }
}

/// How the learning rate of the first replica changes, if it does.
fn changing_rate(run: &Run) -> Option<String> {
    let replica = run.replicas.first()?;
    match replica.rate {
        Rate::Constant(_) => None,
        Rate::Cosine { from, floor } => Some(format!(
            "learning rate: from {from} to {floor} by half a cosine, over {}",
            counted(run.steps_in_all(replica), "step")
        )),
    }
}

/// The stopping rules of the first replica.
fn criteria(run: &Run) -> String {
    let Some(Replica { stopping: rules, .. }) = run.replicas.first() else { return String::new() };
    let score = match run.network.task() {
        Task::Classification | Task::MultiLabel => "accuracy",
        Task::Regression => "R²",
    };
    let mut criteria = vec![];
    if rules.loss_tolerance > 0.0 {
        criteria.push(format!("1) training loss moved by < {:e}", rules.loss_tolerance));
    }
    if let Some(epochs) = rules.score_patience {
        criteria.push(format!("2) no better validation {score} for {}", counted(epochs, "epoch")));
    }
    if let Some(epochs) = rules.loss_patience {
        criteria.push(format!("3) no lower validation loss for {}", counted(epochs, "epoch")));
    }
    criteria.push(format!("4) epoch {}", rules.max_epochs));
    let warmup = match rules.warmup_epochs {
        0 => String::new(),
        epochs => format!("; not in the {} of warm-up", counted(epochs, "epoch")),
    };
    criteria.join(", ") + &warmup
}
