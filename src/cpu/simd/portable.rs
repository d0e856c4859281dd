//! What every machine has.

use super::LANES;
use super::operations::{NOT_FADED, Simd, Sums, dots_of_vectors};
use crate::cpu::matrix::{Rows, Square, SquareMut};

/// Any machine.
#[derive(Clone, Copy)]
pub(in crate::rooms::cpu) struct Portable;

macro_rules! lanewise {
    ($($a:ident),+ => $result:expr) => {{
        let mut out = [0.0; LANES];
        for i in 0..LANES {
            $(let $a = $a[i];)+
            out[i] = $result;
        }
        out
    }};
}

#[allow(clippy::needless_range_loop)]
impl Simd for Portable {
    type V = [f32; LANES];
    const SUMS: Sums = if cfg!(target_arch = "x86_64") { Sums::Three } else { Sums::Six };
    const LOOKS_EVERY: u64 = 8;

    #[inline(always)]
    fn splat(self, x: f32) -> Self::V {
        [x; LANES]
    }
    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> Self::V {
        *from
    }
    #[inline(always)]
    fn store(self, to: &mut [f32; LANES], v: Self::V) {
        *to = v;
    }
    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => a + b)
    }
    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => a - b)
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => a * b)
    }
    #[inline(always)]
    fn div(self, a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => a / b)
    }
    #[inline(always)]
    fn sqrt(self, a: Self::V) -> Self::V {
        lanewise!(a => a.sqrt())
    }
    #[inline(always)]
    fn mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        // Where it is no instruction, a fused product is a call of many.
        if cfg!(target_arch = "aarch64") {
            lanewise!(a, b, c => a.mul_add(b, c))
        } else {
            lanewise!(a, b, c => a * b + c)
        }
    }
    #[inline(always)]
    fn min(self, a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => if a < b { a } else { b })
    }
    #[inline(always)]
    fn max(self, a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => if a > b { a } else { b })
    }
    #[inline(always)]
    fn where_positive(self, condition: Self::V, a: Self::V) -> Self::V {
        lanewise!(condition, a => if condition > 0.0 { a } else { 0.0 })
    }
    #[inline(always)]
    fn where_larger(self, [a, b]: [Self::V; 2], [x, y]: [Self::V; 2]) -> Self::V {
        lanewise!(a, b, x, y => if a > b { x } else { y })
    }
    #[inline(always)]
    fn where_equal(self, [a, b]: [Self::V; 2], x: Self::V) -> Self::V {
        lanewise!(a, b, x => if a == b { x } else { 0.0 })
    }
    #[inline(always)]
    fn evens_and_odds(self, of: [Self::V; 2]) -> [Self::V; 2] {
        let of = of.as_flattened();
        [0, 1].map(|first| std::array::from_fn(|i| of[2 * i + first]))
    }
    #[inline(always)]
    fn interleaved(self, evens_and_odds: [Self::V; 2]) -> [Self::V; 2] {
        let of = |i: usize| evens_and_odds[i % 2][i / 2];
        [0, LANES].map(|first| std::array::from_fn(|i| of(first + i)))
    }
    #[inline(always)]
    fn load_whole(self, from: &[u32; LANES]) -> Self::V {
        lanewise!(from => from as f32)
    }
    #[inline(always)]
    fn store_whole(self, to: &mut [u32; LANES], v: Self::V) {
        for i in 0..LANES {
            to[i] = v[i] as u32;
        }
    }
    #[inline(always)]
    fn abs(self, a: Self::V) -> Self::V {
        lanewise!(a => a.abs())
    }
    #[inline(always)]
    fn flushed(self, a: Self::V) -> Self::V {
        lanewise!(a => if a.to_bits() & NOT_FADED == 0 { 0.0 } else { a })
    }
    #[inline(always)]
    fn two_to_the(self, k: Self::V) -> Self::V {
        lanewise!(k => f32::from_bits(((k as i32).wrapping_add(127) as u32) << 23))
    }
    #[inline(always)]
    fn sums(self, v: [Self::V; 4]) -> [f32; 4] {
        // The sum of each quarter, and then of the quarters.
        let quarter = |v: &[f32]| v[0] + v[2] + (v[1] + v[3]);
        v.map(|v| quarter(&v[..4]) + quarter(&v[8..12]) + (quarter(&v[4..8]) + quarter(&v[12..16])))
    }
    type Partial = Self::V;
    const ROWS: usize = 1;
    #[inline(always)]
    unsafe fn dots<const R: usize>(
        self,
        n: usize,
        a: Rows<'_>,
        b: [&[f32]; 4],
    ) -> [[Self::V; 4]; R] {
        // SAFETY: the caller's promise.
        unsafe { dots_of_vectors(self, n, a, b) }
    }
    #[inline(always)]
    fn four_sums(self, partial: [Self::V; 4]) -> [f32; 4] {
        self.sums(partial)
    }
    #[inline(always)]
    fn sixteen_sums(self, partial: [[Self::V; 4]; 4]) -> Self::V {
        let mut out = [0.0; LANES];
        for (out, four) in out.chunks_exact_mut(4).zip(partial) {
            out.copy_from_slice(&self.sums(four));
        }
        out
    }
    #[inline(always)]
    fn transpose(self, from: Square<'_>, mut to: SquareMut<'_>) {
        for i in 0..LANES {
            for j in 0..LANES {
                to.row(j)[i] = from.row(i)[j];
            }
        }
    }
}
