//! `y[i, c, p] = max x[i, c, s]` over the elements s of window p; `winners[i, c, p]` is that s, the first on a tie
//!
//! i is a row, c a channel; windows have no padding. x is (rows, channels, height · width), y and winners (rows,
//! channels, positions). Where rows have lengths, the one window of a row ends there.

use super::Describe;
use super::max_pool_backward::MaxPoolBackward;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::geometry::Windows;
use crate::plan::tape::Tape;

/// The largest element of each window.
#[derive(Debug, Clone)]
pub struct MaxPool {
    /// The sizes, without padding.
    pub windows: Windows,
    /// The samples of each row that exist, of one window over all of them; None if all do.
    pub lengths: Option<BufferId>,
    /// x, rows of (channels, height, width).
    pub x: BufferId,
    /// y, rows of (channels, positions).
    pub y: BufferId,
    /// The indices of the largest elements, of y's shape.
    pub winners: BufferId,
}

impl Describe for MaxPool {
    fn reads(&self) -> Vec<Place> {
        [self.x].into_iter().chain(self.lengths).map(Place::Buffer).collect()
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::set(self.y), Write::set(self.winners)]
    }

    fn backward(&self, tape: &mut Tape) {
        let &MaxPool { windows, x, y, winners, .. } = self;
        let Some(delta) = tape.delta(y) else { return };
        if let Some((below, mode)) = tape.to_delta(x) {
            tape.push(MaxPoolBackward { windows, delta, winners, below, mode });
        }
    }
}
