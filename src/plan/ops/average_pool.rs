//! `y[i, c, p] = Σs x[i, c, s] / taps` over the elements s of window p; transposed,
//! `dx[i, c, s] = Σp delta[i, c, p] / taps` over the windows p that hold s
//!
//! i is a row, c a channel; a window has taps elements, and no padding. x and dx are (rows, channels, height ·
//! width), y and delta (rows, channels, positions). Where rows have lengths, the one window of a row has as many taps.

use super::Describe;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::geometry::Windows;
use crate::plan::tape::Tape;

/// The mean of each window, which is linear in x: its gradient is its transpose.
#[derive(Debug, Clone)]
pub struct AveragePool {
    /// The sizes, without padding.
    pub windows: Windows,
    /// The samples of each row that exist, of one window over all of them; None if all do.
    pub lengths: Option<BufferId>,
    /// x, rows of (channels, height, width); transposed: rows of (channels, positions).
    pub from: BufferId,
    /// y, rows of (channels, positions); transposed: rows of (channels, height, width).
    pub to: BufferId,
    /// Whether it goes from windows to their elements.
    pub transposed: bool,
    /// Whether `to` is set or added to.
    pub mode: Mode,
}

impl Describe for AveragePool {
    fn reads(&self) -> Vec<Place> {
        [self.from].into_iter().chain(self.lengths).map(Place::Buffer).collect()
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::to(self.to, self.mode)]
    }

    fn backward(&self, tape: &mut Tape) {
        let &AveragePool { windows, lengths, from, to, transposed, .. } = self;
        let Some(delta) = tape.delta(to) else { return };
        if let Some((below, mode)) = tape.to_delta(from) {
            let transposed = !transposed;
            tape.push(AveragePool { windows, lengths, from: delta, to: below, transposed, mode });
        }
    }
}
