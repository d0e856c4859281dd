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

/// The least that a second moment takes of a gradient: beside it an epsilon of 1e-12 is large, and a bit of its
/// square is a normal number still.
pub(super) const LEAST_GRADIENT: f32 = 1e-15;
/// The most: its square is finite. An infinite moment would not come back.
pub(super) const LARGEST_GRADIENT: f32 = 1.8e19;

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

impl Sums {
    /// The columns of a product's widest tile.
    pub const fn columns(self) -> usize {
        match self {
            Sums::TwentyFour => 4 * LANES,
            Sums::Six | Sums::Three => LANES,
        }
    }
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
    /// Steps from one look at weights and moments for what has faded to the next. A number that halves at every step
    /// stays normal for the thirty that follow one.
    const LOOKS_EVERY: u64;

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
    /// g², of |g| between [`LEAST_GRADIENT`] and [`LARGEST_GRADIENT`].
    #[inline(always)]
    unsafe fn bounded_square(g: Self::V) -> Self::V {
        // SAFETY: the caller's promise.
        unsafe {
            let (least, largest) = (Self::splat(LEAST_GRADIENT), Self::splat(LARGEST_GRADIENT));
            let g = Self::max(least, Self::min(largest, Self::abs(g)));
            Self::mul(g, g)
        }
    }
    /// The sum of each of four vectors.
    unsafe fn sums(v: [Self::V; 4]) -> [f32; 4];
    /// Sums under way of a product of two rows; as many as fit a register.
    type Partial: Copy;
    /// The rows of `a` that [`Self::dots`] takes best at a time, at most.
    const ROWS: usize;
    /// The products of `R` rows of `a` with four of `b`, `n` numbers long, whole vectors, as partial sums. Rows are
    /// so many numbers apart.
    unsafe fn dots<const R: usize>(
        n: usize,
        a: (*const f32, usize),
        b: (*const f32, usize),
    ) -> [[Self::Partial; 4]; R];
    /// The sum of each of four.
    unsafe fn four_sums(partial: [Self::Partial; 4]) -> [f32; 4];
    /// The sum of each of sixteen.
    unsafe fn sixteen_sums(partial: [[Self::Partial; 4]; 4]) -> Self::V;
    /// m / (2√v + ε) for normal v > 0, to three and a half units in the last place at most.
    #[inline(always)]
    unsafe fn over_two_roots(m: Self::V, v: Self::V, epsilon: Self::V) -> Self::V {
        // SAFETY: the caller's promise.
        unsafe {
            let root = Self::sqrt(v);
            Self::div(m, Self::add(Self::add(root, root), epsilon))
        }
    }
    /// Sixteen rows of sixteen numbers to as many columns; rows are so far apart.
    #[inline(always)]
    unsafe fn transpose(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) {
        for i in 0..LANES {
            for j in 0..LANES {
                // SAFETY: the caller's promise.
                unsafe { *to.add(j * to_row + i) = *from.add(i * from_row + j) }
            }
        }
    }
}

/// [`Simd::dots`] where partial sums are whole vectors.
///
/// # Safety
/// The machine has `S`; so many rows exist, `n` numbers long.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // rows and columns, as the formula has them
pub(super) unsafe fn dots_of_vectors<S: Simd, const R: usize>(
    n: usize,
    (a, a_row): (*const f32, usize),
    (b, b_row): (*const f32, usize),
) -> [[S::V; 4]; R] {
    // SAFETY: the caller's promise.
    unsafe {
        let mut sums = [[S::splat(0.0); 4]; R];
        for t in (0..n).step_by(LANES) {
            let mut others = [S::splat(0.0); 4];
            for c in 0..4 {
                others[c] = S::load(b.add(c * b_row + t));
            }
            for r in 0..R {
                let own = S::load(a.add(r * a_row + t));
                for c in 0..4 {
                    sums[r][c] = S::mul_add(own, others[c], sums[r][c]);
                }
            }
        }
        sums
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
    const LOOKS_EVERY: u64 = 8;

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
    unsafe fn sums(v: [Self::V; 4]) -> [f32; 4] {
        // The sum of each quarter, and then of the quarters.
        let quarter = |v: &[f32]| v[0] + v[2] + (v[1] + v[3]);
        v.map(|v| quarter(&v[..4]) + quarter(&v[8..12]) + (quarter(&v[4..8]) + quarter(&v[12..16])))
    }
    type Partial = Self::V;
    const ROWS: usize = 1;
    #[inline(always)]
    unsafe fn dots<const R: usize>(
        n: usize,
        a: (*const f32, usize),
        b: (*const f32, usize),
    ) -> [[Self::V; 4]; R] {
        // SAFETY: the caller's promise.
        unsafe { dots_of_vectors::<Self, R>(n, a, b) }
    }
    #[inline(always)]
    unsafe fn four_sums(partial: [Self::V; 4]) -> [f32; 4] {
        // SAFETY: the caller's promise.
        unsafe { Self::sums(partial) }
    }
    #[inline(always)]
    unsafe fn sixteen_sums(partial: [[Self::V; 4]; 4]) -> Self::V {
        let mut out = [0.0; LANES];
        for (out, four) in out.chunks_exact_mut(4).zip(partial) {
            // SAFETY: the caller's promise.
            out.copy_from_slice(&unsafe { Self::sums(four) });
        }
        out
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
            same(&S::sums(vectors), &Portable::sums(four), "sums");
            same(&S::sums(vectors), &four.map(|x| x.iter().sum::<f32>()), "sums, one by one");
            let of_rows: Vec<f32> = (0..5).flat_map(whole).collect();
            let (one, four) = ((of_rows.as_ptr(), LANES), (of_rows.as_ptr().add(LANES), LANES));
            let [own, other] = [S::dots::<2>(LANES, one, four), S::dots::<2>(LANES, four, four)];
            let expected = |row: usize| -> [f32; 4] {
                std::array::from_fn(|c| {
                    whole(row).iter().zip(whole(1 + c)).map(|(a, b)| a * b).sum()
                })
            };
            same(&S::four_sums(own[0]), &expected(0), "four sums");
            let sixteen = out(S::sixteen_sums([own[0], own[1], other[0], other[1]]));
            let rows_of = [0, 1, 1, 2].map(expected).concat();
            same(&sixteen, &rows_of, "sixteen sums");
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
                // In units of 2^-24, what a rounding errs by: the sum, the quotient, and the root, which is
                // rounded once, or comes from an estimate. Of one that errs by d (AVX2: 1.5 · 2^-12 at most) a
                // Newton step leaves 1.5 d², here 3.4 units, and adds half a rounding and a whole one.
                let units = 7.0;
                assert!(error <= units * 2f64.powi(-24) * exact.abs(), "{m} {v} {found}");
            }
        }
    }

    #[test]
    fn every_instruction_set_of_this_machine_has_the_numbers_of_plain_rust() {
        on_every_instruction_set!(agrees);
    }
}
