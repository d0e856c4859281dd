//! `to[i, u] = from[i, u]`, or `to[i, u] += from[i, u]`
//!
//! i is a row, u an element of it; both are (rows, elements).

use super::Describe;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::tape::Tape;

/// Copies or adds one buffer to another of the same shape.
#[derive(Debug, Clone)]
pub struct Add {
    /// The buffer that is read.
    pub from: BufferId,
    /// The buffer that is written.
    pub to: BufferId,
    /// Whether `to` is set or added to.
    pub mode: Mode,
}

impl Describe for Add {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.from)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::to(self.to, self.mode)]
    }

    /// The operation that sets a buffer reads its delta last: that buffer serves as the delta of `from`, without a copy.
    fn backward(&self, tape: &mut Tape) {
        match self.mode {
            Mode::Set => tape.moved(self.to, self.from),
            Mode::Add => {
                if let Some(delta) = tape.delta(self.to)
                    && let Some((below, mode)) = tape.to_delta(self.from)
                {
                    tape.push(Add { from: delta, to: below, mode });
                }
            }
        }
    }
}
