//! Kernels and their gradients: G g, and G' of what the products give.

#![allow(clippy::needless_range_loop)] // places, as the formulas have them

use super::formulas::POINTS;
use super::tiles::{Along, Taps, Tiles};
use crate::cpu::blocked::vectors::{load, store};
use crate::cpu::part::Part;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// Where the taps of a kernel lie that is cut into tiles: (filters, channels, height, width).
#[derive(Clone, Copy)]
struct Places {
    /// From one of those that a product takes away to the next, and from one that it leaves to the next.
    step: usize,
    other: usize,
    /// Those that it leaves, of a channel; and all of a channel.
    others: usize,
    channel: usize,
}

impl Places {
    fn of(tiles: &Tiles) -> Self {
        let [height, width] = tiles.windows.axes.map(|axis| axis.kernel);
        let channel = height * width;
        match tiles.along {
            Along::Lines => Places { step: width, other: 1, others: width, channel },
            Along::Samples => Places { step: 1, other: width, others: height, channel },
        }
    }

    /// The first of those that a product takes away, by the index of what it leaves.
    #[inline(always)]
    fn first(self, at: usize) -> usize {
        at / self.others * self.channel + at % self.others * self.other
    }
}

/// G g: six, each of (filters, channels, taps that are left).
pub(super) struct TransformKernel<'a> {
    pub tiles: &'a Tiles,
    pub kernel: &'a [f32],
    pub to: &'a mut [f32],
}

impl Part for TransformKernel<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        match self.tiles.taps {
            Taps::Three => self.of_taps::<S, 3>(s),
            Taps::Five => self.of_taps::<S, 5>(s),
        }
    }
}

impl TransformKernel<'_> {
    #[inline(always)]
    fn of_taps<S: Simd, const R: usize>(self, s: S) {
        let (places, len) = (Places::of(self.tiles), self.kernel.len() / R);
        let mut own = [[0.0; LANES]; R];
        for first in (0..len).step_by(LANES) {
            for i in 0..LANES.min(len - first) {
                let first = places.first(first + i);
                for (k, own) in own.iter_mut().enumerate() {
                    own[i] = self.kernel[first + k * places.step];
                }
            }
            let mut g = [s.splat(0.0); R];
            for k in 0..R {
                g[k] = s.load(&own[k]);
            }
            for (to, v) in self.to.chunks_exact_mut(len).zip(points(s, g)) {
                store(s, to, first, v);
            }
        }
    }
}

/// G g
#[inline(always)]
fn points<S: Simd, const R: usize>(s: S, g: [S::V; R]) -> [S::V; POINTS] {
    // g0 + g2 + g4 and g1 + g3; g0 + 4 g2 + 16 g4 and 2 (g1 + 4 g3).
    let (mut even, mut odd) = (s.add(g[0], g[2]), g[1]);
    let (mut of_even, mut of_odd) = (s.mul_add(s.splat(4.0), g[2], g[0]), g[1]);
    if R == 5 {
        (even, odd) = (s.add(even, g[R - 1]), s.add(odd, g[R - 2]));
        of_even = s.mul_add(s.splat(16.0), g[R - 1], of_even);
        of_odd = s.mul_add(s.splat(4.0), g[R - 2], of_odd);
    }
    let of_odd = s.mul(s.splat(2.0), of_odd);
    let (sixth, twenty_fourth) = (s.splat(-1.0 / 6.0), s.splat(1.0 / 24.0));
    [
        s.mul(s.splat(0.25), g[0]),
        s.mul(sixth, s.add(even, odd)),
        s.mul(sixth, s.sub(even, odd)),
        s.mul(twenty_fourth, s.add(of_even, of_odd)),
        s.mul(twenty_fourth, s.sub(of_even, of_odd)),
        g[R - 1],
    ]
}

/// Adds G' of the sums of all six to the gradient of a kernel.
pub(super) struct AddGradient<'a> {
    pub tiles: &'a Tiles,
    pub sums: &'a [f32],
    pub gradient: &'a mut [f32],
}

impl Part for AddGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        match self.tiles.taps {
            Taps::Three => self.of_taps::<S, 3>(s),
            Taps::Five => self.of_taps::<S, 5>(s),
        }
    }
}

impl AddGradient<'_> {
    #[inline(always)]
    fn of_taps<S: Simd, const R: usize>(self, s: S) {
        let (places, len) = (Places::of(self.tiles), self.gradient.len() / R);
        let mut own = [[0.0; LANES]; R];
        for first in (0..len).step_by(LANES) {
            let mut sums = [s.splat(0.0); POINTS];
            for (point, sums) in sums.iter_mut().enumerate() {
                [*sums] = load(s, &self.sums[point * len..][..len], first);
            }
            for (own, v) in own.iter_mut().zip(of_kernel::<S, R>(s, sums)) {
                s.store(own, v);
            }
            for i in 0..LANES.min(len - first) {
                let first = places.first(first + i);
                for (k, own) in own.iter().enumerate() {
                    self.gradient[first + k * places.step] += own[i];
                }
            }
        }
    }
}

/// G' of six.
#[inline(always)]
fn of_kernel<S: Simd, const R: usize>(s: S, p: [S::V; POINTS]) -> [S::V; R] {
    let (sixth, twenty_fourth) = (s.splat(-1.0 / 6.0), s.splat(1.0 / 24.0));
    let (sum, difference) = (s.mul(sixth, s.add(p[1], p[2])), s.mul(sixth, s.sub(p[1], p[2])));
    let sum_of_two = s.mul(twenty_fourth, s.add(p[3], p[4]));
    let difference_of_two = s.mul(twenty_fourth, s.sub(p[3], p[4]));
    let mut g = [s.splat(0.0); R];
    g[0] = s.mul_add(s.splat(0.25), p[0], s.add(sum, sum_of_two));
    g[1] = s.mul_add(s.splat(2.0), difference_of_two, difference);
    g[2] = s.mul_add(s.splat(4.0), sum_of_two, sum);
    if R == 5 {
        g[R - 2] = s.mul_add(s.splat(8.0), difference_of_two, difference);
        g[R - 1] = s.mul_add(s.splat(16.0), sum_of_two, sum);
    }
    g[R - 1] = s.add(g[R - 1], p[5]);
    g
}
