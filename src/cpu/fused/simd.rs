//! Sixteen f32 at a time: what an instruction set does, and plain Rust for a machine that has none of those in
//! `x86.rs`.
//!
//! Own code because the shapes are tiny: libraries of matrix products spend more on packing than
//! such a product takes, and none fuses what comes before and behind it. All functions are inlined
//! into the entry points of `dispatch.rs`, which enable the instruction set.

/// Numbers of a vector, whatever the machine.
pub(super) const LANES: usize = 16;

/// The three high bits of an exponent: none is set below 2⁻⁹⁵ = 2.5e-29.
pub(super) const NOT_FADED: u32 = 0x7000_0000;

/// An instruction set.
///
/// # Safety
/// Only on a machine that has it; pointers are valid for [`LANES`] numbers.
pub(super) trait Simd: Copy {
    /// Sixteen numbers.
    type V: Copy;
    /// Whether there are registers for 24 vectors of sums, or for 6.
    const WIDE: bool;

    unsafe fn splat(x: f32) -> Self::V;
    unsafe fn load(from: *const f32) -> Self::V;
    unsafe fn store(to: *mut f32, v: Self::V);
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sqrt(a: Self::V) -> Self::V;
    /// a · b + c, rounded once where the machine can.
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The smaller and the larger of each pair; `b` if one is NaN.
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    /// `a` where `condition` > 0, else 0.
    unsafe fn where_positive(condition: Self::V, a: Self::V) -> Self::V;
    /// |a|
    unsafe fn abs(a: Self::V) -> Self::V;
    /// 0 where |a| < 2⁻⁹⁵, which a look at [`NOT_FADED`] tells.
    unsafe fn flushed(a: Self::V) -> Self::V;
    /// The sums of the quarters of four vectors: (quarter, vector).
    unsafe fn quarters(v: [Self::V; 4]) -> Self::V;
    /// The quarters of each of four vectors, added: (vector, number of a quarter).
    unsafe fn folded(v: [Self::V; 4]) -> Self::V;
    /// The sum of each of four vectors.
    unsafe fn sums(v: [Self::V; 4]) -> [f32; 4];
    /// m / (2√v + ε) for normal v > 0, to a unit or two in the last place.
    unsafe fn over_two_roots(m: Self::V, v: Self::V, epsilon: Self::V) -> Self::V {
        // SAFETY: the caller's promise.
        unsafe {
            let root = Self::sqrt(v);
            Self::div(m, Self::add(Self::add(root, root), epsilon))
        }
    }
    /// Sixteen rows of sixteen numbers to as many columns; rows are so far apart.
    unsafe fn transpose(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) {
        for i in 0..LANES {
            for j in 0..LANES {
                // SAFETY: the caller's promise.
                unsafe { *to.add(j * to_row + i) = *from.add(i * from_row + j) }
            }
        }
    }
}

/// Any machine.
#[derive(Clone, Copy)]
pub(super) struct Portable;

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
    const WIDE: bool = false;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self::V {
        [x; LANES]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::V {
        // SAFETY: the caller's promise; f32 needs no more than its own alignment.
        unsafe { from.cast::<Self::V>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: Self::V) {
        // SAFETY: the caller's promise.
        unsafe { to.cast::<Self::V>().write_unaligned(v) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => a + b)
    }
    #[inline(always)]
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => a - b)
    }
    #[inline(always)]
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => a * b)
    }
    #[inline(always)]
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => a / b)
    }
    #[inline(always)]
    unsafe fn sqrt(a: Self::V) -> Self::V {
        lanewise!(a => a.sqrt())
    }
    #[inline(always)]
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        // Where it is no instruction, a fused product is a call of many.
        if cfg!(target_arch = "aarch64") {
            lanewise!(a, b, c => a.mul_add(b, c))
        } else {
            lanewise!(a, b, c => a * b + c)
        }
    }
    #[inline(always)]
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => if a < b { a } else { b })
    }
    #[inline(always)]
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V {
        lanewise!(a, b => if a > b { a } else { b })
    }
    #[inline(always)]
    unsafe fn where_positive(condition: Self::V, a: Self::V) -> Self::V {
        lanewise!(condition, a => if condition > 0.0 { a } else { 0.0 })
    }
    #[inline(always)]
    unsafe fn abs(a: Self::V) -> Self::V {
        lanewise!(a => a.abs())
    }
    #[inline(always)]
    unsafe fn flushed(a: Self::V) -> Self::V {
        lanewise!(a => if a.to_bits() & NOT_FADED == 0 { 0.0 } else { a })
    }
    #[inline(always)]
    unsafe fn quarters(v: [Self::V; 4]) -> Self::V {
        let quarter = |v: &[f32]| v[0] + v[2] + (v[1] + v[3]);
        std::array::from_fn(|i| quarter(&v[i % 4][i / 4 * 4..][..4]))
    }
    #[inline(always)]
    unsafe fn folded(v: [Self::V; 4]) -> Self::V {
        let number = |v: &[f32; LANES], i: usize| v[i] + v[i + 4] + (v[i + 8] + v[i + 12]);
        std::array::from_fn(|i| number(&v[i / 4], i % 4))
    }
    #[inline(always)]
    unsafe fn sums(v: [Self::V; 4]) -> [f32; 4] {
        // SAFETY: the caller's promise.
        let quarters = unsafe { Self::quarters(v) };
        std::array::from_fn(|i| {
            quarters[i] + quarters[i + 8] + (quarters[i + 4] + quarters[i + 12])
        })
    }
}
