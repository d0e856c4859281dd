//! `to[i, u] = from[i, u] / (1 - rate)` where a random word keeps element u of row i, else 0
//!
//! i is a row, u an element of it; both are (rows, elements). The word is a function of the seed, the epoch, the index of
//! the row in the epoch, the stream of the layer and u: the same forward and backward, and after a resume. It keeps an
//! element if it is at least rate · 2^32.

use super::add::Add;
use super::{Describe, Operation};
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::tape::Tape;

/// Leaves out elements at random (Srivastava et al., 2014), which is linear: its gradient is itself.
#[derive(Debug, Clone)]
pub struct Dropout {
    /// The buffer that is read.
    pub from: BufferId,
    /// The buffer that is written, of the same shape.
    pub to: BufferId,
    /// The share of elements that is left out, from 0 to below 1.
    pub rate: f64,
    /// The stream of random words.
    pub stream: u32,
    /// Whether `to` is set or added to.
    pub mode: Mode,
}

impl Dropout {
    /// The least word that keeps an element.
    pub fn least_kept(&self) -> u32 {
        (self.rate * 4_294_967_296.0).round().min(f64::from(u32::MAX)) as u32
    }

    /// The factor of an element that is kept.
    pub fn scale(&self) -> f64 {
        1.0 / (1.0 - self.rate)
    }
}

impl Describe for Dropout {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.from)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::to(self.to, self.mode)]
    }

    fn backward(&self, tape: &mut Tape) {
        let &Dropout { from, to, rate, stream, .. } = self;
        let Some(delta) = tape.delta(to) else { return };
        if let Some((below, mode)) = tape.to_delta(from) {
            tape.push(Dropout { from: delta, to: below, rate, stream, mode });
        }
    }

    /// A copy: nothing is left out.
    fn inference(&self) -> Option<Operation> {
        let &Dropout { from, to, mode, .. } = self;
        Some(Add { from, to, mode }.into())
    }
}
