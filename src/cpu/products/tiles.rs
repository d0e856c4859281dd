//! The product of two matrices, a tile of sums in registers at a time.

#![allow(clippy::needless_range_loop)] // rows and columns, as the formulas have them

use super::TOO_SMALL;
use super::sink::Sink;
use crate::cpu::matrix::{Rows, RowsMut, Strided};
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::{Simd, Sums};

/// The sums a (m, k) · b (k, n) + bias, or without one, to their places (m, n). `n` is whole vectors.
#[inline(always)]
pub(in crate::rooms::cpu) fn product<S: Simd>(
    s: S,
    [m, k, n]: [usize; 3],
    a: Strided<'_>,
    b: Rows<'_>,
    bias: Option<&[f32]>,
    (places, sink): (&mut RowsMut<'_>, &impl Sink<S>),
) {
    if m == 0 {
        return;
    }
    let bias_fits = bias.is_none_or(|bias| bias.len() >= n);
    let fits = a.covers([m, k]) && b.covers([k, n]) && bias_fits && places.covers([m, n]);
    assert!(fits, "{TOO_SMALL}");
    let vectors = n / LANES;
    let mut done = 0;
    while done < vectors {
        let mut tile = Tile { k, first: done * LANES, a, b, bias, places, sink };
        // SAFETY: all have m rows, and the columns of as many vectors as are not done.
        done += unsafe {
            match (S::SUMS, vectors - done) {
                (Sums::TwentyFour, 4..) => tile.rows::<S, 6, 4>(s, m),
                (Sums::TwentyFour, 2..) => tile.rows::<S, 8, 2>(s, m),
                (Sums::TwentyFour, _) => tile.rows::<S, 8, 1>(s, m),
                (Sums::Six, _) => tile.rows::<S, 6, 1>(s, m),
                (Sums::Three, _) => tile.rows::<S, 3, 1>(s, m),
            }
        };
    }
}

/// A stripe of columns of a product.
struct Tile<'a, 'b, K> {
    k: usize,
    /// Its first column.
    first: usize,
    a: Strided<'a>,
    b: Rows<'a>,
    bias: Option<&'a [f32]>,
    places: &'a mut RowsMut<'b>,
    sink: &'a K,
}

impl<K> Tile<'_, '_, K> {
    /// All rows of the stripe of `C` vectors, `R` at a time, then those that are left over; `C`.
    ///
    /// # Safety
    /// The matrices have `m` rows, and the columns of the stripe.
    #[inline(always)]
    unsafe fn rows<S: Simd, const R: usize, const C: usize>(&mut self, s: S, m: usize) -> usize
    where
        K: Sink<S>,
    {
        let mut row = 0;
        // SAFETY: `row` and the rows of a tile stay below m.
        unsafe {
            while row + R <= m {
                // One or two rows behind six would wait for their own sums: four and three or four don't.
                if S::SUMS == Sums::Six && matches!(m - row, 7 | 8) {
                    self.tile::<S, 4, C>(s, row);
                    row += 4;
                    break;
                }
                self.tile::<S, R, C>(s, row);
                row += R;
            }
            // Each number of rows that can be left has its own tile: one pass over `b`.
            match m - row {
                7 => self.tile::<S, 7, C>(s, row),
                6 => self.tile::<S, 6, C>(s, row),
                5 => self.tile::<S, 5, C>(s, row),
                4 => self.tile::<S, 4, C>(s, row),
                3 => self.tile::<S, 3, C>(s, row),
                2 => self.tile::<S, 2, C>(s, row),
                1 => self.tile::<S, 1, C>(s, row),
                _ => {}
            }
        }
        C
    }

    /// `R` rows of it.
    ///
    /// # Safety
    /// The matrices have the rows from `row` on, and the columns of `C` vectors from the first on.
    #[inline(always)]
    unsafe fn tile<S: Simd, const R: usize, const C: usize>(&mut self, s: S, row: usize)
    where
        K: Sink<S>,
    {
        let mut sums = [[s.splat(0.0); C]; R];
        // SAFETY: all vectors and numbers are of the rows and columns that the caller promises, and of the k
        // between, behind which `a` and `b` are not read.
        unsafe {
            if let Some(values) = self.bias {
                let bias = Rows { values, row: 0 };
                for c in 0..C {
                    let bias = s.load(bias.numbers(0, self.first + c * LANES));
                    for sums in &mut sums {
                        sums[c] = bias;
                    }
                }
            }
            let mut a = self.a.values.as_ptr().wrapping_add(row * self.a.row);
            let mut b = self.b.values.as_ptr().wrapping_add(self.first);
            for _ in 0..self.k {
                let mut columns = [s.splat(0.0); C];
                for c in 0..C {
                    columns[c] = s.load(&*b.add(c * LANES).cast());
                }
                for r in 0..R {
                    let x = s.splat(*a.add(r * self.a.row));
                    for c in 0..C {
                        sums[r][c] = s.mul_add(x, columns[c], sums[r][c]);
                    }
                }
                a = a.wrapping_add(self.a.column);
                b = b.wrapping_add(self.b.row);
            }
            for r in 0..R {
                for c in 0..C {
                    let place = self.places.numbers(row + r, self.first + c * LANES);
                    self.sink.take(s, place, sums[r][c]);
                }
            }
        }
    }
}
