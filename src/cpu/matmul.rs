//! C = A · B, either factor transposed. Twin of `shaders/matmul.wgsl`.

use rayon::prelude::*;

use crate::math::Real;

/// Multiply-adds from which a product is worth several threads.
const THREADED: usize = 1 << 25;
/// Rows of which a thread takes a multiple: those of the largest kernel of `matrixmultiply`.
const ROWS: usize = 8;

/// Numbers whose matrices can be multiplied.
pub trait Product: Real {
    /// C (m, n) = A (m, k) · B (k, n) + beta · C, each addressed by its strides.
    ///
    /// # Safety
    /// Every element that sizes and strides name lies inside its matrix, and C overlaps neither.
    #[allow(clippy::too_many_arguments)] // BLAS's own argument list.
    unsafe fn product(
        m: usize,
        k: usize,
        n: usize,
        a: (*const Self, isize, isize),
        b: (*const Self, isize, isize),
        beta: Self,
        c: (*mut Self, isize, isize),
    );
}

macro_rules! product {
    ($t:ty, $gemm:path) => {
        impl Product for $t {
            unsafe fn product(
                m: usize,
                k: usize,
                n: usize,
                a: (*const Self, isize, isize),
                b: (*const Self, isize, isize),
                beta: Self,
                c: (*mut Self, isize, isize),
            ) {
                // SAFETY: the caller's promise.
                unsafe { $gemm(m, k, n, 1.0, a.0, a.1, a.2, b.0, b.1, b.2, beta, c.0, c.1, c.2) }
            }
        }
    };
}
product!(f32, matrixmultiply::sgemm);
product!(f64, matrixmultiply::dgemm);

/// A row-major matrix, read as its transpose if asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matrix<'a, T> {
    pub values: &'a [T],
    pub rows: usize,
    pub columns: usize,
    pub transposed: bool,
}

impl<'a, T: Real> Matrix<'a, T> {
    /// (rows, columns), as it lies in memory.
    pub fn new(values: &'a [T], rows: usize, columns: usize) -> Self {
        Matrix { values, rows, columns, transposed: false }
    }

    /// Its transpose.
    pub fn turned(self) -> Self {
        Matrix { transposed: !self.transposed, ..self }
    }

    /// Rows and columns, and the strides of both, after transposition.
    fn view(&self) -> (usize, usize, isize, isize) {
        assert_eq!(
            self.values.len(),
            self.rows * self.columns,
            "a matrix has rows x columns values"
        );
        let columns = self.columns as isize;
        if self.transposed {
            (self.columns, self.rows, 1, columns)
        } else {
            (self.rows, self.columns, columns, 1)
        }
    }
}

/// `out` (m, n) = `left` (m, k) · `right` (k, n), row-major.
pub(crate) fn matmul<T: Product>(left: Matrix<T>, right: Matrix<T>, out: &mut [T]) {
    product(left, right, T::ZERO, out);
}

/// `out` (m, n) += `left` (m, k) · `right` (k, n), row-major.
pub(crate) fn matmul_add<T: Product>(left: Matrix<T>, right: Matrix<T>, out: &mut [T]) {
    product(left, right, T::ONE, out);
}

fn product<T: Product>(left: Matrix<T>, right: Matrix<T>, beta: T, out: &mut [T]) {
    let (m, k, left_row, left_column) = left.view();
    let (right_k, n, right_row, right_column) = right.view();
    assert_eq!(k, right_k, "the factors of a product share an axis");
    assert_eq!(out.len(), m * n, "a product has the outer sizes of its factors");
    let some_rows = |(first, out): (usize, &mut [T])| {
        // SAFETY: the sizes were just checked against the slices, and these rows of the left factor are
        // among all; `out` is borrowed alone.
        unsafe {
            T::product(
                out.len() / n,
                k,
                n,
                (left.values.as_ptr().offset(first as isize * left_row), left_row, left_column),
                (right.values.as_ptr(), right_row, right_column),
                beta,
                (out.as_mut_ptr(), n as isize, 1),
            );
        }
    };
    if m * k * n < THREADED {
        return some_rows((0, out));
    }
    // A sum is made by one thread whatever their number: the bits do not depend on it.
    let rows = m.div_ceil(rayon::current_num_threads()).next_multiple_of(ROWS).min(m);
    out.par_chunks_mut(rows * n).enumerate().map(|(i, out)| (i * rows, out)).for_each(some_rows);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transposition_gives_the_same_product() {
        // [1 2 3; 4 5 6] · [1 0; 2 1; 0 3] = [5 11; 14 23]
        let (a, a_t) = ([1., 2., 3., 4., 5., 6.], [1., 4., 2., 5., 3., 6.]);
        let (b, b_t) = ([1., 0., 2., 1., 0., 3.], [1., 2., 0., 0., 1., 3.]);
        for left in [Matrix::new(&a[..], 2, 3), Matrix::new(&a_t[..], 3, 2).turned()] {
            for right in [Matrix::new(&b[..], 3, 2), Matrix::new(&b_t[..], 2, 3).turned()] {
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
