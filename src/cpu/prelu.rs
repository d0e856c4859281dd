//! a = z for z > 0, else alpha·z; slope = 1, else alpha. Twin of `shaders/prelu.wgsl`, which adds the
//! bias in the same pass (here: `bias.rs`).

use crate::math::Real;

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
