//! `lengths[i] = x[i, channels · samples]`, `sequence[i, c, t] = x[i, c · samples + t]` where `t < lengths[i]`, else 0
//!
//! i is a row, c a channel, t a sample. x is (rows, channels · samples + 1), the last number of a row its length, sequence
//! (rows, channels, samples), lengths (rows) of at most `samples`. What stands behind the end of a row reaches nothing.

use super::Describe;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::tape::Tape;

/// Takes the lengths off the rows of a batch, and empties what lies behind their ends.
#[derive(Debug, Clone)]
pub struct TakeLengths {
    /// Rows of (channels, samples), each with its length behind it.
    pub x: BufferId,
    /// Rows of (channels, samples).
    pub sequence: BufferId,
    /// The samples that each row has, an index per row.
    pub lengths: BufferId,
    /// The samples of the longest row.
    pub samples: usize,
}

impl Describe for TakeLengths {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.x)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::set(self.sequence), Write::set(self.lengths)]
    }

    /// Nothing before it is learned.
    fn backward(&self, _: &mut Tape) {}
}
