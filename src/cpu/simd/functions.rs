//! The functions of gates, sixteen numbers at a time: the formulas of `math.rs`, with sums of products rounded once.

use super::operations::Simd;
use crate::math::{
    EXPONENTIAL, LARGEST_EXPONENT, LARGEST_TANGENT, LN_2_HIGH, LN_2_LOW, LOG2_E, SHIFT,
    SMALLEST_EXPONENT,
};

/// x between two limits; NaN stays.
#[inline(always)]
fn limited<S: Simd>(s: S, x: S::V, [least, largest]: [f32; 2]) -> S::V {
    s.min(s.splat(largest), s.max(s.splat(least), x))
}

/// 2^k and e^r - 1 of x = k ln(2) + r.
#[inline(always)]
fn parts<S: Simd>(s: S, x: S::V) -> [S::V; 2] {
    let shift = s.splat(SHIFT);
    let k = s.sub(s.add(s.mul(x, s.splat(LOG2_E)), shift), shift);
    let r = s.mul_add(k, s.splat(-LN_2_HIGH), x);
    let r = s.mul_add(k, s.splat(-LN_2_LOW), r);
    let mut p = s.splat(EXPONENTIAL[0]);
    for coefficient in &EXPONENTIAL[1..] {
        p = s.mul_add(p, r, s.splat(*coefficient));
    }
    [s.two_to_the(k), s.mul_add(p, s.mul(r, r), r)]
}

/// 1 / (1 + e^-x)
#[inline(always)]
pub(in crate::rooms::cpu) fn sigmoid<S: Simd>(s: S, x: S::V) -> S::V {
    let one = s.splat(1.0);
    let x = limited(s, x, [-LARGEST_EXPONENT, -SMALLEST_EXPONENT]);
    let [two_to_k, tail] = parts(s, s.sub(s.splat(0.0), x));
    s.div(one, s.add(one, s.mul_add(tail, two_to_k, two_to_k)))
}

/// e / (e + 2) with e = e^2x - 1: no digit is lost near 0.
#[inline(always)]
pub(in crate::rooms::cpu) fn tangent<S: Simd>(s: S, x: S::V) -> S::V {
    let x = limited(s, x, [-LARGEST_TANGENT, LARGEST_TANGENT]);
    let [two_to_k, tail] = parts(s, s.add(x, x));
    let e = s.mul_add(tail, two_to_k, s.sub(two_to_k, s.splat(1.0)));
    s.div(e, s.add(e, s.splat(2.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::part::{Part, run};
    use crate::cpu::simd::LANES;
    use crate::instruction_set::InstructionSet;

    /// Both functions of sixteen numbers.
    struct Both([f32; LANES]);

    impl Part for Both {
        type Output = [[f32; LANES]; 2];

        #[inline(always)]
        fn on<S: Simd>(self, s: S) -> Self::Output {
            let mut both = [[0.0; LANES]; 2];
            let x = s.load(&self.0);
            s.store(&mut both[0], sigmoid(s, x));
            s.store(&mut both[1], tangent(s, x));
            both
        }
    }

    #[test]
    fn gates_are_near_their_functions_on_every_instruction_set() {
        let numbers = [0.0, -0.0, 1e-30, -1e-6, 0.3, 9.1, -9.1, 20.0, -20.0, 88.0, -87.3, 1e30];
        let many = (-4000..4000).map(|i| i as f32 * 0.0031);
        let mut all: Vec<f32> = numbers
            .into_iter()
            .chain([f32::INFINITY, f32::NEG_INFINITY, -1e30])
            .chain(many)
            .collect();
        all.resize(all.len().next_multiple_of(LANES), 0.5);
        for &set in InstructionSet::all() {
            for x in all.as_chunks::<LANES>().0 {
                let [sigmoids, tangents] = run(set, Both(*x));
                for ((&x, sigmoid), tangent) in x.iter().zip(sigmoids).zip(tangents) {
                    let exact = f64::from(x);
                    // Units of 2^-24: the formulas of `math.rs` err by 2.5 in the last place, which is two of them.
                    let near = |found: f32, exact: f64, least: f64| {
                        (f64::from(found) - exact).abs()
                            <= 5.0 * 2f64.powi(-24) * exact.abs() + least
                    };
                    // Where e^-x ends, at 2.4e38.
                    assert!(
                        near(sigmoid, 1.0 / (1.0 + (-exact).exp()), 5e-39),
                        "σ({x}) = {sigmoid}"
                    );
                    assert!(near(tangent, exact.tanh(), 0.0), "tanh({x}) = {tangent}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        for &set in InstructionSet::all() {
            let both = run(set, Both([f32::NAN; LANES]));
            assert!(both.as_flattened().iter().all(|number| number.is_nan()), "{}", set.name());
        }
    }
}
