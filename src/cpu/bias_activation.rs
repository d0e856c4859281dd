//! a = f(z), slope = f'(z). Twin of `shaders/bias_activation.wgsl`, which adds the bias in the same
//! pass (here: `bias.rs`).

use crate::expr::{Expression, Scratch};
use crate::math::Real;

/// a = f(z) and, while training, slope = f'(z).
pub(crate) fn activate<T: Real>(
    f: &Expression,
    z: &[T],
    a: &mut [T],
    slope: Option<&mut [T]>,
    scratch: &mut Scratch<T>,
) {
    f.evaluate_block(z, &[], a, slope, scratch);
}
