//! Rows of channels to the transformed planes of their tiles.

#![allow(clippy::needless_range_loop)] // places, as the formulas have them

use super::formulas::{POINTS, transformed};
use super::samples::Samples;
use super::tiles::{Along, Taps, Tiles};
use crate::cpu::blocked::planes::{Planes, zeros};
use crate::cpu::blocked::vectors::{load, starts, store};
use crate::cpu::part::Part;
use crate::cpu::simd::operations::Simd;

/// What is transformed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Rows of inputs: (channels, height, width).
    Inputs,
    /// Rows of the gradients of outputs: (filters, positions).
    Gradients,
}

/// Transforms some rows: six times the planes of their channels.
pub(super) struct Transform<'a> {
    pub tiles: &'a Tiles,
    pub of: Of,
    pub from: &'a [f32],
    /// Room for what tells which samples exist.
    pub exists: &'a mut Vec<f32>,
    pub to: &'a mut Vec<f32>,
}

impl Part for Transform<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        match (self.of, self.tiles.taps) {
            (Of::Inputs, Taps::Three) => self.all::<S, 4, POINTS>(s),
            (Of::Inputs, Taps::Five) => self.all::<S, 2, POINTS>(s),
            (Of::Gradients, Taps::Three) => self.all::<S, 4, 4>(s),
            (Of::Gradients, Taps::Five) => self.all::<S, 2, 2>(s),
        }
    }
}

impl Transform<'_> {
    /// Tiles of `M` outputs, which take `N` numbers each.
    #[inline(always)]
    fn all<S: Simd, const M: usize, const N: usize>(self, s: S) {
        let Transform { tiles, of, from, exists, to } = self;
        let (channels, [height, width], before) = match of {
            Of::Inputs => {
                let plane = tiles.windows.axes.map(|axis| axis.input);
                (tiles.windows.channels, plane, tiles.axis.before)
            }
            Of::Gradients => {
                (tiles.windows.filters, tiles.windows.axes.map(|axis| axis.positions), 0)
            }
        };
        let mut to = Points::of(&tiles.planes, channels, to);
        let rows = from.len() / (channels * height * width);
        let [down, across] = tiles.products.axes.map(|axis| axis.positions);
        let (count, samples) = match tiles.along {
            Along::Lines => (down, None),
            Along::Samples => (across, Some(Samples::<M, N>::new(across, width, before, exists))),
        };
        for channel in 0..channels {
            let mut end = to.first_of(channel);
            for row in 0..rows {
                let own = (row * channels + channel) * height * width;
                let place = [channel, row];
                end = match &samples {
                    None => {
                        let lines = (&from[own..], [height, width], before);
                        to.lines::<S, M, N>(s, lines, count, place, end)
                    }
                    Some(samples) => to.samples(s, (from, own, samples), place, end),
                };
            }
            to.zeros(end, to.first_of(channel + 1));
        }
        to.zeros(to.first_of(channels), to.len);
    }
}

/// The planes of each of the six, one behind the other.
struct Points<'a> {
    planes: &'a Planes,
    /// The numbers of one.
    len: usize,
    values: &'a mut [f32],
}

impl<'a> Points<'a> {
    /// Room for them, with the zeros before the first channel.
    #[inline(always)]
    fn of(planes: &'a Planes, channels: usize, to: &'a mut Vec<f32>) -> Self {
        let len = planes.len(channels);
        if to.len() < POINTS * len {
            to.resize(POINTS * len, 0.0);
        }
        let mut points = Points { planes, len, values: to };
        points.zeros(0, planes.lead);
        points
    }

    /// Where a channel begins.
    #[inline(always)]
    fn first_of(&self, channel: usize) -> usize {
        self.planes.lead + channel * self.planes.channel
    }

    #[inline(always)]
    fn zeros(&mut self, from: usize, to: usize) {
        if from < to {
            for point in 0..POINTS {
                zeros(point * self.len + from, point * self.len + to, self.values);
            }
        }
    }

    #[inline(always)]
    fn store<S: Simd>(&mut self, s: S, at: usize, points: [S::V; POINTS]) {
        for (point, v) in points.into_iter().enumerate() {
            store(s, self.values, point * self.len + at, v);
        }
    }

    /// A plane whose lines are cut into so many tiles, and the zeros before each line of them; where the last one ends.
    #[inline(always)]
    fn lines<S: Simd, const M: usize, const N: usize>(
        &mut self,
        s: S,
        (from, [height, width], before): (&[f32], [usize; 2], usize),
        count: usize,
        [channel, row]: [usize; 2],
        mut end: usize,
    ) -> usize {
        for tile in 0..count {
            let at = self.planes.lead + self.planes.line(channel, row, tile);
            self.zeros(end, at);
            for first in starts(width) {
                let mut own = [s.splat(0.0); N];
                for k in 0..N {
                    // Beyond the plane there are zeros.
                    let line = (M * tile + k).wrapping_sub(before);
                    if line < height {
                        [own[k]] = load(s, from, line * width + first);
                    }
                }
                self.store(s, at + first, transformed(s, own));
            }
            end = at + width;
        }
        end
    }

    /// A line whose samples are cut into tiles; where they end.
    #[inline(always)]
    fn samples<S: Simd, const M: usize, const N: usize>(
        &mut self,
        s: S,
        (from, line, samples): (&[f32], usize, &Samples<'_, M, N>),
        [channel, row]: [usize; 2],
        end: usize,
    ) -> usize {
        let at = self.planes.lead + self.planes.line(channel, row, 0);
        self.zeros(end, at);
        for tile in starts(samples.tiles) {
            let own = samples.of(s, from, line, tile);
            self.store(s, at + tile, transformed(s, own));
        }
        at + samples.tiles
    }
}
