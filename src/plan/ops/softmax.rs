//! a = softmax(z), a row at a time.

use super::Describe;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;

/// The probabilities of classes.
#[derive(Debug, Clone)]
pub struct Softmax {
    /// The logits.
    pub z: BufferId,
    /// The probabilities, of the same shape.
    pub a: BufferId,
}

impl Describe for Softmax {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.z)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::set(self.a)]
    }
}
