//! The sums and counts that metrics are made of.

use std::ops::Range;

use super::bench::{Bench, Shape, tolerance, wide, words};
use super::losses::labels;
use crate::cpu::metric_sums::{add_confusion, add_errors, add_labels, add_losses};
use crate::gpu::ops::metric_sums::MetricSums;
use crate::gpu::session::statistics::slot_length;
use crate::metrics::Evaluation;
use crate::network::Task;

pub(super) fn of_classes(bench: &mut Bench, shape: &Shape) {
    let classes = shape.units.max(2);
    let batch = shape.replicas() * shape.capacity;
    // Few different numbers: many ties, and the first is the prediction.
    let logits: Vec<f32> = bench.below(batch * classes, 4).iter().map(|&z| z as f32).collect();
    let truth = bench.below(batch, classes);
    let task = Task::Classification;
    metric_sums(bench, shape, Outputs { task, units: classes, logits, truth });
}

pub(super) fn of_one_logit(bench: &mut Bench, shape: &Shape) {
    let batch = shape.replicas() * shape.capacity;
    // -1, 0 and 1: 0 is not above 0.
    let logits = bench.below(batch, 3).iter().map(|&z| z as f32 - 1.0).collect();
    let truth = bench.below(batch, 2);
    metric_sums(bench, shape, Outputs { task: Task::Classification, units: 1, logits, truth });
}

pub(super) fn of_values(bench: &mut Bench, shape: &Shape) {
    let elements = shape.replicas() * shape.capacity * shape.units;
    let logits = bench.normal(elements, 2.0);
    let truth = words(&bench.normal(elements, 2.0));
    let units = shape.units;
    metric_sums(bench, shape, Outputs { task: Task::Regression, units, logits, truth });
}

pub(super) fn of_labels(bench: &mut Bench, shape: &Shape) {
    let elements = shape.replicas() * shape.capacity * shape.units;
    // Half of the logits 0, which predicts no label, so that some rows are all right.
    let logits =
        bench.below(elements, 4).iter().map(|&z| z.saturating_sub(1) as f32 - 1.0).collect();
    let truth = words(&labels(bench, elements));
    let units = shape.units;
    metric_sums(bench, shape, Outputs { task: Task::MultiLabel, units, logits, truth });
}

/// The logits and targets of a batch.
struct Outputs {
    task: Task,
    /// Logits, labels or outputs per row.
    units: usize,
    /// (replica, capacity, units)
    logits: Vec<f32>,
    /// (replica, capacity, 1 or units)
    truth: Vec<u32>,
}

/// The losses and weights of its rows.
struct LossRows {
    losses: Vec<f32>,
    weights: Vec<f32>,
}

/// The twin's evaluation of the rows, and each of its sums with its Σ|terms|.
fn expected_sums(
    rows: Range<usize>,
    outputs: &Outputs,
    loss_rows: &LossRows,
) -> (Evaluation, Vec<(f64, f64)>) {
    let Outputs { task, units, logits, truth } = outputs;
    let LossRows { losses, weights } = loss_rows;
    let (first, rows, units) = (rows.start, rows.len(), *units);
    let of = |values: &[f32], width: usize| wide(&values[first * width..][..rows * width]);
    let mut expected = Evaluation::default();
    let (losses, weights) = (of(losses, 1), of(weights, 1));
    add_losses(&losses, &weights, &mut expected);
    let pairs = losses.iter().zip(&weights).filter(|(_, weight)| **weight > 0.0);
    let loss_terms: f64 = pairs.map(|(loss, weight)| loss.abs() * weight).sum();
    let mut elements =
        vec![(expected.loss_sum, loss_terms), (expected.weight_sum, expected.weight_sum)];
    let logits = of(logits, units);
    match task {
        Task::Classification => {
            if rows > 0 {
                add_confusion(&logits, &truth[first..][..rows], &mut expected);
            }
        }
        Task::MultiLabel => {
            add_labels(&logits, &of(bytemuck::cast_slice(truth), units), units, &mut expected);
            if rows > 0 {
                expected.confusion.push(expected.all_right);
            }
        }
        Task::Regression => {
            add_errors(&logits, &of(bytemuck::cast_slice(truth), units), units, &mut expected);
            let errors = expected.squared_errors.iter().chain(&expected.absolute_errors);
            elements.extend(errors.map(|&sum| (sum, sum)));
        }
    }
    (expected, elements)
}

/// Losses and weights of rows; a row of weight 0 has an infinite loss.
fn loss_rows(bench: &mut Bench, rows: usize) -> LossRows {
    let (mut losses, weights) = (bench.normal(rows, 2.0), bench.weights(rows));
    for (loss, weight) in losses.iter_mut().zip(&weights) {
        *loss = if *weight > 0.0 { *loss } else { f32::INFINITY };
    }
    LossRows { losses, weights }
}

/// Sums and counts of a slot.
fn sizes(task: Task, units: usize) -> (usize, usize) {
    match task {
        Task::Classification => (2, units.max(2).pow(2)),
        Task::MultiLabel => (2, 4 * units + 1),
        Task::Regression => (2 + 2 * units, 0),
    }
}

fn metric_sums(bench: &mut Bench, shape: &Shape, outputs: Outputs) {
    let (task, units) = (outputs.task, outputs.units);
    let (replicas, capacity) = (shape.replicas(), shape.capacity);
    let loss_rows = loss_rows(bench, replicas * capacity);
    // Slots and counts of others stand before and after them; they stay.
    let (sums, cells) = sizes(task, units);
    let length = slot_length(sums);
    let before = words(&bench.normal((replicas + 3) * length, 1.0));
    let counts_before = bench.below((replicas + 2) * cells + 1, 9);
    let (device_sums, counts) = (bench.upload(&before), bench.upload(&counts_before));
    let metric_sums = MetricSums {
        task,
        capacity,
        units,
        logits: &bench.upload(&outputs.logits),
        truth: &bench.upload(&outputs.truth),
        weights: &bench.upload(&loss_rows.weights),
        losses: &bench.upload(&loss_rows.losses),
        sums: &device_sums,
        confusion: &counts,
    };
    let dispatch = metric_sums.launch(&mut bench.dispatcher(replicas));
    let mut steps = shape.steps();
    for (replica, step) in steps.iter_mut().enumerate() {
        step.slot = (replica + 2) as u32;
        // Step 5 adds itself to level 0, which holds step 4, and stores the sum in level 1.
        step.number = 5;
        step.confusion = ((replica + 1) * cells) as u32;
    }
    bench.submit(&[dispatch], steps);
    let after = bench.read(&device_sums, before.len());
    let counts = bench.read(&counts, counts_before.len());
    let (mut rest, mut expected_counts) = (before, counts_before);
    for (replica, &rows) in shape.rows.iter().enumerate() {
        let own = replica * capacity..replica * capacity + rows;
        let (expected, elements) = expected_sums(own, &outputs, &loss_rows);
        let own = expected_counts[(replica + 1) * cells..].iter_mut();
        own.zip(&expected.confusion).for_each(|(count, more)| *count += *more as u32);
        let first = (replica + 2) * length;
        for (k, (value, terms)) in elements.into_iter().enumerate() {
            if rows == 0 {
                // A step without rows adds nothing.
                continue;
            }
            let lower = f64::from(f32::from_bits(rest[first + k]));
            let at = first + sums + k;
            let (value, terms) = (value + lower, terms + lower.abs());
            bench.near(format!("sum {k} of {replica}"), after[at], value, tolerance(rows, terms));
            rest[at] = after[at];
        }
    }
    bench.same("the sums of other steps", &after, &rest);
    bench.same("the counts", &counts, &expected_counts);
}
