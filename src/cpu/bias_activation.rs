//! z += b, a = f(z), slope = f'(z) in one pass. Twin of `shaders/bias_activation.wgsl`.

use crate::expr::{Expression, Scratch};
use crate::math::Real;

/// z[row, unit] += bias[unit]
pub(crate) fn add_bias<T: Real>(z: &mut [T], bias: &[T]) {
    for row in z.chunks_exact_mut(bias.len()) {
        for (z, b) in row.iter_mut().zip(bias) {
            *z += *b;
        }
    }
}

/// a = f(z) and, while training, slope = f'(z).
pub(crate) fn activate<T: Real>(
    f: &Expression,
    z: &[T],
    a: &mut [T],
    slope: Option<&mut [T]>,
    scratch: &mut Scratch<T>,
) {
    f.evaluate_block(z, a, slope, scratch);
}

/// PReLU: a = z for z > 0, else alpha·z; slope = 1, else alpha.
pub(crate) fn prelu<T: Real>(z: &[T], alpha: T, a: &mut [T], slope: Option<&mut [T]>) {
    for (a, &z) in a.iter_mut().zip(z) {
        *a = if z > T::ZERO { z } else { alpha * z };
    }
    if let Some(slope) = slope {
        for (slope, &z) in slope.iter_mut().zip(z) {
            *slope = if z > T::ZERO { T::ONE } else { alpha };
        }
    }
}
