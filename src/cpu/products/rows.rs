//! The products of the rows of two matrices.

#![allow(clippy::needless_range_loop)] // rows and columns, as the formulas have them

use super::TOO_SMALL;
use crate::cpu::matrix::{Rows, RowsMut};
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// out (m, p) = a (m, n) · b (p, n) transposed: every element the product of two rows. `n` is whole
/// vectors, `p` a multiple of four.
#[inline(always)]
pub(in crate::rooms::cpu) fn product_of_rows<S: Simd>(
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
                s.dots::<R>(n, a, four(b, column)),
                s.dots::<R>(n, a, four(b, column + 4)),
                s.dots::<R>(n, a, four(b, column + 8)),
                s.dots::<R>(n, a, four(b, column + 12)),
            ];
            for r in 0..R {
                let own = [products[0][r], products[1][r], products[2][r], products[3][r]];
                s.store(out.numbers(row + r, column), s.sixteen_sums(own));
            }
        }
        for column in (sixteens..p).step_by(4) {
            let products = s.dots::<R>(n, a, four(b, column));
            for r in 0..R {
                *out.numbers(row + r, column) = s.four_sums(products[r]);
            }
        }
    }
    R
}

/// Four rows of a matrix.
///
/// # Safety
/// It covers them.
#[inline(always)]
unsafe fn four(b: Rows<'_>, row: usize) -> [&[f32]; 4] {
    // SAFETY: the caller's promise.
    unsafe {
        let at = |row| b.at(row, 0).values;
        [at(row), at(row + 1), at(row + 2), at(row + 3)]
    }
}
