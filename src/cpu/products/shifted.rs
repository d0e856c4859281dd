//! Products with a matrix whose rows are one array from different places on: what a convolution is on planes with
//! zeros between their lines, where each tap of the kernel is the planes, shifted.

#![allow(clippy::needless_range_loop)] // rows and columns, as the formulas have them

use super::TOO_SMALL;
use crate::cpu::matrix::{Rows, RowsMut};
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::{Simd, Sums};

/// Columns of a product that are made together, for all rows.
const COLUMNS: usize = 64;
/// Numbers of the shifted array that stay in the first cache.
const CACHED: usize = 4096;

/// The rows of the first of the blocks into which so many are cut, of about the same height; at most as many as
/// [`product_of_shifted`] takes at once.
#[inline(always)]
pub(in crate::rooms::cpu) fn block_of<S: Simd>(rows: usize) -> usize {
    let most = if S::SUMS == Sums::Three { 3 } else { 6 };
    rows.div_ceil(rows.div_ceil(most).max(1))
}

/// An array from several places on.
#[derive(Clone, Copy)]
pub(in crate::rooms::cpu) struct Shifted<'a> {
    pub values: &'a [f32],
    pub places: &'a [usize],
    /// So many neighbouring places read about the same numbers.
    pub taps: usize,
}

impl Shifted<'_> {
    /// Whether there are `n` numbers from each place on.
    #[inline(always)]
    fn covers(self, n: usize) -> bool {
        let last = self.places.iter().max().map_or(0, |place| place.saturating_add(n));
        self.values.len() >= last
    }

    /// Places whose products with so many columns are added up in registers before the next ones: those of as many
    /// channels as stay in the first cache.
    #[inline(always)]
    fn chunk(self, columns: usize) -> usize {
        let last = self.places[self.taps.min(self.places.len()) - 1];
        let channel = columns + (last - self.places[0]);
        (CACHED / channel).max(1) * self.taps
    }

    /// Some of its places.
    #[inline(always)]
    fn some(self, first: usize, places: usize) -> Self {
        Shifted { places: &self.places[first..first + places], ..self }
    }
}

/// out[r, q] = Σₜ a[r, t] · x[places[t] + q] for `n` q, whole vectors. `a` has its rows in blocks of [`block_of`], one
/// after the other, each with the numbers of a term side by side.
#[inline(always)]
pub(in crate::rooms::cpu) fn product_of_shifted<S: Simd>(
    s: S,
    [m, n]: [usize; 2],
    a: &[f32],
    x: Shifted<'_>,
    out: &mut RowsMut<'_>,
) {
    let terms = x.places.len();
    if m * terms * n == 0 {
        return;
    }
    let fits = n.is_multiple_of(LANES) && a.len() >= m * terms && x.covers(n);
    assert!(fits && out.covers([m, n]), "{TOO_SMALL}");
    let chunk = x.chunk(n.min(COLUMNS));
    for first in (0..n).step_by(COLUMNS) {
        let columns = [first, (n - first).min(COLUMNS)];
        for t in (0..terms).step_by(chunk) {
            let some = chunk.min(terms - t);
            let mut row = 0;
            while row < m {
                let rows = block_of::<S>(m - row);
                let own = &a[row * terms + t * rows..];
                let x = x.some(t, some);
                // SAFETY: `a` has a number for each row and term, `x` n numbers from each place on, `out` all rows.
                unsafe {
                    let stripes = Stripes { columns, row, a: own, x, adds: t > 0, out: &mut *out };
                    match rows {
                        6 => stripes.rows::<S, 6>(s),
                        5 => stripes.rows::<S, 5>(s),
                        4 => stripes.rows::<S, 4>(s),
                        3 => stripes.rows::<S, 3>(s),
                        2 => stripes.rows::<S, 2>(s),
                        _ => stripes.rows::<S, 1>(s),
                    }
                }
                row += rows;
            }
        }
    }
}

/// Some rows and columns of a product, and some of its terms.
struct Stripes<'a, 'b> {
    /// The first, and how many.
    columns: [usize; 2],
    row: usize,
    a: &'a [f32],
    x: Shifted<'a>,
    adds: bool,
    out: &'a mut RowsMut<'b>,
}

impl Stripes<'_, '_> {
    /// `R` rows, a stripe of vectors at a time.
    ///
    /// # Safety
    /// `a` has `R` numbers for each place, `x` has from each place on the numbers of the columns, and `out` covers the
    /// rows and the columns.
    #[inline(always)]
    unsafe fn rows<S: Simd, const R: usize>(mut self, s: S) {
        let [mut first, columns] = self.columns;
        let end = first + columns;
        // SAFETY: the caller's promise; the columns of a stripe are among them.
        unsafe {
            if S::SUMS == Sums::TwentyFour {
                while first + 4 * LANES <= end {
                    self.tile::<S, R, 4>(s, first);
                    first += 4 * LANES;
                }
                if first + 2 * LANES <= end {
                    self.tile::<S, R, 2>(s, first);
                    first += 2 * LANES;
                }
            }
            while first < end {
                self.tile::<S, R, 1>(s, first);
                first += LANES;
            }
        }
    }

    /// `R` rows of `C` vectors.
    ///
    /// # Safety
    /// As [`Self::rows`].
    #[inline(always)]
    unsafe fn tile<S: Simd, const R: usize, const C: usize>(&mut self, s: S, first: usize) {
        let mut sums = [[s.splat(0.0); C]; R];
        // SAFETY: the caller's promise.
        unsafe {
            if self.adds {
                for r in 0..R {
                    for c in 0..C {
                        sums[r][c] = s.load(self.out.numbers(self.row + r, first + c * LANES));
                    }
                }
            }
            let (mut a, x) = (self.a.as_ptr(), self.x.values.as_ptr().add(first));
            for place in self.x.places {
                let x = x.add(*place);
                let mut columns = [s.splat(0.0); C];
                for c in 0..C {
                    columns[c] = s.load(&*x.add(c * LANES).cast());
                }
                for r in 0..R {
                    let own = s.splat(*a.add(r));
                    for c in 0..C {
                        sums[r][c] = s.mul_add(own, columns[c], sums[r][c]);
                    }
                }
                a = a.add(R);
            }
            for r in 0..R {
                for c in 0..C {
                    s.store(self.out.numbers(self.row + r, first + c * LANES), sums[r][c]);
                }
            }
        }
    }
}

/// sums[r, t] += Σ over `n` q, whole vectors, of a[r, q] · x[places[t] + q]
#[inline(always)]
pub(in crate::rooms::cpu) fn add_products_with_shifted<S: Simd>(
    s: S,
    [m, n]: [usize; 2],
    a: Rows<'_>,
    x: Shifted<'_>,
    sums: &mut [f32],
) {
    let terms = x.places.len();
    if m * terms * n == 0 {
        return;
    }
    let fits = n.is_multiple_of(LANES) && sums.len() >= m * terms && x.covers(n);
    assert!(fits && a.covers([m, n]), "{TOO_SMALL}");
    let chunk = x.chunk(n).next_multiple_of(4);
    for first in (0..terms).step_by(chunk) {
        let x = x.some(first, chunk.min(terms - first));
        let mut row = 0;
        while row < m {
            let mut sums = RowsMut { values: &mut sums[row * terms + first..], row: terms };
            // SAFETY: `a` covers the rows that are left, and `x` has n numbers from each place on.
            row += unsafe {
                let a = a.at(row, 0);
                match (m - row).min(S::ROWS) {
                    5 => add_rows::<S, 5>(s, n, a, x, &mut sums),
                    4 => add_rows::<S, 4>(s, n, a, x, &mut sums),
                    3 => add_rows::<S, 3>(s, n, a, x, &mut sums),
                    2 => add_rows::<S, 2>(s, n, a, x, &mut sums),
                    _ => add_rows::<S, 1>(s, n, a, x, &mut sums),
                }
            };
        }
    }
}

/// The first `R` rows of it; `R`.
///
/// # Safety
/// `a` covers these rows of `n` numbers, and `x` has as many from each place on.
#[inline(always)]
unsafe fn add_rows<S: Simd, const R: usize>(
    s: S,
    n: usize,
    a: Rows<'_>,
    x: Shifted<'_>,
    sums: &mut RowsMut<'_>,
) -> usize {
    for (first, four) in (0..).step_by(4).zip(x.places.chunks(4)) {
        // Behind the last place it is taken again, for nothing.
        let place = |t: usize| four[t.min(four.len() - 1)];
        // SAFETY: the caller's promise.
        let products = unsafe {
            let b = [place(0), place(1), place(2), place(3)];
            let b = [
                x.values.get_unchecked(b[0]..),
                x.values.get_unchecked(b[1]..),
                x.values.get_unchecked(b[2]..),
                x.values.get_unchecked(b[3]..),
            ];
            s.dots::<R>(n, a, b)
        };
        for r in 0..R {
            let own = s.four_sums(products[r]);
            let sums = &mut sums.values[r * sums.row + first..][..four.len()];
            sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        }
    }
    R
}
