//! `mean[i, p] = Σc x[i, c, p] / channels`, `scale[i, p] = 1 / sqrt(Σc (x[i, c, p] - mean[i, p])² / channels + ε)`
//!
//! i is a row, c a channel, p a position; features are channels of one position. x is (rows, channels, positions), mean
//! and scale together are (rows, 2, positions).

use super::Describe;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::tape::Tape;

/// The statistics of the positions of each row, over their channels (Ba, Kiros and Hinton, 2016).
#[derive(Debug, Clone)]
pub struct ChannelStatistics {
    /// x, rows of (channels, positions).
    pub x: BufferId,
    /// Mean and scale, rows of (2, positions).
    pub statistics: BufferId,
    /// ε
    pub epsilon: f64,
}

impl Describe for ChannelStatistics {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.x)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::set(self.statistics)]
    }

    /// The gradient through them is part of that of the normalisation.
    fn backward(&self, _: &mut Tape) {}
}
