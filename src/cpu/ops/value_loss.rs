//! loss = Σ_k l(ŷ[k] - y[k]) / outputs, delta = l'(ŷ - y) / outputs · weight · gradient scale, where l is an
//! expression of the error. Twin of `shaders/value_loss.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::cpu::batch::{Batch, Errors};
use crate::expr::Expression;
use crate::math::Real;
use crate::plan::ops::value_loss::LossOfValues;

/// The loss of each row and the gradient of the batch's loss by its outputs: of outputs and truth, both
/// (rows, outputs), and the weights of the rows.
pub(crate) fn value_loss<T: Real>(
    loss: &Expression,
    (output, truth, weights): (&[T], &[T], &[T]),
    gradient_scale: T,
    losses: &mut [T],
    delta: &mut [T],
    Errors { errors, values, scratch }: &mut Errors<T>,
) {
    errors.clear();
    errors.extend(output.iter().zip(truth).map(|(&output, &truth)| output - truth));
    values.resize(errors.len(), T::ZERO);
    loss.evaluate_block(errors, &[], values, Some(delta), scratch);
    let outputs = output.len() / weights.len();
    let share = T::ONE / T::from_f64(outputs as f64);
    let rows = values.chunks_exact(outputs).zip(delta.chunks_exact_mut(outputs));
    for (((values, delta), loss), &weight) in rows.zip(losses).zip(weights) {
        let scale = share * (weight * gradient_scale);
        let mut sum = T::ZERO;
        for (&value, delta) in values.iter().zip(delta) {
            sum += value;
            // A row that weighs nothing pulls at nothing, whatever its error.
            *delta = if weight > T::ZERO { *delta * scale } else { T::ZERO };
        }
        *loss = sum * share;
    }
}

impl Execute for LossOfValues {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let scale = site.gradient_scale;
        site.workspace.with_batch(self.logits, self.delta, |batch, z, delta| {
            let Batch { values, weights, losses, errors, .. } = batch;
            value_loss(&self.loss.expression, (z, values, weights), scale, losses, delta, errors);
        });
    }
}
