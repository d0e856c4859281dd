//! What metrics are made of.

use super::bench::{Bench, Shape, tolerance, wide, words};
use super::losses::labels;
use crate::cpu::metric_sums::{add_confusion, add_errors, add_labels, add_losses};
use crate::gpu::ops::metric_sums::MetricSums;
use crate::gpu::session::steps::Step;
use crate::metrics::Evaluation;
use crate::network::Task;

pub(super) fn of_classes(bench: &mut Bench, shape: &Shape) {
    let classes = shape.units.max(2);
    let batch = shape.replicas() * shape.capacity;
    // Few different numbers: many ties, and the first is the prediction.
    let scores: Vec<f32> = bench.below(batch * classes, 4).iter().map(|&z| z as f32).collect();
    let truth = bench.below(batch, classes);
    metric_sums(bench, shape, (Task::Classification, classes), (scores, truth));
}

pub(super) fn of_one_logit(bench: &mut Bench, shape: &Shape) {
    let batch = shape.replicas() * shape.capacity;
    // -1, 0 and 1: 0 is not above 0.
    let scores = bench.below(batch, 3).iter().map(|&z| z as f32 - 1.0).collect();
    let truth = bench.below(batch, 2);
    metric_sums(bench, shape, (Task::Classification, 1), (scores, truth));
}

pub(super) fn of_values(bench: &mut Bench, shape: &Shape) {
    let elements = shape.replicas() * shape.capacity * shape.units;
    let scores = bench.normal(elements, 2.0);
    let truth = words(&bench.normal(elements, 2.0));
    metric_sums(bench, shape, (Task::Regression, shape.units), (scores, truth));
}

pub(super) fn of_labels(bench: &mut Bench, shape: &Shape) {
    let elements = shape.replicas() * shape.capacity * shape.units;
    // Half of the logits 0, which predicts no label, so that some rows are all right.
    let scores =
        bench.below(elements, 4).iter().map(|&z| z.saturating_sub(1) as f32 - 1.0).collect();
    let truth = words(&labels(bench, elements));
    metric_sums(bench, shape, (Task::MultiLabel, shape.units), (scores, truth));
}

/// What the twin adds for rows from `first` on, and each sum with its Σ|terms|.
fn expected_sums(
    (first, rows): (usize, usize),
    (task, units): (Task, usize),
    (scores, truth): (&[f32], &[u32]),
    (losses, weights): (&[f32], &[f32]),
) -> (Evaluation, Vec<(f64, f64)>) {
    let of = |values: &[f32], width: usize| wide(&values[first * width..][..rows * width]);
    let mut expected = Evaluation::default();
    let (losses, weights) = (of(losses, 1), of(weights, 1));
    add_losses(&losses, &weights, &mut expected);
    let pairs = losses.iter().zip(&weights).filter(|(_, weight)| **weight > 0.0);
    let loss_terms: f64 = pairs.map(|(loss, weight)| loss.abs() * weight).sum();
    let mut elements =
        vec![(expected.loss_sum, loss_terms), (expected.weight_sum, expected.weight_sum)];
    let scores = of(scores, units);
    match task {
        Task::Classification => {
            if rows > 0 {
                add_confusion(&scores, &truth[first..][..rows], &mut expected);
            }
        }
        Task::MultiLabel => {
            add_labels(&scores, &of(bytemuck::cast_slice(truth), units), units, &mut expected);
            if rows > 0 {
                expected.confusion.push(expected.all_right);
            }
        }
        Task::Regression => {
            add_errors(&scores, &of(bytemuck::cast_slice(truth), units), units, &mut expected);
            let errors = expected.squared_errors.iter().chain(&expected.absolute_errors);
            elements.extend(errors.map(|&sum| (sum, sum)));
        }
    }
    (expected, elements)
}

fn metric_sums(
    bench: &mut Bench,
    shape: &Shape,
    (task, units): (Task, usize),
    (scores, truth): (Vec<f32>, Vec<u32>),
) {
    let (replicas, capacity) = (shape.replicas(), shape.capacity);
    let (mut losses, weights) =
        (bench.normal(replicas * capacity, 2.0), bench.weights(replicas * capacity));
    for (loss, weight) in losses.iter_mut().zip(&weights) {
        // A row that weighs nothing may have any loss.
        *loss = if *weight > 0.0 { *loss } else { f32::INFINITY };
    }
    // Slots and counts of others before and behind; they stay.
    let (length, cells) = match task {
        Task::Classification => (2, units.max(2).pow(2)),
        Task::MultiLabel => (2, 4 * units + 1),
        Task::Regression => (2 + 2 * units, 0),
    };
    let before = words(&bench.normal((replicas + 3) * length, 1.0));
    let counts_before = bench.below((replicas + 2) * cells + 1, 9);
    let (sums, counts) = (bench.upload(&before), bench.upload(&counts_before));
    let metric_sums = MetricSums {
        task,
        capacity,
        units,
        scores: &bench.upload(&scores),
        truth: &bench.upload(&truth),
        weights: &bench.upload(&weights),
        losses: &bench.upload(&losses),
        sums: &sums,
        confusion: &counts,
    };
    let dispatch = metric_sums.launch(&mut bench.dispatcher(replicas));
    let step = |(replica, step): (usize, Step)| Step {
        slot: (replica + 2) as u32,
        confusion: ((replica + 1) * cells) as u32,
        ..step
    };
    bench.submit(&[dispatch], shape.steps().into_iter().enumerate().map(step).collect());
    let sums = bench.read(&sums, before.len());
    let counts = bench.read(&counts, counts_before.len());
    let (mut rest, mut expected_counts) = (before, counts_before);
    for (replica, &rows) in shape.rows.iter().enumerate() {
        let own = (replica * capacity, rows);
        let (expected, elements) =
            expected_sums(own, (task, units), (&scores, &truth), (&losses, &weights));
        let own = expected_counts[(replica + 1) * cells..].iter_mut();
        own.zip(&expected.confusion).for_each(|(count, more)| *count += *more as u32);
        for (i, (value, terms)) in elements.into_iter().enumerate() {
            let at = (replica + 2) * length + i;
            bench.near(format!("sum {i} of {replica}"), sums[at], value, tolerance(rows, terms));
            rest[at] = sums[at];
        }
    }
    bench.same("the sums of other steps", &sums, &rest);
    bench.same("the counts", &counts, &expected_counts);
}
