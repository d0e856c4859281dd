//! Products of matrices in tiles.

use crate::cpu::matrix::{Rows, RowsMut, Strided};
use crate::cpu::ops::matmul::Matrix;
use crate::cpu::part::{Part, run};
use crate::cpu::products::panels::{Multiply, Pack, Panels, ProductRoom};
use crate::cpu::products::rows::product_of_rows;
use crate::cpu::products::sink::{Added, Stored};
use crate::cpu::products::tiles::product;
use crate::cpu::room::Room;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;
use crate::instruction_set::InstructionSet;

/// Rows of a product up to which its right factor is not packed: to take it apart takes as long.
const FEW_ROWS: usize = 12;
/// The same where it lies in columns, which packing goes across.
const FEW_ROWS_OF_COLUMNS: usize = 40;

/// Sets or adds the product of two matrices; the rows of `out` are `stride` elements apart.
pub(super) fn multiply(
    left: Matrix<f32>,
    right: Matrix<f32>,
    adds: bool,
    (out, stride): (&mut [f32], usize),
    room: &mut Room,
) {
    let ([m, k], a) = strided(left);
    let ([_, n], b) = strided(right);
    if m * n == 0 {
        return;
    }
    let set = room.set;
    let out = RowsMut { values: out, row: stride };
    let (is_of_rows, is_of_columns) = (b.column == 1, b.row == 1 && a.column == 1);
    if is_of_rows && m <= FEW_ROWS && n.is_multiple_of(LANES) {
        let b = Rows { values: b.values, row: b.row };
        return run(set, Unpacked { size: [m, k, n], a, b, out, adds });
    }
    let are_whole = k.is_multiple_of(LANES) && n.is_multiple_of(4);
    if is_of_columns && m <= FEW_ROWS_OF_COLUMNS && are_whole && !adds {
        let [a, b] = [(a.values, a.row), (b.values, b.column)];
        let [a, b] = [a, b].map(|(values, row)| Rows { values, row });
        return run(set, OfRows { size: [m, k, n], a, b, out });
    }
    pack(right, (set, &mut room.panels));
    run(set, Multiply { m, a, b: &room.panels, out, adds, room: &mut room.product });
}

/// Packs the right factor of products to come.
pub(super) fn pack(right: Matrix<f32>, (set, to): (InstructionSet, &mut Panels)) {
    let (size, from) = strided(right);
    run(set, Pack { size, from, to });
}

/// Sets or adds the product of a matrix and a packed one.
pub(super) fn multiply_packed(
    left: Matrix<f32>,
    right: &Panels,
    adds: bool,
    (out, stride): (&mut [f32], usize),
    (set, room): (InstructionSet, &mut ProductRoom),
) {
    let ([m, _], a) = strided(left);
    let out = RowsMut { values: out, row: stride };
    run(set, Multiply { m, a, b: right, out, adds, room });
}

/// The size of a matrix after transposition, and where its numbers are.
fn strided(matrix: Matrix<f32>) -> ([usize; 2], Strided) {
    let Matrix { values, rows, columns, stride, transposed } = matrix;
    if transposed {
        ([columns, rows], Strided { values, row: 1, column: stride })
    } else {
        ([rows, columns], Strided { values, row: stride, column: 1 })
    }
}

/// A product whose right factor has few passes.
struct Unpacked<'a> {
    size: [usize; 3],
    a: Strided<'a>,
    b: Rows<'a>,
    out: RowsMut<'a>,
    adds: bool,
}

impl Part for Unpacked<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(mut self, s: S) {
        if self.adds {
            product(s, self.size, self.a, self.b, None, (&mut self.out, &Added));
        } else {
            product(s, self.size, self.a, self.b, None, (&mut self.out, &Stored));
        }
    }
}

/// A product whose factors both lie along its terms.
struct OfRows<'a> {
    size: [usize; 3],
    a: Rows<'a>,
    b: Rows<'a>,
    out: RowsMut<'a>,
}

impl Part for OfRows<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(mut self, s: S) {
        product_of_rows(s, self.size, self.a, self.b, &mut self.out);
    }
}
