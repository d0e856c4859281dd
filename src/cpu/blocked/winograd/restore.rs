//! Products of tiles back to rows of outputs.

#![allow(clippy::needless_range_loop)] // places, as the formulas have them

use super::formulas::{POINTS, outputs};
use super::tiles::{Along, Taps, Tiles};
use crate::cpu::blocked::vectors::{interleaved_by, load, starts, store};
use crate::cpu::part::Part;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// Makes rows of outputs, (filters, rows, height, width), of their products.
pub(super) struct Restore<'a> {
    pub tiles: &'a Tiles,
    pub rows: usize,
    /// Six times (filters, a channel of the planes).
    pub products: &'a [f32],
    pub to: &'a mut [f32],
}

impl Part for Restore<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        match self.tiles.taps {
            Taps::Three => self.all::<S, 4>(s),
            Taps::Five => self.all::<S, 2>(s),
        }
    }
}

impl Restore<'_> {
    #[inline(always)]
    fn all<S: Simd, const M: usize>(self, s: S) {
        let Tiles { windows, along, planes, products, .. } = self.tiles;
        let [height, width] = windows.axes.map(|axis| axis.positions);
        let [lines, columns] = products.axes.map(|axis| axis.positions);
        let len = windows.filters * planes.channel;
        for filter in 0..windows.filters {
            for row in 0..self.rows {
                let to = (filter * self.rows + row) * height * width;
                for line in 0..lines {
                    let from = planes.line(filter, row, line);
                    for first in starts(columns) {
                        let mut own = [s.splat(0.0); POINTS];
                        for (point, own) in own.iter_mut().enumerate() {
                            [*own] = load(s, self.products, point * len + from + first);
                        }
                        let own = outputs::<S, M>(s, own);
                        if *along == Along::Samples {
                            let own = interleaved_by(s, own);
                            for k in 0..M {
                                store(s, self.to, to + M * first + k * LANES, own[k]);
                            }
                        } else {
                            for k in 0..M.min(height - M * line) {
                                store(s, self.to, to + (M * line + k) * width + first, own[k]);
                            }
                        }
                    }
                }
            }
        }
    }
}
