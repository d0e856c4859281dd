//! `a[i, k] = e^(z[i, k] - m[i]) / Σj e^(z[i, j] - m[i])`
//!
//! z is the logit of class k of row i, a its probability, m the largest logit of the row; z and a are (rows,
//! classes).

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
