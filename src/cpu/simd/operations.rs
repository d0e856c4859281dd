//! What an instruction set does with sixteen f32.

use super::LANES;
use crate::cpu::matrix::{Rows, Square, SquareMut};

/// The three high bits of an exponent: none is set below 2⁻⁹⁵ = 2.5e-29.
pub(in crate::rooms::cpu) const NOT_FADED: u32 = 0x7000_0000;

/// The least that a second moment takes of a gradient: beside it an epsilon of 1e-12 is large, and a bit of its
/// square is a normal number still.
pub(in crate::rooms::cpu) const LEAST_GRADIENT: f32 = 1e-15;
/// The most: its square is finite. An infinite moment would not come back.
pub(in crate::rooms::cpu) const LARGEST_GRADIENT: f32 = 1.8e19;

/// How many vectors of sums stay in registers, beside what is multiplied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::rooms::cpu) enum Sums {
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

/// An instruction set. Who has its value may use it, as only a look at the machine makes one.
pub(in crate::rooms::cpu) trait Simd: Copy {
    /// Sixteen numbers.
    type V: Copy;
    /// How many vectors of sums its registers hold.
    const SUMS: Sums;
    /// Steps from one look at weights and moments for what has faded to the next. A number that halves at every step
    /// stays normal for the thirty that follow one.
    const LOOKS_EVERY: u64;

    fn splat(self, x: f32) -> Self::V;
    fn load(self, from: &[f32; LANES]) -> Self::V;
    fn store(self, to: &mut [f32; LANES], v: Self::V);
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    fn sqrt(self, a: Self::V) -> Self::V;
    /// a · b + c, rounded once where the machine can.
    fn mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The smaller and the larger of each pair; `b` if one is NaN.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a` where `condition` > 0, else 0.
    fn where_positive(self, condition: Self::V, a: Self::V) -> Self::V;
    /// The first of `which` where the first of two is larger than the second, else the second.
    fn where_larger(self, two: [Self::V; 2], which: [Self::V; 2]) -> Self::V;
    /// `a` where two are equal, else 0.
    fn where_equal(self, two: [Self::V; 2], a: Self::V) -> Self::V;
    /// The numbers at even places of two vectors, and those at odd ones.
    fn evens_and_odds(self, of: [Self::V; 2]) -> [Self::V; 2];
    /// The two vectors that have these numbers at even and at odd places.
    fn interleaved(self, evens_and_odds: [Self::V; 2]) -> [Self::V; 2];
    /// Whole numbers below 2^24.
    fn load_whole(self, from: &[u32; LANES]) -> Self::V;
    fn store_whole(self, to: &mut [u32; LANES], v: Self::V);
    /// |a|
    fn abs(self, a: Self::V) -> Self::V;
    /// 0 where |a| < 2⁻⁹⁵, which a look at [`NOT_FADED`] tells.
    fn flushed(self, a: Self::V) -> Self::V;
    /// 2^k of whole numbers k from -126 to 127.
    fn two_to_the(self, k: Self::V) -> Self::V;
    /// g², of |g| between [`LEAST_GRADIENT`] and [`LARGEST_GRADIENT`].
    #[inline(always)]
    fn bounded_square(self, g: Self::V) -> Self::V {
        let (least, largest) = (self.splat(LEAST_GRADIENT), self.splat(LARGEST_GRADIENT));
        let g = self.max(least, self.min(largest, self.abs(g)));
        self.mul(g, g)
    }
    /// The sum of each of four vectors.
    fn sums(self, v: [Self::V; 4]) -> [f32; 4];
    /// Sums under way of a product of two rows; as many as fit a register.
    type Partial: Copy;
    /// The rows of `a` that [`Self::dots`] takes best at a time, at most.
    const ROWS: usize;
    /// The products of `R` rows of `a` with four others, `n` numbers long, whole vectors, as partial sums.
    ///
    /// # Safety
    /// `a` covers `R` rows of `n` numbers, and each of `b` has as many.
    unsafe fn dots<const R: usize>(
        self,
        n: usize,
        a: Rows<'_>,
        b: [&[f32]; 4],
    ) -> [[Self::Partial; 4]; R];
    /// The sum of each of four.
    fn four_sums(self, partial: [Self::Partial; 4]) -> [f32; 4];
    /// The sum of each of sixteen.
    fn sixteen_sums(self, partial: [[Self::Partial; 4]; 4]) -> Self::V;
    /// m / (2√v + ε) for normal v > 0, to three and a half units in the last place at most.
    #[inline(always)]
    fn over_two_roots(self, m: Self::V, v: Self::V, epsilon: Self::V) -> Self::V {
        let root = self.sqrt(v);
        self.div(m, self.add(self.add(root, root), epsilon))
    }
    /// Sixteen rows of sixteen numbers to as many columns.
    fn transpose(self, from: Square<'_>, to: SquareMut<'_>);
}

/// [`Simd::dots`] where partial sums are whole vectors.
///
/// # Safety
/// As there.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // rows and columns, as the formula has them
pub(super) unsafe fn dots_of_vectors<S: Simd, const R: usize>(
    s: S,
    n: usize,
    a: Rows<'_>,
    b: [&[f32]; 4],
) -> [[S::V; 4]; R] {
    let mut sums = [[s.splat(0.0); 4]; R];
    for t in (0..n).step_by(LANES) {
        // SAFETY: the caller's promise: `a` has R rows and `b` four numbers of whole vectors.
        unsafe {
            let mut others = [s.splat(0.0); 4];
            for c in 0..4 {
                others[c] = s.load(&*b[c].as_ptr().add(t).cast());
            }
            for r in 0..R {
                let own = s.load(a.numbers(r, t));
                for c in 0..4 {
                    sums[r][c] = s.mul_add(own, others[c], sums[r][c]);
                }
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::matrix::RowsMut;
    use crate::cpu::part::{Part, run};
    use crate::cpu::products::columns::transpose;
    use crate::cpu::simd::portable::Portable;
    use crate::instruction_set::InstructionSet;

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
    struct Agrees;

    impl Part for Agrees {
        type Output = ();

        fn on<S: Simd>(self, s: S) {
            lanes_agree(s);
            sums_agree(s);
            transposes_agree(s);
            roots_are_near(s);
        }
    }

    fn out<S: Simd>(s: S, v: S::V) -> [f32; LANES] {
        let mut out = [0.0; LANES];
        s.store(&mut out, v);
        out
    }

    fn lanes_agree<S: Simd>(s: S) {
        let [a, b] = [NUMBERS, whole(1)];
        same(&out(s, s.flushed(s.load(&a))), &Portable.flushed(a), "flushed");
        same(&out(s, s.abs(s.load(&a))), &Portable.abs(a), "abs");
        let positive = out(s, s.where_positive(s.load(&a), s.load(&b)));
        same(&positive, &Portable.where_positive(a, b), "where_positive");
        let mut other = a;
        (other[0], other[3], other[7], other[9]) = (1.0, 0.5, -8.0, 0.0);
        let equal = out(s, s.where_equal([s.load(&a), s.load(&other)], s.load(&b)));
        same(&equal, &Portable.where_equal([a, other], b), "where_equal");
        let pair = [s.load(&a), s.load(&b)];
        let larger = out(s, s.where_larger(pair, pair));
        same(&larger, &Portable.where_larger([a, b], [a, b]), "where_larger");
        let apart = s.evens_and_odds(pair);
        let expected = Portable.evens_and_odds([a, b]);
        let again = s.interleaved(apart);
        for (k, whole) in [a, b].into_iter().enumerate() {
            same(&out(s, apart[k]), &expected[k], "evens and odds");
            same(&out(s, again[k]), &whole, "interleaved");
        }
        let (mut whole, places) = ([0; LANES], std::array::from_fn(|i| ((i * i) << 16) as u32 | 1));
        s.store_whole(&mut whole, s.load_whole(&places));
        assert_eq!(whole, places);
        for (x, y) in [(a, b), (b, a)] {
            same(&out(s, s.min(s.load(&x), s.load(&y))), &Portable.min(x, y), "min");
            same(&out(s, s.max(s.load(&x), s.load(&y))), &Portable.max(x, y), "max");
        }
    }

    fn sums_agree<S: Simd>(s: S) {
        let four: [_; 4] = std::array::from_fn(whole);
        let vectors = four.map(|x| s.load(&x));
        same(&s.sums(vectors), &Portable.sums(four), "sums");
        same(&s.sums(vectors), &four.map(|x| x.iter().sum::<f32>()), "sums, one by one");
        let of_rows: Vec<f32> = (0..5).flat_map(whole).collect();
        let one = Rows { values: &of_rows, row: LANES };
        let four = Rows { values: &of_rows[LANES..], row: LANES };
        let rows = std::array::from_fn(|c| &of_rows[(1 + c) * LANES..]);
        // SAFETY: there are five rows of a vector, of which `four` leaves out the first.
        let [own, other] =
            unsafe { [s.dots::<2>(LANES, one, rows), s.dots::<2>(LANES, four, rows)] };
        let expected = |row: usize| -> [f32; 4] {
            std::array::from_fn(|c| whole(row).iter().zip(whole(1 + c)).map(|(a, b)| a * b).sum())
        };
        same(&s.four_sums(own[0]), &expected(0), "four sums");
        let sixteen = out(s, s.sixteen_sums([own[0], own[1], other[0], other[1]]));
        same(&sixteen, &[0, 1, 1, 2].map(expected).concat(), "sixteen sums");
    }

    fn transposes_agree<S: Simd>(s: S) {
        let rows: Vec<f32> = (0..LANES * 20).map(|i| i as f32).collect();
        let mut found = [0.0; LANES * 18];
        let to = &mut RowsMut { values: &mut found, row: 18 };
        transpose(s, [LANES; 2], Rows { values: &rows, row: 20 }, to);
        for (j, column) in found.chunks(18).enumerate() {
            let expected: [f32; LANES] = std::array::from_fn(|i| (20 * i + j) as f32);
            same(&column[..LANES], &expected, "transpose");
            same(&column[LANES..], &[0.0; 2], "behind a column");
        }
    }

    fn roots_are_near<S: Simd>(s: S) {
        let b = whole(1);
        let v: [f32; LANES] = std::array::from_fn(|i| 10f32.powi(5 * i as i32 - 37));
        let quotients = out(s, s.over_two_roots(s.load(&b), s.load(&v), s.splat(1e-8)));
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

    #[test]
    fn every_instruction_set_of_this_machine_has_the_numbers_of_plain_rust() {
        for &set in InstructionSet::all() {
            run(set, Agrees);
        }
    }
}
