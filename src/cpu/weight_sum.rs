//! scale = 1 / Σ weights for the mean over a batch, 1 for its sum. Twin of `shaders/weight_sum.wgsl`.

use crate::math::Real;
use crate::params::BatchGradient;

/// 1 / Σ weights for a mean, 1 for a sum; 0 where all rows weigh nothing.
pub(crate) fn gradient_scale<T: Real>(kind: BatchGradient, weights: &[T]) -> T {
    if kind == BatchGradient::Sum {
        return T::ONE;
    }
    let mut sum = T::ZERO;
    weights.iter().for_each(|&weight| sum += weight);
    if sum > T::ZERO { T::ONE / sum } else { T::ZERO }
}
