//! The best weights are those of sound epochs with the lowest validation loss. Twin of
//! `shaders/keep_best.wgsl`.

use super::replica::Trainee;
use crate::math::Real;

/// Keeps the weights of an epoch of `steps` steps if they are the best so far; says whether it did.
/// Without a validation loss the weights of every sound epoch are kept.
pub(super) fn keep_best<T: Real>(trainee: &mut Trainee<T>, loss: Option<f64>, steps: u32) -> bool {
    // Weights that are not finite make the last step a bad one: no loss has seen them yet.
    if trainee.weights.iter().any(|weight| !weight.is_finite()) {
        trainee.first_bad_step.get_or_insert(steps);
    }
    let better = loss.is_none_or(|loss| loss < trainee.best_loss);
    let kept = better && trainee.first_bad_step.is_none();
    if kept {
        trainee.best.copy_from_slice(&trainee.weights);
        trainee.best_loss = loss.unwrap_or(trainee.best_loss);
    }
    kept
}
