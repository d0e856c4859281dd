//! The columns of a matrix: their sums, and as rows.

use super::TOO_SMALL;
use super::sink::Sink;
use crate::cpu::matrix::{Rows, RowsMut};
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// The sum of each column of a (m, n), to n places. `n` is whole vectors.
#[inline(always)]
pub(in crate::rooms::cpu) fn sums_of_columns<S: Simd>(
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
pub(in crate::rooms::cpu) fn transpose<S: Simd>(
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
