//! The samples of a signal's tiles: the first of each, the second of each, and so on.

#![allow(clippy::needless_range_loop)] // places, as the formulas have them

use crate::cpu::blocked::vectors::{each_nth, load};
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// Tiles of `M` outputs, which take `N` samples each, of lines of the same length.
pub(super) struct Samples<'a, const M: usize, const N: usize> {
    /// How many tiles a line has.
    pub tiles: usize,
    /// The samples of a line, and the zeros before it.
    width: usize,
    before: usize,
    /// For each of the `N`, 1 at the tiles of which the line has that sample, else 0.
    exists: &'a [f32],
}

impl<'a, const M: usize, const N: usize> Samples<'a, M, N> {
    pub fn new(tiles: usize, width: usize, before: usize, room: &'a mut Vec<f32>) -> Self {
        room.clear();
        for k in 0..N {
            let own = (0..tiles.max(LANES)).map(|tile| M * tile + k);
            room.extend(own.map(|at| f32::from((before..before + width).contains(&at))));
        }
        Samples { tiles, width, before, exists: room }
    }

    /// Those of sixteen tiles from this one on, of the line that begins at `line`.
    #[inline(always)]
    pub fn of<S: Simd>(&self, s: S, from: &[f32], line: usize, tile: usize) -> [S::V; N] {
        let (mut all, first) = ([s.splat(0.0); N], M * tile);
        for part in (0..N).step_by(M) {
            let own: [S::V; M] = match (line + first + part).checked_sub(self.before) {
                Some(at) => load(s, from, at),
                None => load(s, &behind_zeros::<M>(from, self.before - line - first - part), 0),
            };
            let own = each_nth(s, own);
            let some = M.min(N - part);
            all[part..part + some].copy_from_slice(&own[..some]);
        }
        // What lies beyond the line is of others.
        if first < self.before || first + LANES * M + N > self.before + self.width {
            for k in 0..N {
                let [exists] = load(s, self.exists, k * self.tiles.max(LANES) + tile);
                all[k] = s.where_positive(exists, all[k]);
            }
        }
        all
    }
}

/// The first numbers, with so many zeros before them; `4 · LANES`, of which `M · LANES` are used.
#[cold]
#[inline(never)]
fn behind_zeros<const M: usize>(from: &[f32], zeros: usize) -> [f32; 4 * LANES] {
    let mut own = [0.0; 4 * LANES];
    own[zeros..M * LANES].iter_mut().zip(from).for_each(|(own, from)| *own = *from);
    own
}
