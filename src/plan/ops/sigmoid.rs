//! `a[i, k] = 1 / (1 + e^-z[i, k])`
//!
//! z is the logit of label k of row i, a its probability; both are (rows, labels), or (rows, 1) for two classes.

use super::Describe;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;

/// The probability of each label, or of class 1.
#[derive(Debug, Clone)]
pub struct Sigmoid {
    /// The logits.
    pub z: BufferId,
    /// The probabilities, of the same shape.
    pub a: BufferId,
}

impl Describe for Sigmoid {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.z)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::set(self.a)]
    }
}
