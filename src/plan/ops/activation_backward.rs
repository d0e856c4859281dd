//! `delta[i, u] = delta[i, u] · slope[i, u]`
//!
//! In place: delta is the gradient of the loss by a = f(z) before, and by z after; slope is f'(z). i is a row, u a
//! unit; both are (rows, units).

use super::Describe;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;

/// Turns the gradient with respect to a into that with respect to z, in place.
#[derive(Debug, Clone)]
pub struct ActivationBackward {
    /// The gradient of the loss by a before, by z after.
    pub delta: BufferId,
    /// f'(z), of delta's shape.
    pub slope: BufferId,
}

impl Describe for ActivationBackward {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.delta), Place::Buffer(self.slope)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::set(self.delta)]
    }
}
