//! The header block: what is about to be trained, on what, and when it will stop.

use serde_json::Value;

use super::architecture;
use super::console::message;
use crate::data::Split;
use crate::error::counted;
use crate::network::Task;
use crate::params::{Parameters, Run, TableTargets};
use crate::text::shown;

/// Prints the header block on standard error.
pub(super) fn print(
    file: &std::path::Path,
    overrides: &[String],
    (parameters, resolved): (&Parameters, &Value),
    run: &Run,
    device: &str,
) {
    message(&format!("parameters: {}", file.display()));
    let set = |key: &str| {
        overrides.iter().any(|o| o.split('=').next().is_some_and(|name| name.trim() == key))
    };
    for (key, value) in resolved["parameters"].as_object().into_iter().flatten() {
        if set(key) || (!value.is_null() && key != "NPZ_SHA256") {
            message(&format!("    {key}: {value}{}", if set(key) { "  (--set)" } else { "" }));
        }
    }
    message(&format!("dataset: {}", dataset(run)));
    for split in Split::ALL {
        if let Some(line) = rows(run, split) {
            message(&format!("{}: {line}", split.name()));
        }
    }
    architecture::print(parameters, run);
    message(&format!("stops at: {}", criteria(run)));
    message(&format!("device: {device}\n"));
}

fn dataset(run: &Run) -> String {
    let (rows, inputs) = run.table.inputs.dim();
    let shape = match run.network.input.as_slice() {
        [channels, samples] => {
            format!("{} of {}", counted(*channels, "channel"), counted(*samples, "sample"))
        }
        _ => counted(inputs, "feature"),
    };
    let targets = match run.network.task() {
        Task::Classification => format!("{} classes", run.labels.len()),
        Task::Regression => counted(run.network.outputs(), "target"),
    };
    format!("{}: {}, {shape}, {targets}", shown(&run.name), counted(rows, "row"))
}

/// The rows of a split, and of each of its classes; None for a split without rows.
fn rows(run: &Run, split: Split) -> Option<String> {
    let rows = run.replicas.first()?.splits.of(split);
    if rows.is_empty() {
        return None;
    }
    let TableTargets::Classes(classes) = &run.table.targets else {
        return Some(counted(rows.len(), "row"));
    };
    let mut counts = vec![0usize; run.labels.len()];
    rows.iter().for_each(|&row| counts[classes[row as usize] as usize] += 1);
    let class = |(class, count): (usize, &usize)| format!("{count} x {}", class_name(run, class));
    let counts: Vec<String> = counts.iter().enumerate().map(class).collect();
    Some(format!("{} ({})", counted(rows.len(), "row"), counts.join(" | ")))
}

/// `0=setosa`: a class's label, and its name where the data set gives one a class.
pub(super) fn class_name(run: &Run, class: usize) -> String {
    match &run.target_names {
        Some(names) if names.len() == run.labels.len() => {
            format!("{}={}", run.labels[class], shown(&names[class]))
        }
        _ => format!("class {}", run.labels[class]),
    }
}

fn criteria(run: &Run) -> String {
    let rules = &run.stopping;
    let score = match run.network.task() {
        Task::Classification => "accuracy",
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
