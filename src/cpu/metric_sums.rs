//! What metrics are made of: Σ weight·loss, the counts of classes or labels, Σ error², Σ |error|.
//! Twin of `shaders/metric_sums.wgsl`.

use crate::math::Real;
use crate::metrics::Evaluation;

/// Adds the losses of a batch to the sums; a row that weighs nothing adds nothing, whatever its loss.
pub(crate) fn add_losses<T: Real>(losses: &[T], weights: &[T], sums: &mut Evaluation) {
    for (&loss, &weight) in losses.iter().zip(weights) {
        if weight > T::ZERO {
            sums.loss_sum += weight.to_f64() * loss.to_f64();
        }
        sums.weight_sum += weight.to_f64();
    }
    sums.rows += losses.len() as u64;
}

/// Counts each row's true and predicted class. The prediction is the largest logit, the first on a
/// tie; with one logit per row, class 1 if it is above 0.
pub(crate) fn add_confusion<T: Real>(z: &[T], truth: &[u32], sums: &mut Evaluation) {
    let logits = z.len() / truth.len();
    let classes = logits.max(2);
    sums.confusion.resize(classes * classes, 0);
    for (z, &truth) in z.chunks_exact(logits).zip(truth) {
        let predicted = if let [z] = z { usize::from(*z > T::ZERO) } else { first_largest(z) };
        sums.confusion[truth as usize * classes + predicted] += 1;
    }
}

fn first_largest<T: Real>(z: &[T]) -> usize {
    let (mut best, mut most) = (0, z[0]);
    for (index, &value) in z.iter().enumerate() {
        // Two choices rather than a branch, which nothing predicts.
        let is_larger = value > most;
        most = if is_larger { value } else { most };
        best = if is_larger { index } else { best };
    }
    best
}

/// Counts each label by (label, true, predicted), and the rows whose labels are all right. A label is
/// predicted where its logit is above 0.
pub(crate) fn add_labels<T: Real>(z: &[T], truth: &[T], outputs: usize, sums: &mut Evaluation) {
    sums.confusion.resize(4 * outputs, 0);
    for (z, truth) in z.chunks_exact(outputs).zip(truth.chunks_exact(outputs)) {
        let mut all_right = true;
        for (counts, (&z, &y)) in sums.confusion.chunks_exact_mut(4).zip(z.iter().zip(truth)) {
            let (is_there, is_predicted) = (y == T::ONE, z > T::ZERO);
            counts[2 * usize::from(is_there) + usize::from(is_predicted)] += 1;
            all_right &= is_there == is_predicted;
        }
        sums.all_right += u64::from(all_right);
    }
}

/// Adds the errors of each output.
pub(crate) fn add_errors<T: Real>(
    output: &[T],
    truth: &[T],
    outputs: usize,
    sums: &mut Evaluation,
) {
    sums.squared_errors.resize(outputs, 0.0);
    sums.absolute_errors.resize(outputs, 0.0);
    for (output, truth) in output.chunks_exact(outputs).zip(truth.chunks_exact(outputs)) {
        for (k, (&output, &truth)) in output.iter().zip(truth).enumerate() {
            let error = (output - truth).to_f64();
            sums.squared_errors[k] += error * error;
            sums.absolute_errors[k] += error.abs();
        }
    }
}
