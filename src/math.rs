//! Elementary functions of the two number types the crate computes in.
//!
//! The f32 formulas are the project's own, the same as in `shaders/math.wgsl`, because drivers
//! differ by 1e-5 in theirs; the f64 ones are those of the standard library and prove the f32 ones.
//!
//! The f32 functions have no branches and call nothing that is not inlined, so that a loop over
//! them becomes vector instructions. Every finite x gives a finite result, in both types.

/// The f32 functions as WGSL, for shaders that call them.
pub const MATH_WGSL: &str = include_str!("../shaders/math.wgsl");

/// A number type the CPU code is generic over: f32 (what runs use) or f64 (the reference).
pub trait Real:
    Copy
    + Default
    + PartialOrd
    + std::fmt::Debug
    + std::fmt::Display
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::Neg<Output = Self>
    + std::ops::AddAssign
    + std::ops::SubAssign
    + std::ops::MulAssign
    + Send
    + Sync
    + 'static
{
    /// The number 0.
    const ZERO: Self;
    /// The number 1.
    const ONE: Self;
    /// The nearest number of this type.
    fn from_f64(x: f64) -> Self;
    /// The same number as f64 (exact).
    fn to_f64(self) -> f64;
    /// Whether the number is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// |x|
    fn abs(self) -> Self;
    /// The square root of x; NaN below 0.
    fn sqrt(self) -> Self;
    /// e^x, at most 2.4e38 in f32 and 1.8e308 in f64: never infinite.
    fn exp(self) -> Self;
    /// The natural logarithm of x; below the smallest normal number, 0 and negative numbers
    /// included, that number's logarithm (-87.3 in f32, -708.4 in f64).
    fn ln(self) -> Self;
    /// The hyperbolic tangent of x.
    fn tanh(self) -> Self;
    /// The error function of x.
    fn erf(self) -> Self;
    /// The sine of x (radians).
    fn sin(self) -> Self;
    /// The cosine of x (radians).
    fn cos(self) -> Self;
    /// 1 / (1 + e^-x)
    fn sigmoid(self) -> Self;
    /// ln(1 + e^x)
    fn softplus(self) -> Self;
    /// The larger of two numbers; `other` where `self` is not larger.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
    /// The smaller of two numbers; `other` where `self` is not smaller.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        if self < other { self } else { other }
    }
}

/// The methods that are the same for both types. All are `#[inline(always)]`: any other function is not compiled
/// for the instruction set of the loop that calls it.
macro_rules! common {
    () => {
        const ZERO: Self = 0.0;
        const ONE: Self = 1.0;
        #[inline(always)]
        fn from_f64(x: f64) -> Self {
            x as Self
        }
        #[inline(always)]
        fn to_f64(self) -> f64 {
            f64::from(self)
        }
        #[inline(always)]
        fn is_finite(self) -> bool {
            Self::is_finite(self)
        }
        #[inline(always)]
        fn abs(self) -> Self {
            Self::abs(self)
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            Self::sqrt(self)
        }
    };
}

impl Real for f32 {
    common!();
    #[inline(always)]
    fn exp(self) -> Self {
        exponential(self)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        logarithm(self)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        hyperbolic_tangent(self)
    }
    #[inline(always)]
    fn erf(self) -> Self {
        error_function(self)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        sine(self)
    }
    #[inline(always)]
    fn cos(self) -> Self {
        cosine(self)
    }
    #[inline(always)]
    fn sigmoid(self) -> Self {
        sigmoid(self)
    }
    #[inline(always)]
    fn softplus(self) -> Self {
        softplus(self)
    }
}

impl Real for f64 {
    common!();
    // The limits are those of f32: a network trained in f32 is the same function in f64, also beyond the limits.
    fn exp(self) -> Self {
        f64::exp(self.clamp(f64::from(SMALLEST_EXPONENT), f64::from(LARGEST_EXPONENT)))
    }
    fn ln(self) -> Self {
        let least = f64::from(SMALLEST_NORMAL);
        f64::ln(if self < least { least } else { self })
    }
    fn tanh(self) -> Self {
        f64::tanh(self)
    }
    fn erf(self) -> Self {
        libm::erf(self)
    }
    fn sin(self) -> Self {
        f64::sin(self)
    }
    fn cos(self) -> Self {
        f64::cos(self)
    }
    fn sigmoid(self) -> Self {
        1.0 / (1.0 + f64::exp(-self))
    }
    fn softplus(self) -> Self {
        if self > 0.0 { self + f64::ln_1p(f64::exp(-self)) } else { f64::ln_1p(f64::exp(self)) }
    }
}

pub(crate) const LOG2_E: f32 = std::f32::consts::LOG2_E;
/// ln(2) in two parts (Cody and Waite): whole multiples of the first, up to 2^15, are exact.
pub(crate) const LN_2_HIGH: f32 = 0.693_359_4;
pub(crate) const LN_2_LOW: f32 = -2.121_944_4e-4;
/// The largest x for which round(x log2(e)) is 127, the last power of two of an f32.
pub(crate) const LARGEST_EXPONENT: f32 = 88.376_26;
/// The smallest x for which e^x is a normal number: WGSL may flush the others to 0.
pub(crate) const SMALLEST_EXPONENT: f32 = -87.336_54;
/// From here on tanh(x) is 1 to the last bit.
pub(crate) const LARGEST_TANGENT: f32 = 9.1;
/// The smallest normal number.
pub(crate) const SMALLEST_NORMAL: f32 = f32::MIN_POSITIVE;
const LARGEST: f32 = f32::MAX;
const SQRT_HALF_BITS: i32 = 0x3f35_04f3;
const ONE_OVER_PI: f32 = std::f32::consts::FRAC_1_PI;
/// pi / 2 in three parts, as ln(2): 8 bits, 11 bits and the rest.
const HALF_PI_HIGH: f32 = 1.570_312_5;
const HALF_PI_MIDDLE: f32 = 4.837_513e-4;
const HALF_PI_LOW: f32 = 7.549_79e-8;
const LARGEST_ANGLE: f32 = 100_000.0;

/// 1.5·2^23: beyond it an f32 has no places after the point left.
pub(crate) const SHIFT: f32 = 12_582_912.0;

/// WGSL's `i32(round(x))` for |x| < 2^22: beyond 1.5·2^23 an f32 has no places after the point
/// left, and its last bits are the whole number. The standard library's `round_ties_even` would be
/// a call on processors before AVX.
#[inline(always)]
fn rounded(x: f32) -> i32 {
    ((x + SHIFT).to_bits() as i32).wrapping_sub(SHIFT.to_bits() as i32)
}

/// 2^power for a power of -126 to 127, written into the exponent's bits.
#[inline(always)]
fn two_to_the(power: i32) -> f32 {
    f32::from_bits((power.wrapping_add(127) as u32) << 23)
}

/// The coefficients of (e^r - 1 - r) / r², from that of r⁵ on: Moshier's Cephes library, expf.
pub(crate) const EXPONENTIAL: [f32; 6] =
    [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1];

/// e^r - 1 for |r| <= ln(2) / 2.
#[inline(always)]
fn exponential_tail(r: f32) -> f32 {
    let mut p = EXPONENTIAL[0];
    p = p * r + EXPONENTIAL[1];
    p = p * r + EXPONENTIAL[2];
    p = p * r + EXPONENTIAL[3];
    p = p * r + EXPONENTIAL[4];
    p = p * r + EXPONENTIAL[5];
    p * (r * r) + r
}

/// e^x, within 1.1 units in the last place. x = k ln(2) + r (Cody and Waite), e^x = 2^k e^r.
/// Beyond -87.33654 and 88.37626 the value is that of the limit: 1.2e-38 and 2.4e38.
#[inline(always)]
fn exponential(x: f32) -> f32 {
    let limited = x.clamp(SMALLEST_EXPONENT, LARGEST_EXPONENT);
    let power = rounded(limited * LOG2_E);
    let k = power as f32;
    let r = (limited - k * LN_2_HIGH) - k * LN_2_LOW;
    (exponential_tail(r) + 1.0) * two_to_the(power)
}

/// ln(x), within 1.1 units in the last place. x = 2^k (1 + m) with m between sqrt(1/2) - 1 and
/// sqrt(2) - 1. Coefficients: Cephes, logf. Below 2^-126, 0 and negative x included, ln(2^-126).
#[inline(always)]
fn logarithm(x: f32) -> f32 {
    let limited = if x < SMALLEST_NORMAL { SMALLEST_NORMAL } else { x };
    let bits = limited.to_bits() as i32;
    let power = bits.wrapping_sub(SQRT_HALF_BITS) >> 23;
    let k = power as f32;
    let m = f32::from_bits(bits.wrapping_sub(power << 23) as u32) - 1.0;
    let mut p = 7.037_683_6e-2;
    p = p * m + -1.151_461e-1;
    p = p * m + 1.167_699_87e-1;
    p = p * m + -1.242_014_1e-1;
    p = p * m + 1.424_932_3e-1;
    p = p * m + -1.666_805_8e-1;
    p = p * m + 2.000_071_4e-1;
    p = p * m + -2.499_999_4e-1;
    p = p * m + 3.333_333e-1;
    let square = m * m;
    let tail = p * m * square + k * LN_2_LOW - 0.5 * square;
    let result = (m + tail) + k * LN_2_HIGH;
    // Infinity and NaN have no such bits: they stay.
    if x <= LARGEST { result } else { x }
}

/// e^x - 1 for |x| <= 40, without cancellation near 0: 2^k (e^r - 1) + (2^k - 1).
#[inline(always)]
fn exponential_minus_1(x: f32) -> f32 {
    let power = rounded(x * LOG2_E);
    let k = power as f32;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let two_to_k = two_to_the(power);
    exponential_tail(r) * two_to_k + (two_to_k - 1.0)
}

/// tanh(x), within 2.5 units in the last place, near 0 too: e / (e + 2) with e = e^(2|x|) - 1.
#[inline(always)]
fn hyperbolic_tangent(x: f32) -> f32 {
    let e = exponential_minus_1(2.0 * x.abs().clamp(0.0, LARGEST_TANGENT));
    let tangent = e / (e + 2.0);
    if x < 0.0 { -tangent } else { tangent }
}

/// erf(x), within 3.5 units in the last place, near 0 too: 1 - e^(-t p(t)) with t = |x|, where p
/// is a polynomial for -ln(1 - erf(t)) / t. The form is Juffa's; the coefficients are a minimax
/// fit (Remez) of the relative error on [0, 4], which is 4e-9. From 3.9 on erf(x) is 1 in f32.
#[inline(always)]
fn error_function(x: f32) -> f32 {
    let t = x.abs().clamp(0.0, 4.0);
    let mut p = -9.256_228e-6;
    p = p * t + 1.176_409_7e-4;
    p = p * t + -6.328_359e-4;
    p = p * t + 1.667_026e-3;
    p = p * t + -1.603_948_9e-4;
    p = p * t + -1.915_306_4e-2;
    p = p * t + 1.027_778_3e-1;
    p = p * t + 6.366_194e-1;
    p = p * t + std::f32::consts::FRAC_2_SQRT_PI;
    let e = exponential_minus_1(-t * p);
    if x < 0.0 { e } else { -e }
}

/// 1 / (1 + e^-x), within 2.5 units in the last place.
#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exponential(-x))
}

/// ln(1 + e^x), within 3 units in the last place: max(x, 0) + ln(1 + u) with u = e^-|x|, and
/// ln(1 + u) = 2 artanh(s), s = u / (2 + u) <= 1/3, which loses no digit of a small u.
/// Coefficients: the series of artanh, economised on [0, 1/9] in Chebyshev polynomials.
#[inline(always)]
fn softplus(x: f32) -> f32 {
    let u = exponential(-x.abs());
    let s = u / (2.0 + u);
    let square = s * s;
    let mut p = 2.322_433e-1;
    p = p * square + 2.170_657_5e-1;
    p = p * square + 2.859_235_8e-1;
    p = p * square + 3.999_970_6e-1;
    p = p * square + 6.666_667e-1;
    let positive_part = if x < 0.0 { 0.0 } else { x };
    positive_part + (p * square * s + (s + s))
}

/// sin(r) for |r| <= pi / 2, within 2.1 units in the last place. Coefficients: the Taylor series, economised as softplus's.
#[inline(always)]
fn sine_of_reduced(r: f32) -> f32 {
    let square = r * r;
    let mut p = 2.634_697_2e-6;
    p = p * square + -1.982_272_1e-4;
    p = p * square + 8.333_242e-3;
    p = p * square + -1.666_666_6e-1;
    p * square * r + r
}

/// sin(x), within 1.4e-7 for |x| <= 10^4: the distance to the nearest whole multiple of pi
/// (Cody and Waite). The error grows to 1.1e-6 at 10^5; beyond, the value is that of the limit.
#[inline(always)]
fn sine(x: f32) -> f32 {
    let limited = x.clamp(-LARGEST_ANGLE, LARGEST_ANGLE);
    let half_turn = rounded(limited * ONE_OVER_PI);
    let k = half_turn.wrapping_mul(2) as f32;
    let r = ((limited - k * HALF_PI_HIGH) - k * HALF_PI_MIDDLE) - k * HALF_PI_LOW;
    let s = sine_of_reduced(r);
    if half_turn & 1 == 1 { -s } else { s }
}

/// cos(x), as the sine: the distance to the nearest zero, an odd multiple of pi / 2.
#[inline(always)]
fn cosine(x: f32) -> f32 {
    let limited = x.clamp(-LARGEST_ANGLE, LARGEST_ANGLE);
    let half_turn = rounded(limited * ONE_OVER_PI - 0.5);
    let k = half_turn.wrapping_mul(2).wrapping_add(1) as f32;
    let r = ((limited - k * HALF_PI_HIGH) - k * HALF_PI_MIDDLE) - k * HALF_PI_LOW;
    let s = sine_of_reduced(r);
    if half_turn & 1 == 1 { s } else { -s }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The distance of two neighbouring f32 numbers at `x`.
    fn unit_in_last_place(x: f64) -> f64 {
        let magnitude = (x.abs() as f32).max(f32::MIN_POSITIVE);
        f64::from(magnitude.next_up()) - f64::from(magnitude)
    }

    /// The largest error in units in the last place over every 97th f32 of the ranges, which do
    /// not cross 0, with the x where it occurs.
    fn worst(f: fn(f32) -> f32, exact: fn(f64) -> f64, ranges: &[(f32, f32)]) -> (f64, f32) {
        let mut worst = (0.0, 0.0);
        for &(low, high) in ranges {
            for bits in (low.abs().to_bits()..=high.abs().to_bits()).step_by(97) {
                let x = f32::from_bits(bits).copysign(low);
                let truth = exact(f64::from(x));
                let error = (f64::from(f(x)) - truth).abs() / unit_in_last_place(truth);
                if error > worst.0 || error.is_nan() {
                    worst = (error, x);
                }
            }
        }
        worst
    }

    #[test]
    fn errors_are_as_stated_against_f64() {
        type Row = (&'static str, fn(f32) -> f32, fn(f64) -> f64, f64, Vec<(f32, f32)>);
        let both = |low: f32, high: f32| vec![(low, high), (-low, -high)];
        let right_angle = vec![(1e-30, std::f32::consts::FRAC_PI_2)];
        let rows: [Row; 7] = [
            ("exp", Real::exp, f64::exp, 1.1, vec![(1e-8, 88.37), (-1e-8, -87.33)]),
            ("ln", Real::ln, f64::ln, 1.1, vec![(f32::MIN_POSITIVE, f32::MAX)]),
            ("tanh", Real::tanh, f64::tanh, 2.5, both(1e-30, 100.0)),
            ("erf", Real::erf, libm::erf, 3.5, both(1e-30, 100.0)),
            ("sigmoid", Real::sigmoid, <f64 as Real>::sigmoid, 2.5, both(1e-30, 87.0)),
            ("softplus", Real::softplus, <f64 as Real>::softplus, 3.0, both(1e-30, 87.0)),
            ("sine of a right angle", sine_of_reduced, f64::sin, 2.1, right_angle),
        ];
        for (name, f, exact, bound, ranges) in rows {
            let (error, x) = worst(f, exact, &ranges);
            println!("{name}: {error:.3} units in the last place at {x:e}");
            assert!(error <= bound, "{name}({x:e}) errs by {error} units in the last place");
        }
    }

    /// The coefficients of every `p = p * square + c;` and `p = c;`, in order.
    fn coefficients(source: &str) -> Vec<f32> {
        let mut code = source.replace("std::f32::consts::FRAC_2_SQRT_PI", "1.128379172");
        for (i, coefficient) in EXPONENTIAL.iter().enumerate() {
            code = code.replace(&format!("EXPONENTIAL[{i}]"), &coefficient.to_string());
        }
        let lines = code.lines().map(str::trim);
        let polynomial = lines.filter(|l| l.starts_with("p = p *") || l.contains(" p = "));
        let last = polynomial.filter_map(|l| l.trim_end_matches(';').split(' ').next_back());
        last.filter_map(|number| number.replace('_', "").parse().ok()).collect()
    }

    #[test]
    fn the_shader_has_the_same_coefficients_to_the_last_bit() {
        let source = include_str!("math.rs").split("#[cfg(test)]").next().unwrap();
        let (here, shader) = (coefficients(source), coefficients(MATH_WGSL));
        assert_eq!(here.len(), 33);
        assert_eq!(here, shader);
    }

    #[test]
    fn sine_and_cosine_err_absolutely_as_stated() {
        for (limit, bound) in [(1e4f32, 1.4e-7), (1e5, 1.1e-6)] {
            let (mut sine_error, mut cosine_error) = (0.0f64, 0.0f64);
            for i in -1_000_000..=1_000_000 {
                let x = limit * (i as f32 / 1e6);
                let truth = f64::from(x);
                sine_error = sine_error.max((f64::from(sine(x)) - truth.sin()).abs());
                cosine_error = cosine_error.max((f64::from(cosine(x)) - truth.cos()).abs());
            }
            println!("to {limit}: sine {sine_error:e}, cosine {cosine_error:e}");
            assert!(sine_error <= bound && cosine_error <= bound);
        }
    }

    #[test]
    fn no_finite_number_gives_an_infinite_one() {
        let functions: [fn(f32) -> f32; 8] = [
            Real::exp,
            Real::ln,
            Real::tanh,
            Real::erf,
            Real::sigmoid,
            Real::softplus,
            sine,
            cosine,
        ];
        for f in functions {
            for magnitude in [0.0, f32::from_bits(1), 1e-38, 1.0, 88.4, 1e4, 1e38, f32::MAX] {
                assert!(f(magnitude).is_finite() && f(-magnitude).is_finite());
            }
        }
        for x in [0.0f64, -1.0, 1e4, -1e4, f64::MAX, f64::MIN] {
            assert!(Real::exp(x).is_finite() && Real::ln(x).is_finite());
            assert!(Real::sigmoid(x).is_finite() && Real::softplus(x).is_finite());
        }
    }

    #[test]
    fn not_a_number_passes_through() {
        let functions: [fn(f32) -> f32; 8] = [
            Real::exp,
            Real::ln,
            Real::tanh,
            Real::erf,
            Real::sigmoid,
            Real::softplus,
            sine,
            cosine,
        ];
        for f in functions {
            assert!(f(f32::NAN).is_nan());
        }
    }

    #[test]
    fn odd_functions_are_odd_and_values_known_by_heart_hold() {
        for x in [1e-20f32, 0.3, 1.7, 30.0] {
            assert_eq!(Real::tanh(-x), -Real::tanh(x));
            assert_eq!(Real::erf(-x), -Real::erf(x));
            assert_eq!(sine(-x), -sine(x));
        }
        assert_eq!((exponential(0.0), logarithm(1.0), cosine(0.0)), (1.0, 0.0, 1.0));
        assert_eq!((sigmoid(0.0), hyperbolic_tangent(20.0), error_function(9.0)), (0.5, 1.0, 1.0));
        assert!(exponential(-1e4) < 1.2e-38 && sigmoid(-1e4) < 1e-38);
    }
}
