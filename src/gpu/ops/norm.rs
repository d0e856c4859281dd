//! The parameters of `shaders/norm.wgsl`, shared by operations that read statistics.

use bytemuck::{Pod, Zeroable};

use super::launcher::Launcher;
use crate::gpu::device::dispatch::word;
use crate::gpu::device::kernel::Variant;
use crate::plan::access::Mode;
use crate::plan::{BufferId, Over, Statistics, TensorId};

/// The kernels' parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(super) struct Parameters {
    capacity: u32,
    channels: u32,
    positions: u32,
    weight: u32,
    bias: u32,
    weights: u32,
    statistics: u32,
}

/// Rows of (channels, positions).
#[derive(Debug, Clone, Copy)]
pub(super) struct Norm {
    pub channels: usize,
    pub positions: usize,
    pub statistics: BufferId,
}

impl Norm {
    /// The sizes of a normalisation of x by a weight per channel.
    pub fn of(at: &Launcher, x: BufferId, weight: TensorId, statistics: Statistics) -> Self {
        let channels = at.plan.tensor_len(weight);
        let positions = at.plan.row_len(x) / channels;
        Norm { channels, positions, statistics: statistics.buffer }
    }

    /// The kernels' parameters, with the weight and perhaps the bias.
    pub fn parameters(
        &self,
        at: &Launcher,
        weight: TensorId,
        bias: Option<TensorId>,
    ) -> Parameters {
        Parameters {
            capacity: at.capacity(),
            channels: word(self.channels),
            positions: word(self.positions),
            weight: at.first(weight),
            bias: bias.map_or(0, |bias| at.first(bias)),
            weights: at.total(),
            statistics: at.units(self.statistics),
        }
    }
}

/// The variant of a kernel for these statistics.
pub(super) fn variant(statistics: Statistics, mode: Mode) -> Variant<'static> {
    let constants: &[(&str, bool)] = match (statistics.over, mode) {
        (Over::Batch, Mode::Set) => &[],
        (Over::Batch, Mode::Add) => &[("ADDS", true)],
        (Over::Channels, Mode::Set) => &[("OVER_CHANNELS", true)],
        (Over::Channels, Mode::Add) => &[("OVER_CHANNELS", true), ("ADDS", true)],
    };
    Variant { constants, ..Variant::default() }
}

#[cfg(test)]
pub(super) mod trials {
    use super::*;
    use crate::gpu::ops::proof::bench::{Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;

    /// A normalisation of random values by random statistics.
    pub struct NormTrial<'a> {
        pub trial: Trial<'a>,
        pub x: BufferId,
        pub delta: BufferId,
        pub below: BufferId,
        pub statistics: Statistics,
        pub weight: TensorId,
        pub bias: TensorId,
        pub positions: usize,
    }

    /// An element with what made it, their magnitudes where they are terms of a sum.
    pub struct Element {
        pub channel: usize,
        /// |x| + |mean|
        pub distance: f64,
        pub scale: f64,
        pub weight: f64,
        pub delta: f64,
        pub below: f64,
    }

    impl<'a> NormTrial<'a> {
        /// Of `shape.units` channels of this many positions.
        pub fn new(bench: &mut Bench, shape: &'a Shape, positions: usize, over: Over) -> Self {
            let mut trial = Trial::new(bench, shape);
            let channels = shape.units;
            let [x, delta, below] = [0; 3].map(|_| trial.buffer(bench, channels * positions));
            let buffer = match over {
                Over::Batch => trial.batch_buffer(bench, 2 * channels),
                Over::Channels => trial.buffer(bench, 2 * positions),
            };
            let [weight, bias] = [0; 2].map(|_| trial.tensor(bench, &[channels]));
            let statistics = Statistics { buffer, over, lengths: None };
            NormTrial { trial, x, delta, below, statistics, weight, bias, positions }
        }

        /// Gives its rows lengths, and its statistics their sum.
        pub fn give_lengths(&mut self, bench: &mut Bench, shape: &Shape) {
            let lengths = self.trial.lengths(bench, self.positions);
            let (replicas, channels) = (shape.replicas(), shape.units);
            let buffer = self.trial.batch_buffer(bench, 2 * channels + 1);
            let counts: Vec<f64> =
                (0..replicas).map(|r| self.trial.indices_of(lengths, r).iter().sum()).collect();
            let all = self.trial.values_of(buffer).chunks_exact_mut(2 * channels + 1);
            for (own, count) in all.zip(counts) {
                own[2 * channels] = (count as f32).to_bits();
            }
            self.statistics = Statistics { buffer, lengths: Some(lengths), ..self.statistics };
        }

        /// The values of a channel of a replica's rows.
        pub fn count(&self, replica: usize, rows: usize) -> f64 {
            match self.statistics.lengths {
                None => (rows * self.positions) as f64,
                Some(lengths) => self.trial.indices_of(lengths, replica).iter().sum(),
            }
        }

        /// The elements of each replica's rows.
        pub fn elements(&self, shape: &Shape) -> Vec<Vec<Element>> {
            (0..shape.replicas()).map(|replica| self.elements_of(replica)).collect()
        }

        fn elements_of(&self, replica: usize) -> Vec<Element> {
            let weight = self.trial.tensor_of(self.weight, replica);
            let of = |buffer| self.trial.rows_of(buffer, replica);
            let (x, delta, below) = (of(self.x), of(self.delta), of(self.below));
            let statistics = of(self.statistics.buffer);
            let (channels, positions) = (weight.len(), self.positions);
            let mut elements = vec![];
            for (e, (x, delta)) in x.into_iter().zip(delta).enumerate() {
                let (i, p) = (e / (channels * positions), e % positions);
                let channel = e / positions % channels;
                let (at, other) = match self.statistics.over {
                    Over::Batch => (channel, channel + channels),
                    Over::Channels => (2 * i * positions + p, (2 * i + 1) * positions + p),
                };
                elements.push(Element {
                    channel,
                    distance: x.abs() + statistics[at].abs(),
                    scale: statistics[other].abs(),
                    weight: weight[channel].abs(),
                    delta: delta.abs(),
                    below: below[e].abs(),
                });
            }
            elements
        }
    }
}
