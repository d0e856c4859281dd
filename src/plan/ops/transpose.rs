//! `to[i, b, a] = from[i, a, b]`, or `to[i, b, a] += from[i, a, b]`
//!
//! i is a row of the batch; from is (rows, m, n), to (rows, n, m). A sequence of (channels, samples) becomes one of (time
//! steps, features).

use super::Describe;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::tape::Tape;

/// Transposes each row of a batch; its gradient is another transpose.
#[derive(Debug, Clone)]
pub struct Transpose {
    /// Rows of (m, n).
    pub from: BufferId,
    /// Rows of (n, m).
    pub to: BufferId,
    /// m and n.
    pub shape: [usize; 2],
    /// Whether `to` is set or added to.
    pub mode: Mode,
}

impl Describe for Transpose {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.from)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::to(self.to, self.mode)]
    }

    fn backward(&self, tape: &mut Tape) {
        let &Transpose { from, to, shape: [m, n], .. } = self;
        let Some(delta) = tape.delta(to) else { return };
        if let Some((below, mode)) = tape.to_delta(from) {
            tape.push(Transpose { from: delta, to: below, shape: [n, m], mode });
        }
    }
}
