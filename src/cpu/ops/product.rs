//! Numbers whose matrices a library multiplies.

use super::site::Site;
use crate::math::Real;

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

    /// The site, where its numbers are f32, which has tiles of vectors.
    #[doc(hidden)]
    fn in_f32<'s, 'a>(site: &'s mut Site<'a, Self>) -> Option<&'s mut Site<'a, f32>>;
}

macro_rules! product {
    ($t:ty, $gemm:path, $in_f32:expr) => {
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

            fn in_f32<'s, 'a>(site: &'s mut Site<'a, Self>) -> Option<&'s mut Site<'a, f32>> {
                $in_f32(site)
            }
        }
    };
}
product!(f32, matrixmultiply::sgemm, Some);
product!(f64, matrixmultiply::dgemm, |_| None);
