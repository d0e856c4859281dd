//! z += b. Twin of `shaders/bias.wgsl`; the first half of `bias_activation.wgsl` and `prelu.wgsl`.

use crate::math::Real;

/// z[row, unit] += bias[unit]
pub(crate) fn add_bias<T: Real>(z: &mut [T], bias: &[T]) {
    for row in z.chunks_exact_mut(bias.len()) {
        for (z, b) in row.iter_mut().zip(bias) {
            *z += *b;
        }
    }
}
