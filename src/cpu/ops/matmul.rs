//! C = A · B, either factor transposed. Twin of `shaders/matmul.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::{Site, Tensors};
use crate::cpu::workspace::Workspace;
use crate::plan::access::Mode;
use crate::plan::ops::matmul::{Factor, MatMul, Matrix as Read, Out};
use crate::plan::{Layout, Plan};
use rayon::prelude::*;

use crate::math::Real;

/// Multiply-adds from which a product is worth several threads.
const THREADED: usize = 1 << 25;
/// A thread takes a multiple of the rows of `matrixmultiply`'s largest kernel.
const ROWS: usize = 8;

/// A matrix whose rows lie at equal distances, read as its transpose if asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matrix<'a, T> {
    pub values: &'a [T],
    pub rows: usize,
    pub columns: usize,
    /// Elements from one row to the next.
    pub stride: usize,
    pub transposed: bool,
}

impl<'a, T: Real> Matrix<'a, T> {
    /// (rows, columns), as it lies in memory.
    pub fn new(values: &'a [T], rows: usize, columns: usize) -> Self {
        Matrix { values, rows, columns, stride: columns, transposed: false }
    }

    /// Its transpose.
    pub fn transpose(self) -> Self {
        Matrix { transposed: !self.transposed, ..self }
    }

    /// Columns after transposition.
    fn outer(&self) -> usize {
        if self.transposed { self.rows } else { self.columns }
    }

    /// Rows and columns, and the strides of both, after transposition.
    fn view(&self) -> (usize, usize, isize, isize) {
        let end = self.rows.saturating_sub(1) * self.stride + self.columns;
        assert!(self.rows == 0 || end <= self.values.len(), "a matrix has rows x columns values");
        let stride = self.stride as isize;
        if self.transposed {
            (self.columns, self.rows, 1, stride)
        } else {
            (self.rows, self.columns, stride, 1)
        }
    }
}

/// `out` (m, n) = `left` (m, k) · `right` (k, n), row-major.
pub(crate) fn matmul<T: Product>(left: Matrix<T>, right: Matrix<T>, out: &mut [T]) {
    product(left, right, T::ZERO, out, right.outer());
}

/// `out` (m, n) += `left` (m, k) · `right` (k, n), row-major.
pub(crate) fn matmul_add<T: Product>(left: Matrix<T>, right: Matrix<T>, out: &mut [T]) {
    matmul_add_rows(left, right, out, right.outer());
}

/// The same; the rows of `out` are `stride` elements apart.
pub(super) fn matmul_add_rows<T: Product>(
    left: Matrix<T>,
    right: Matrix<T>,
    out: &mut [T],
    stride: usize,
) {
    product(left, right, T::ONE, out, stride);
}

/// `out` (m, n) = `left` (m, k) · `right` (k, n) + beta · `out`, whose rows are `stride` elements apart.
fn product<T: Product>(left: Matrix<T>, right: Matrix<T>, beta: T, out: &mut [T], stride: usize) {
    let (m, k, left_row, left_column) = left.view();
    let (right_k, n, right_row, right_column) = right.view();
    assert_eq!(k, right_k, "the factors of a product share an axis");
    if m * n == 0 {
        return;
    }
    assert!(n <= stride && out.len() >= (m - 1) * stride + n, "a product fits where it goes");
    let out = &mut out[..(m - 1) * stride + n];
    let rows_from = |first: usize, out: &mut [T]| {
        // SAFETY: the sizes were just checked against the slices, and these rows of the left factor are
        // among all; `out` is borrowed alone.
        unsafe {
            T::product(
                // The last row may end before its stride does.
                (out.len() - n) / stride + 1,
                k,
                n,
                (left.values.as_ptr().offset(first as isize * left_row), left_row, left_column),
                (right.values.as_ptr(), right_row, right_column),
                beta,
                (out.as_mut_ptr(), stride as isize, 1),
            );
        }
    };
    if m * k * n < THREADED {
        return rows_from(0, out);
    }
    // A sum is made by one thread whatever their number: the bits do not depend on it.
    let rows = m.div_ceil(rayon::current_num_threads()).next_multiple_of(ROWS).min(m);
    out.par_chunks_mut(rows * stride).enumerate().for_each(|(i, out)| rows_from(i * rows, out));
}

impl Execute for MatMul {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        self.multiply(site, |left, right, mode, out, stride| {
            let beta = if mode == Mode::Set { T::ZERO } else { T::ONE };
            product(left, right, beta, out, stride);
        });
    }
}

impl MatMul {
    /// The product, which `multiply` makes of the factors, whether it is set or added, where it goes, and the elements
    /// from one row to the next.
    pub(crate) fn multiply<T: Product>(
        &self,
        site: &mut Site<T>,
        multiply: impl FnOnce(Matrix<T>, Matrix<T>, Mode, &mut [T], usize),
    ) {
        let (mode, of_gradient) = (self.mode, site.mode(self.mode));
        let Site { plan, layout, tensors, gradients, workspace, .. } = site;
        match self.out {
            Out::View(view) => workspace.with(view.buffer, |out, workspace| {
                let factor = |factor| matrix(factor, plan, layout, tensors, workspace);
                let (left, right) = (factor(self.left), factor(self.right));
                let stride = view.stride(workspace.row_len(view.buffer));
                if !out.is_empty() {
                    multiply(left, right, mode, &mut out[view.offset..], stride);
                }
            }),
            Out::Gradient(tensor) => {
                let factor = |factor| matrix(factor, plan, layout, tensors, workspace);
                let (left, right) = (factor(self.left), factor(self.right));
                let out = &mut gradients[layout.of(tensor)];
                multiply(left, right, of_gradient, out, right.outer());
            }
        }
    }
}

/// A factor of a product on the rows of a workspace.
fn matrix<'a, T: Real>(
    factor: Factor,
    plan: &Plan,
    layout: &Layout,
    tensors: &'a Tensors<T>,
    workspace: &'a Workspace<T>,
) -> Matrix<'a, T> {
    let Factor { matrix, transposed } = factor;
    match matrix {
        Read::View(view) => {
            let values = workspace.of(view.buffer);
            Matrix {
                values: &values[view.offset.min(values.len())..],
                rows: workspace.rows * view.rows,
                columns: view.columns,
                stride: view.stride(workspace.row_len(view.buffer)),
                transposed,
            }
        }
        Read::Tensor(tensor) => {
            let values = tensors.of(layout, tensor);
            let rows = plan.tensors[tensor.0].shape[0];
            Matrix { transposed, ..Matrix::new(values, rows, values.len() / rows) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transposition_gives_the_same_product() {
        // [1 2 3; 4 5 6] · [1 0; 2 1; 0 3] = [5 11; 14 23]
        let (a, a_t) = ([1., 2., 3., 4., 5., 6.], [1., 4., 2., 5., 3., 6.]);
        let (b, b_t) = ([1., 0., 2., 1., 0., 3.], [1., 2., 0., 0., 1., 3.]);
        for left in [Matrix::new(&a[..], 2, 3), Matrix::new(&a_t[..], 3, 2).transpose()] {
            for right in [Matrix::new(&b[..], 3, 2), Matrix::new(&b_t[..], 2, 3).transpose()] {
                let mut out = [1.0; 4];
                matmul(left, right, &mut out);
                assert_eq!(out, [5., 11., 14., 23.]);
                matmul_add(left, right, &mut out);
                assert_eq!(out, [10., 22., 28., 46.]);
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let (m, k, n) = (150, 700, 400);
        assert!(m * k * n > THREADED);
        let values = |len: usize, step: f32| -> Vec<f32> {
            (0..len).map(|i| (i as f32 * step).sin()).collect()
        };
        let (a, b) = (values(m * k, 0.37), values(k * n, 0.73));
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut out = vec![0.0; m * n];
            let (a, b) = (Matrix::new(&a[..], m, k), Matrix::new(&b[..], k, n));
            pool.install(|| matmul(a, b, &mut out));
            out
        };
        let one = with(1);
        assert!([2, 3, 7].into_iter().all(|threads| with(threads) == one));
    }
}
