//! Losses, their gradients by the scores, and what metrics are made of.

use super::bench::{Bench, LEAST, Shape, tolerance, wide, words};
use crate::cpu::binary_cross_entropy::binary_cross_entropy as binary_twin;
use crate::cpu::metric_sums::{add_confusion, add_errors, add_labels, add_losses};
use crate::cpu::multi_label_cross_entropy::multi_label_cross_entropy as labels_twin;
use crate::cpu::softmax_cross_entropy::softmax_cross_entropy as softmax_loss_twin;
use crate::cpu::value_loss::{Errors, value_loss as values_twin};
use crate::gpu::ops::loss::LossOfBatch;
use crate::gpu::ops::metric_sums::MetricSums;
use crate::gpu::ops::softmax::proof::{probabilities, terms as softmax_terms};
use crate::gpu::session::steps::Step;
use crate::math::Real;
use crate::metrics::Evaluation;
use crate::network::Task;
use crate::plan::{Loss, VALUE_LOSS_NAMES, ValueLoss};

/// A batch's scores, targets, weights and scales, and what the kernel makes of them.
struct Losses {
    scores: Vec<f32>,
    truth: Vec<u32>,
    weights: Vec<f32>,
    scales: Vec<f32>,
    losses: Vec<u32>,
    delta: Vec<u32>,
    before: [Vec<u32>; 2],
}

impl Losses {
    fn run(
        bench: &mut Bench,
        shape: &Shape,
        loss: &Loss,
        (scores, truth): (Vec<f32>, Vec<u32>),
    ) -> Self {
        let replicas = shape.replicas();
        let batch = replicas * shape.capacity;
        let width = scores.len() / batch;
        let (weights, scales) = (bench.weights(batch), bench.weights(replicas));
        let before = [words(&bench.normal(batch, 1.0)), words(&bench.normal(scores.len(), 1.0))];
        let [losses, delta] = before.each_ref().map(|words| bench.upload(words));
        let loss = LossOfBatch {
            loss,
            capacity: shape.capacity,
            outputs: width,
            scores: &bench.upload(&scores),
            truth: &bench.upload(&truth),
            weights: &bench.upload(&weights),
            losses: &losses,
            delta: &delta,
        };
        let dispatch = loss.launch(&mut bench.dispatcher(replicas));
        let steps = shape.steps().into_iter().zip(&scales);
        let steps = steps.map(|(step, &scale)| Step { scale, ..step });
        bench.submit(&[dispatch], steps.collect());
        let losses = bench.read(&losses, batch);
        let delta = bench.read(&delta, scores.len());
        Losses { scores, truth, weights, scales, losses, delta, before }
    }

    /// Compares with (loss, its Σ|terms|) of each row, (delta, its Σ|terms|) of each score.
    fn compare(
        &self,
        bench: &mut Bench,
        shape: &Shape,
        losses: &[(f64, f64)],
        delta: &[(f64, f64)],
    ) {
        let width = self.scores.len() / self.weights.len();
        bench.rows("loss", shape, 1, (&self.losses, &self.before[0]), |replica, i, _| {
            let (loss, terms) = losses[replica * shape.capacity + i];
            (loss, tolerance(width, terms))
        });
        bench.rows("delta", shape, width, (&self.delta, &self.before[1]), |replica, i, c| {
            let row = replica * shape.capacity + i;
            let (delta, terms) = delta[row * width + c];
            // No probability is less than the least e^x.
            (delta, tolerance(width, terms) + LEAST * self.pull(shape, row))
        });
    }

    /// The twin on every replica's whole capacity: (losses, delta).
    fn twin(
        &self,
        shape: &Shape,
        twin: impl Fn(&[f64], &[u32], &[f64], f64, &mut [f64], &mut [f64]),
    ) -> (Vec<f64>, Vec<f64>) {
        let (mut losses, mut delta) = (vec![0.0; self.weights.len()], vec![0.0; self.scores.len()]);
        let (scores, weights) = (wide(&self.scores), wide(&self.weights));
        let rows = scores.len() / shape.replicas();
        let truths = self.truth.len() / shape.replicas();
        for (replica, &scale) in self.scales.iter().enumerate() {
            let own = replica * shape.capacity..(replica + 1) * shape.capacity;
            let all = replica * rows..(replica + 1) * rows;
            let truth = &self.truth[replica * truths..(replica + 1) * truths];
            let (losses, delta) = (&mut losses[own.clone()], &mut delta[all.clone()]);
            twin(&scores[all], truth, &weights[own], f64::from(scale), losses, delta);
        }
        (losses, delta)
    }

    /// weight · scale of a row.
    fn pull(&self, shape: &Shape, row: usize) -> f64 {
        f64::from(self.weights[row]) * f64::from(self.scales[row / shape.capacity])
    }
}

pub(super) fn softmax_cross_entropy(bench: &mut Bench, shape: &Shape) {
    let classes = shape.units;
    let batch = shape.replicas() * shape.capacity;
    let mut scores = bench.normal(batch * classes, 3.0);
    scores.iter_mut().step_by(31).for_each(|score| *score *= 40.0);
    let truth = bench.below(batch, classes);
    let done = Losses::run(bench, shape, &Loss::SoftmaxCrossEntropy, (scores, truth));
    let (losses, delta) = done.twin(shape, |z, truth, weights, scale, losses, delta| {
        let exponentials = |z: &mut [f64]| z.iter_mut().for_each(|z| *z = Real::exp(*z));
        softmax_loss_twin(z, truth, weights, scale, losses, delta, exponentials);
    });
    let z = wide(&done.scores);
    let a = probabilities(&z, classes);
    let terms = softmax_terms(&z, classes);
    let of_loss = |(row, &loss): (usize, &f64)| {
        let (z, a) = (&z[row * classes..][..classes], &a[row * classes..][..classes]);
        let maximum = z.iter().fold(f64::NEG_INFINITY, |m, &z| m.max(z));
        let sum: f64 = z.iter().map(|z| (z - maximum).exp()).sum();
        let inside: f64 = a.iter().zip(z).map(|(a, z)| a * (1.0 + maximum - z)).sum();
        (loss, sum.ln() + (maximum - z[done.truth[row] as usize]) + inside)
    };
    let of_delta = |(at, &delta): (usize, &f64)| {
        let row = at / classes;
        let y = f64::from(u8::from(done.truth[row] as usize == at % classes));
        (delta, (terms[at] + y) * done.pull(shape, row))
    };
    let losses: Vec<_> = losses.iter().enumerate().map(of_loss).collect();
    let delta: Vec<_> = delta.iter().enumerate().map(of_delta).collect();
    done.compare(bench, shape, &losses, &delta);
}

pub(super) fn binary_cross_entropy(bench: &mut Bench, shape: &Shape) {
    let batch = shape.replicas() * shape.capacity;
    let mut scores = bench.normal(batch, 3.0);
    scores.iter_mut().step_by(31).for_each(|score| *score *= 40.0);
    let truth = bench.below(batch, 2);
    let done = Losses::run(bench, shape, &Loss::BinaryCrossEntropy, (scores, truth));
    let (losses, delta) = done.twin(shape, binary_twin);
    let z = wide(&done.scores);
    let softplus = |z: f64| z.max(0.0) + (-z.abs()).exp().ln_1p();
    let of_loss = |(row, &loss): (usize, &f64)| {
        (loss, softplus(z[row]) + f64::from(done.truth[row]) * z[row].abs())
    };
    let of_delta = |(row, &delta): (usize, &f64)| {
        let sigmoid = 1.0 / (1.0 + (-z[row]).exp());
        (delta, (sigmoid + f64::from(done.truth[row])) * done.pull(shape, row))
    };
    let losses: Vec<_> = losses.iter().enumerate().map(of_loss).collect();
    let delta: Vec<_> = delta.iter().enumerate().map(of_delta).collect();
    done.compare(bench, shape, &losses, &delta);
}

pub(super) fn multi_label_cross_entropy(bench: &mut Bench, shape: &Shape) {
    let outputs = shape.units;
    let elements = shape.replicas() * shape.capacity * outputs;
    let mut scores = bench.normal(elements, 3.0);
    scores.iter_mut().step_by(31).for_each(|score| *score *= 40.0);
    let truth = labels(bench, elements);
    let done = Losses::run(bench, shape, &Loss::MultiLabelCrossEntropy, (scores, words(&truth)));
    let (losses, delta) = done.twin(shape, |z, truth, weights, scale, losses, delta| {
        labels_twin(z, &wide(bytemuck::cast_slice(truth)), weights, scale, losses, delta);
    });
    let (z, y) = (wide(&done.scores), wide(&truth));
    let softplus = |z: f64| z.max(0.0) + (-z.abs()).exp().ln_1p();
    let of_loss = |(row, &loss): (usize, &f64)| {
        let own = row * outputs..(row + 1) * outputs;
        let terms = z[own.clone()].iter().zip(&y[own]).map(|(z, y)| softplus(*z) + y * z.abs());
        (loss, terms.sum::<f64>() / outputs as f64)
    };
    let of_delta = |(at, &delta): (usize, &f64)| {
        let sigmoid = 1.0 / (1.0 + (-z[at]).exp());
        (delta, (sigmoid + y[at]) / outputs as f64 * done.pull(shape, at / outputs))
    };
    let losses: Vec<_> = losses.iter().enumerate().map(of_loss).collect();
    let delta: Vec<_> = delta.iter().enumerate().map(of_delta).collect();
    done.compare(bench, shape, &losses, &delta);
}

/// 0 or 1 each.
fn labels(bench: &mut Bench, elements: usize) -> Vec<f32> {
    bench.below(elements, 2).iter().map(|&label| label as f32).collect()
}

pub(super) fn value_loss(bench: &mut Bench, shape: &Shape) {
    for name in VALUE_LOSS_NAMES {
        value_loss_of(bench, shape, name, 0.0);
    }
    value_loss_of(bench, shape, "huber(0.3)", 0.0);
    // Near e = 0 it takes 1 from what is hardly more.
    value_loss_of(bench, shape, "sqrt(1 + e^2) - 1", 1.0);
}

/// A loss by its text; `apart` is the size of what its formula takes from each other, beside its value.
fn value_loss_of(bench: &mut Bench, shape: &Shape, text: &str, apart: f64) {
    let outputs = shape.units;
    let elements = shape.replicas() * shape.capacity * outputs;
    let (mut scores, truth) = (bench.normal(elements, 2.0), bench.normal(elements, 2.0));
    // Without an error: at the kink of some.
    scores.iter_mut().zip(&truth).step_by(37).for_each(|(score, truth)| *score = *truth);
    let loss = ValueLoss::parse(text).unwrap();
    let l = loss.expression.clone();
    let done = Losses::run(bench, shape, &Loss::OfValues(loss), (scores, words(&truth)));
    let (losses, delta) = done.twin(shape, |output, truth, weights, scale, losses, delta| {
        let rows = (output, &*wide(bytemuck::cast_slice(truth)), weights);
        values_twin(&l, rows, scale, losses, delta, &mut Errors::default());
    });
    // The error is rounded by its own size, which l and l' pass on by their slopes. A difference of l' across
    // a kink is larger than any slope beside it; at e = 0 the error is exact.
    let errors: Vec<f64> =
        done.scores.iter().zip(&truth).map(|(z, y)| f64::from(*z) - f64::from(*y)).collect();
    let of_value = |&e: &f64| {
        let (value, slope) = l.evaluate(e);
        value.abs() + (slope * e).abs() + apart
    };
    let of_slope = |&e: &f64| {
        let h = 1e-4;
        let curvature = (l.evaluate(e + h).1 - l.evaluate(e - h).1) / (2.0 * h);
        l.evaluate(e).1.abs() + (curvature * e).abs() + apart
    };
    let of_loss = |(row, &loss): (usize, &f64)| {
        let own = &errors[row * outputs..][..outputs];
        (loss, own.iter().map(of_value).sum::<f64>() / outputs as f64)
    };
    let of_delta = |(at, &delta): (usize, &f64)| {
        let pull = done.pull(shape, at / outputs) / outputs as f64;
        (delta, of_slope(&errors[at]) * pull)
    };
    let losses: Vec<_> = losses.iter().enumerate().map(of_loss).collect();
    let delta: Vec<_> = delta.iter().enumerate().map(of_delta).collect();
    done.compare(bench, shape, &losses, &delta);
}

pub(super) fn metric_sums_of_classes(bench: &mut Bench, shape: &Shape) {
    let classes = shape.units.max(2);
    let batch = shape.replicas() * shape.capacity;
    // Few different numbers: many ties, and the first is the prediction.
    let scores: Vec<f32> = bench.below(batch * classes, 4).iter().map(|&z| z as f32).collect();
    let truth = bench.below(batch, classes);
    metric_sums(bench, shape, (Task::Classification, classes), (scores, truth));
}

pub(super) fn metric_sums_of_one_logit(bench: &mut Bench, shape: &Shape) {
    let batch = shape.replicas() * shape.capacity;
    // -1, 0 and 1: 0 is not above 0.
    let scores = bench.below(batch, 3).iter().map(|&z| z as f32 - 1.0).collect();
    let truth = bench.below(batch, 2);
    metric_sums(bench, shape, (Task::Classification, 1), (scores, truth));
}

pub(super) fn metric_sums_of_values(bench: &mut Bench, shape: &Shape) {
    let elements = shape.replicas() * shape.capacity * shape.units;
    let scores = bench.normal(elements, 2.0);
    let truth = words(&bench.normal(elements, 2.0));
    metric_sums(bench, shape, (Task::Regression, shape.units), (scores, truth));
}

pub(super) fn metric_sums_of_labels(bench: &mut Bench, shape: &Shape) {
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
