//! loss = Σ_k (ŷ[k] - y[k])² / outputs, delta = 2 (ŷ - y) / outputs · weight · gradient scale.
//! Twin of `shaders/mean_squared_error.wgsl`.

use crate::math::Real;

/// The loss of each row and the gradient of the batch's loss by its outputs.
pub(crate) fn mean_squared_error<T: Real>(
    output: &[T],
    truth: &[T],
    weights: &[T],
    gradient_scale: T,
    losses: &mut [T],
    delta: &mut [T],
) {
    let outputs = output.len() / weights.len();
    let share = T::ONE / T::from_f64(outputs as f64);
    let rows = output.chunks_exact(outputs).zip(truth.chunks_exact(outputs));
    let results = delta.chunks_exact_mut(outputs).zip(losses);
    for (((output, truth), (delta, loss)), &weight) in rows.zip(results).zip(weights) {
        let scale = (T::ONE + T::ONE) * share * (weight * gradient_scale);
        let mut sum = T::ZERO;
        for ((&output, &truth), delta) in output.iter().zip(truth).zip(delta) {
            let error = output - truth;
            sum += error * error;
            // A row that weighs nothing pulls at nothing, whatever its error.
            *delta = if weight > T::ZERO { error * scale } else { T::ZERO };
        }
        *loss = sum * share;
    }
}
