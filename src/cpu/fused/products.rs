//! The two products of a step, on row-major matrices whose rows are padded with zeros to whole vectors.

#![allow(clippy::needless_range_loop)] // rows and columns, as the formulas have them

use super::simd::{LANES, Simd, Sums};

/// A matrix in memory: where it begins, and the numbers from one row, and one column, to the next.
#[derive(Clone, Copy)]
pub(super) struct Strided {
    pub values: *const f32,
    pub row: usize,
    pub column: usize,
}

/// What becomes of a product's sums.
pub(super) trait Sink<S: Simd>: Copy {
    /// Takes those of a row from a column on.
    ///
    /// # Safety
    /// The machine has `S`; the row has a vector there.
    unsafe fn take(self, row: usize, column: usize, sums: S::V);
}

/// Sums are stored, rows so many numbers apart.
impl<S: Simd> Sink<S> for (*mut f32, usize) {
    #[inline(always)]
    unsafe fn take(self, row: usize, column: usize, sums: S::V) {
        // SAFETY: the caller's promise.
        unsafe { S::store(self.0.add(row * self.1 + column), sums) }
    }
}

/// out (m, n) = a (m, k) · b (k, n) + bias, or without one. `n` is whole vectors; rows of `b` are `b_row` numbers
/// apart.
///
/// # Safety
/// The machine has `S`; all elements are where sizes and strides say.
#[inline(always)]
pub(super) unsafe fn product<S: Simd>(
    [m, k, n]: [usize; 3],
    a: Strided,
    (b, b_row): (*const f32, usize),
    bias: Option<*const f32>,
    out: impl Sink<S>,
) {
    let vectors = n / LANES;
    let mut done = 0;
    // SAFETY: tiles lie inside the matrices, whose sizes are the caller's promise.
    unsafe {
        while done < vectors {
            let tile = Tile { k, first: done * LANES, a, b, b_row, bias, out };
            done += match (S::SUMS, vectors - done) {
                (Sums::TwentyFour, 4..) => tile.rows::<S, 6, 4>(m),
                (Sums::TwentyFour, 2..) => tile.rows::<S, 8, 2>(m),
                (Sums::TwentyFour, _) => tile.rows::<S, 8, 1>(m),
                (Sums::Six, _) => tile.rows::<S, 6, 1>(m),
                (Sums::Three, _) => tile.rows::<S, 3, 1>(m),
            };
        }
    }
}

/// A stripe of columns of a product.
#[derive(Clone, Copy)]
struct Tile<O> {
    k: usize,
    /// Its first column.
    first: usize,
    a: Strided,
    b: *const f32,
    b_row: usize,
    bias: Option<*const f32>,
    out: O,
}

impl<O> Tile<O> {
    /// All rows of the stripe of `C` vectors, `R` at a time, then those that are left over; `C`.
    #[inline(always)]
    unsafe fn rows<S: Simd, const R: usize, const C: usize>(self, m: usize) -> usize
    where
        O: Sink<S>,
    {
        let mut row = 0;
        // SAFETY: `row` stays below m.
        unsafe {
            while row + R <= m {
                // One or two rows behind six would wait for their own sums: four and three or four don't.
                if S::SUMS == Sums::Six && matches!(m - row, 7 | 8) {
                    self.tile::<S, 4, C>(row);
                    row += 4;
                    break;
                }
                self.tile::<S, R, C>(row);
                row += R;
            }
            // Each number of rows that can be left has its own tile: one pass over `b`.
            match m - row {
                7 => self.tile::<S, 7, C>(row),
                6 => self.tile::<S, 6, C>(row),
                5 => self.tile::<S, 5, C>(row),
                4 => self.tile::<S, 4, C>(row),
                3 => self.tile::<S, 3, C>(row),
                2 => self.tile::<S, 2, C>(row),
                1 => self.tile::<S, 1, C>(row),
                _ => {}
            }
        }
        C
    }

    #[inline(always)]
    unsafe fn tile<S: Simd, const R: usize, const C: usize>(self, row: usize)
    where
        O: Sink<S>,
    {
        // SAFETY: rows row .. row + R and columns first .. first + C vectors exist.
        unsafe {
            let mut sums = [[S::splat(0.0); C]; R];
            if let Some(bias) = self.bias {
                for c in 0..C {
                    let bias = S::load(bias.add(self.first + c * LANES));
                    for sums in &mut sums {
                        sums[c] = bias;
                    }
                }
            }
            let mut a = self.a.values.add(row * self.a.row);
            let mut b = self.b.add(self.first);
            for _ in 0..self.k {
                let mut columns = [S::splat(0.0); C];
                for c in 0..C {
                    columns[c] = S::load(b.add(c * LANES));
                }
                for r in 0..R {
                    let x = S::splat(*a.add(r * self.a.row));
                    for c in 0..C {
                        sums[r][c] = S::mul_add(x, columns[c], sums[r][c]);
                    }
                }
                // Behind the last term they may lie anywhere.
                a = a.wrapping_add(self.a.column);
                b = b.wrapping_add(self.b_row);
            }
            for r in 0..R {
                for c in 0..C {
                    self.out.take(row + r, self.first + c * LANES, sums[r][c]);
                }
            }
        }
    }
}

/// out (m, p) = a (m, n) · b (p, n) turned: every element the product of two rows. `n` is whole
/// vectors, `p` a multiple of four; rows of `a`, `b` and `out` are so many numbers apart.
///
/// # Safety
/// The machine has `S`; all elements are where the sizes say.
#[inline(always)]
pub(super) unsafe fn product_of_rows<S: Simd>(
    [m, n, p]: [usize; 3],
    a: (*const f32, usize),
    b: (*const f32, usize),
    out: (*mut f32, usize),
) {
    let mut row = 0;
    // SAFETY: rows stay below m and p.
    unsafe {
        while row < m {
            row += match (S::ROWS, m - row) {
                // Five rows, a common batch, in one pass over `b` rather than two.
                (5, 5) => product_of_few_rows::<S, 5>(row, [n, p], a, b, out),
                (5, 4..) => product_of_few_rows::<S, 4>(row, [n, p], a, b, out),
                // Two at a time leave two of four, and not three and one.
                (3, 4) | (3, 2) => product_of_few_rows::<S, 2>(row, [n, p], a, b, out),
                (3, 3..) => product_of_few_rows::<S, 3>(row, [n, p], a, b, out),
                _ => product_of_few_rows::<S, 1>(row, [n, p], a, b, out),
            };
        }
    }
}

/// `R` rows of a product; `R`.
#[inline(always)]
unsafe fn product_of_few_rows<S: Simd, const R: usize>(
    row: usize,
    [n, p]: [usize; 2],
    (a, a_row): (*const f32, usize),
    (b, b_row): (*const f32, usize),
    (out, out_row): (*mut f32, usize),
) -> usize {
    // SAFETY: rows row .. row + R of a and out exist, and all p of b.
    unsafe {
        let (a, out) = (a.add(row * a_row), out.add(row * out_row));
        let sixteens = p / LANES * LANES;
        for column in (0..sixteens).step_by(LANES) {
            let of = b.add(column * b_row);
            // No loop: what each makes is of the type that the instruction set has for it.
            let products = [
                S::dots::<R>(n, (a, a_row), (of, b_row)),
                S::dots::<R>(n, (a, a_row), (of.add(4 * b_row), b_row)),
                S::dots::<R>(n, (a, a_row), (of.add(8 * b_row), b_row)),
                S::dots::<R>(n, (a, a_row), (of.add(12 * b_row), b_row)),
            ];
            for r in 0..R {
                let own = [products[0][r], products[1][r], products[2][r], products[3][r]];
                S::store(out.add(r * out_row + column), S::sixteen_sums(own));
            }
        }
        for column in (sixteens..p).step_by(4) {
            let products = S::dots::<R>(n, (a, a_row), (b.add(column * b_row), b_row));
            for r in 0..R {
                let four = S::four_sums(products[r]);
                out.add(r * out_row + column).cast::<[f32; 4]>().write_unaligned(four);
            }
        }
    }
    R
}
