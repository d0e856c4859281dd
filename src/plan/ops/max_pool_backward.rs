//! `dx[i, c, s] = Σp delta[i, c, p]` over the windows p with `winners[i, c, p] = s`
//!
//! delta is the gradient of the loss by y; letters and shapes are those of `max_pool`, dx has the shape of x, delta
//! that of y.

use super::Describe;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::geometry::Windows;

/// Adds the gradient of each window to that of its largest element.
#[derive(Debug, Clone)]
pub struct MaxPoolBackward {
    /// The sizes, without padding.
    pub windows: Windows,
    /// The gradient with respect to y, rows of (channels, positions).
    pub delta: BufferId,
    /// The indices of the largest elements, of y's shape.
    pub winners: BufferId,
    /// dx, rows of (channels, height, width).
    pub below: BufferId,
    /// Whether `below` is set or added to.
    pub mode: Mode,
}

impl Describe for MaxPoolBackward {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.delta), Place::Buffer(self.winners)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::to(self.below, self.mode)]
    }
}
