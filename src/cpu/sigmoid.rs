//! a = 1 / (1 + e^-z). Twin of `shaders/sigmoid.wgsl`.

use crate::math::Real;

/// The probability of class 1 from its logit.
pub(crate) fn sigmoid<T: Real>(z: &[T], a: &mut [T]) {
    for (a, &z) in a.iter_mut().zip(z) {
        *a = z.sigmoid();
    }
}
