//! delta = delta ⊙ f'(z). Twin of `shaders/activation_backward.wgsl`.

use crate::math::Real;

/// delta[i] *= slope[i]
pub(crate) fn activation_backward<T: Real>(delta: &mut [T], slope: &[T]) {
    for (delta, slope) in delta.iter_mut().zip(slope) {
        *delta *= *slope;
    }
}
