//! The products of a step, on row-major matrices whose rows are padded with zeros to whole vectors.

#![allow(clippy::needless_range_loop)] // rows and columns, as the formulas have them

use super::matrix::{Rows, RowsMut, Strided};
use super::simd::LANES;
use super::simd::operations::{Simd, Sums};

/// What becomes of a product's sums.
pub(super) trait Sink<S: Simd> {
    /// Takes those of a vector to their place.
    fn take(&self, s: S, place: &mut [f32; LANES], sums: S::V);
}

/// They are stored.
pub(super) struct Stored;

impl<S: Simd> Sink<S> for Stored {
    #[inline(always)]
    fn take(&self, s: S, place: &mut [f32; LANES], sums: S::V) {
        s.store(place, sums);
    }
}

/// What a walk says that would leave its matrices.
const TOO_SMALL: &str = "a matrix is smaller than the product";

/// The sums a (m, k) · b (k, n) + bias, or without one, to their places (m, n). `n` is whole vectors.
#[inline(always)]
pub(super) fn product<S: Simd>(
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

/// The sum of each column of a (m, n), to n places. `n` is whole vectors.
#[inline(always)]
pub(super) fn sums_of_columns<S: Simd>(
    s: S,
    [m, n]: [usize; 2],
    a: Rows<'_>,
    (places, sink): (&mut [f32], &impl Sink<S>),
) {
    assert!(a.covers([m, n]), "{TOO_SMALL}");
    for (column, place) in places[..n].as_chunks_mut().0.iter_mut().enumerate() {
        let mut sum = s.splat(0.0);
        for row in 0..m {
            // SAFETY: `a` has m rows and n columns, whole vectors.
            sum = s.add(sum, s.load(unsafe { a.numbers(row, column * LANES) }));
        }
        sink.take(s, place, sum);
    }
}

/// The columns of a matrix, of so many rows and columns, whole vectors, as rows of another.
#[inline(always)]
pub(super) fn transpose<S: Simd>(
    s: S,
    [rows, columns]: [usize; 2],
    from: Rows<'_>,
    to: &mut RowsMut<'_>,
) {
    let are_whole = rows.is_multiple_of(LANES) && columns.is_multiple_of(LANES);
    assert!(are_whole && from.covers([rows, columns]) && to.covers([columns, rows]), "{TOO_SMALL}");
    for row in (0..rows).step_by(LANES) {
        for column in (0..columns).step_by(LANES) {
            // SAFETY: both have whole vectors of rows and of columns.
            unsafe { s.transpose(from.square(row, column), to.square(column, row)) }
        }
    }
}

/// out (m, p) = a (m, n) · b (p, n) transposed: every element the product of two rows. `n` is whole
/// vectors, `p` a multiple of four.
#[inline(always)]
pub(super) fn product_of_rows<S: Simd>(
    s: S,
    [m, n, p]: [usize; 3],
    a: Rows<'_>,
    b: Rows<'_>,
    out: &mut RowsMut<'_>,
) {
    if m == 0 {
        return;
    }
    assert!(n.is_multiple_of(LANES) && p.is_multiple_of(4), "rows end inside a vector");
    assert!(a.covers([m, n]) && b.covers([p, n]) && out.covers([m, p]), "{TOO_SMALL}");
    let mut row = 0;
    while row < m {
        // SAFETY: `row` and the rows that are taken stay below m.
        row += unsafe {
            match (S::ROWS, m - row) {
                // Five rows, a common batch, in one pass over `b` rather than two.
                (5, 5) => product_of_few_rows::<S, 5>(s, row, [n, p], a, b, out),
                (5, 4..) => product_of_few_rows::<S, 4>(s, row, [n, p], a, b, out),
                // Two at a time leave two of four, and not three and one.
                (3, 4) | (3, 2) => product_of_few_rows::<S, 2>(s, row, [n, p], a, b, out),
                (3, 3..) => product_of_few_rows::<S, 3>(s, row, [n, p], a, b, out),
                _ => product_of_few_rows::<S, 1>(s, row, [n, p], a, b, out),
            }
        };
    }
}

/// `R` rows of a product; `R`.
///
/// # Safety
/// `a` and `out` have the rows from `row` on, of `n` and `p` numbers, and `b` has `p` of `n`.
#[inline(always)]
unsafe fn product_of_few_rows<S: Simd, const R: usize>(
    s: S,
    row: usize,
    [n, p]: [usize; 2],
    a: Rows<'_>,
    b: Rows<'_>,
    out: &mut RowsMut<'_>,
) -> usize {
    let sixteens = p / LANES * LANES;
    // SAFETY: all rows are among those that the caller promises; `b` has sixteen, or four, from a column on.
    unsafe {
        let a = a.at(row, 0);
        for column in (0..sixteens).step_by(LANES) {
            // No loop: what each makes is of the type that the instruction set has for it.
            let products = [
                s.dots::<R>(n, a, b.at(column, 0)),
                s.dots::<R>(n, a, b.at(column + 4, 0)),
                s.dots::<R>(n, a, b.at(column + 8, 0)),
                s.dots::<R>(n, a, b.at(column + 12, 0)),
            ];
            for r in 0..R {
                let own = [products[0][r], products[1][r], products[2][r], products[3][r]];
                s.store(out.numbers(row + r, column), s.sixteen_sums(own));
            }
        }
        for column in (sixteens..p).step_by(4) {
            let products = s.dots::<R>(n, a, b.at(column, 0));
            for r in 0..R {
                *out.numbers(row + r, column) = s.four_sums(products[r]);
            }
        }
    }
    R
}
