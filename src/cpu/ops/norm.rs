//! The sizes of a normalisation, and the mean and scale of each of its elements.

use super::site::Site;
use crate::math::Real;
use crate::plan::{BufferId, Over, Statistics, TensorId};

/// Rows of (channels, positions), and what their statistics are taken over.
#[derive(Clone, Copy)]
pub(super) struct Norm {
    pub channels: usize,
    pub positions: usize,
    over: Over,
}

/// Where the mean and the scale of the elements of one channel of a row lie.
#[derive(Clone, Copy)]
pub(super) struct Channel {
    /// The index of the mean of its first element.
    first: usize,
    /// The distance from a mean to its scale.
    scale: usize,
    /// The distance to the mean of the next element: 0 where all share one.
    step: usize,
}

impl Norm {
    /// The sizes of a normalisation of x by a weight per channel.
    pub fn of<T: Real>(
        site: &Site<T>,
        x: BufferId,
        weight: TensorId,
        statistics: Statistics,
    ) -> Self {
        let channels = site.plan.tensor_len(weight);
        let positions = site.plan.row_len(x) / channels;
        Norm { channels, positions, over: statistics.over }
    }

    /// Elements per row.
    pub fn row_len(&self) -> usize {
        self.channels * self.positions
    }

    /// The statistics of channel c of row i.
    pub fn channel(&self, i: usize, c: usize) -> Channel {
        match self.over {
            Over::Batch => Channel { first: c, scale: self.channels, step: 0 },
            Over::Channels => {
                Channel { first: 2 * i * self.positions, scale: self.positions, step: 1 }
            }
        }
    }

    /// Calls `of` with every channel of every row: its row, its channel, and its elements in order.
    pub fn each_channel(
        &self,
        rows: usize,
        mut of: impl FnMut(usize, usize, std::ops::Range<usize>),
    ) {
        for i in 0..rows {
            for c in 0..self.channels {
                let first = (i * self.channels + c) * self.positions;
                of(i, c, first..first + self.positions);
            }
        }
    }
}

impl Channel {
    /// The mean and the scale of element p.
    #[inline(always)]
    pub fn of<T: Real>(self, statistics: &[T], p: usize) -> (T, T) {
        let at = self.first + p * self.step;
        (statistics[at], statistics[at + self.scale])
    }
}
