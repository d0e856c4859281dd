//! Numbers whose matrices a library multiplies.

use super::execute;
use super::site::Site;
use crate::cpu::blocked;
use crate::math::Real;
use crate::plan::Operation;

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

    /// Executes operations as the schedule `blocked` does: in tiles of vectors where numbers have them, which f32 has.
    #[doc(hidden)]
    fn execute_in_tiles(operations: &[Operation], site: &mut Site<Self>);
}

macro_rules! product {
    ($t:ty, $gemm:path, $tiles:path) => {
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

            fn execute_in_tiles(operations: &[Operation], site: &mut Site<Self>) {
                $tiles(operations, site);
            }
        }
    };
}
product!(f32, matrixmultiply::sgemm, blocked::execute);
product!(f64, matrixmultiply::dgemm, one_by_one);

/// Operations as they are.
fn one_by_one<T: Product>(operations: &[Operation], site: &mut Site<T>) {
    operations.iter().for_each(|operation| execute(operation, site));
}
