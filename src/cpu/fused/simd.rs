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

/// How many vectors of sums stay in registers, beside what is multiplied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sums {
    /// 24, of 32 registers a vector each.
    TwentyFour,
    /// 6, of 16 registers two a vector, or 32 four a vector.
    Six,
    /// 3, of 16 registers four a vector.
    Three,
}

/// An instruction set.
///
/// # Safety
/// Only on a machine that has it; pointers are valid for [`LANES`] numbers.
pub(super) trait Simd: Copy {
    /// Sixteen numbers.
    type V: Copy;
    /// How many vectors of sums its registers hold.
    const SUMS: Sums;

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
    const SUMS: Sums = if cfg!(target_arch = "x86_64") { Sums::Three } else { Sums::Six };

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

#[cfg(test)]
mod tests {
    use super::super::dispatch::on_every_instruction_set;
    use super::*;

    const NUMBERS: [f32; LANES] = [
        1.5,
        -2.25,
        0.0,
        -0.0,
        1e-38,
        -3e-29,
        2e-29,
        -7.0,
        1e30,
        0.1,
        -0.3,
        5.0,
        f32::INFINITY,
        f32::NAN,
        -1e-3,
        8.5,
    ];

    /// Where sums meet, each is of numbers that f32 adds without rounding: all orders give the same.
    fn whole(seed: usize) -> [f32; LANES] {
        std::array::from_fn(|i| ((i * 7 + seed * 5) % 23) as f32 - 11.0)
    }

    fn same(found: &[f32], expected: &[f32], what: &str) {
        let bits = |x: &f32| if x.is_nan() { f32::NAN.to_bits() } else { x.to_bits() };
        let [found, expected] =
            [found, expected].map(|all| all.iter().map(bits).collect::<Vec<_>>());
        assert_eq!(found, expected, "{what}");
    }

    /// All that is not plain arithmetic of lanes, on one instruction set and in plain Rust.
    ///
    /// # Safety
    /// The machine has `S`.
    unsafe fn agrees<S: Simd>() {
        // SAFETY: all arrays are whole vectors; the caller's promise.
        unsafe {
            let out = |v: S::V| {
                let mut out = [0.0; LANES];
                S::store(out.as_mut_ptr(), v);
                out
            };
            let load = |x: &[f32; LANES]| S::load(x.as_ptr());
            let [a, b] = [NUMBERS, whole(1)];
            same(&out(S::flushed(load(&a))), &Portable::flushed(a), "flushed");
            same(&out(S::abs(load(&a))), &Portable::abs(a), "abs");
            let positive = out(S::where_positive(load(&a), load(&b)));
            same(&positive, &Portable::where_positive(a, b), "where_positive");
            for (x, y) in [(a, b), (b, a)] {
                same(&out(S::min(load(&x), load(&y))), &Portable::min(x, y), "min");
                same(&out(S::max(load(&x), load(&y))), &Portable::max(x, y), "max");
            }
            let four: [_; 4] = std::array::from_fn(whole);
            let vectors = four.map(|x| load(&x));
            same(&out(S::quarters(vectors)), &Portable::quarters(four), "quarters");
            same(&out(S::folded(vectors)), &Portable::folded(four), "folded");
            same(&S::sums(vectors), &Portable::sums(four), "sums");
            same(&S::sums(vectors), &four.map(|x| x.iter().sum::<f32>()), "sums, one by one");
            let rows: Vec<f32> = (0..LANES * 20).map(|i| i as f32).collect();
            let (mut found, mut expected) = ([0.0; LANES * 18], [0.0; LANES * 18]);
            S::transpose(rows.as_ptr(), 20, found.as_mut_ptr(), 18);
            Portable::transpose(rows.as_ptr(), 20, expected.as_mut_ptr(), 18);
            same(&found, &expected, "transpose");
            let v: [f32; LANES] = std::array::from_fn(|i| 10f32.powi(5 * i as i32 - 37));
            let quotients = out(S::over_two_roots(load(&b), load(&v), S::splat(1e-8)));
            for ((found, m), v) in quotients.iter().zip(b).zip(v) {
                let exact = f64::from(m) / (2.0 * f64::from(v).sqrt() + f64::from(1e-8f32));
                let error = (f64::from(*found) - exact).abs();
                // Root, sum and quotient are rounded once each, the root from an estimate twice.
                assert!(error <= 2.0 * f64::from(f32::EPSILON) * exact.abs(), "{m} {v} {found}");
            }
        }
    }

    #[test]
    fn every_instruction_set_of_this_machine_has_the_numbers_of_plain_rust() {
        on_every_instruction_set!(agrees);
    }
}
