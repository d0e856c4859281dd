//! Elementary functions of the two number types the crate computes in.
//!
//! The f32 formulas are the project's own, the same as in `shaders/math.wgsl`, because drivers
//! differ by 1e-5 in theirs; the f64 ones are those of the standard library and prove the f32 ones.

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
    /// The square root of x.
    fn sqrt(self) -> Self;
    /// e^x
    fn exp(self) -> Self;
    /// The natural logarithm of x.
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
    fn max(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
    /// The smaller of two numbers; `other` where `self` is not smaller.
    fn min(self, other: Self) -> Self {
        if self < other { self } else { other }
    }
}

macro_rules! real {
    ($t:ty) => {
        impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            fn from_f64(x: f64) -> Self {
                x as $t
            }
            fn to_f64(self) -> f64 {
                self as f64
            }
            fn is_finite(self) -> bool {
                <$t>::is_finite(self)
            }
            fn abs(self) -> Self {
                <$t>::abs(self)
            }
            fn sqrt(self) -> Self {
                <$t>::sqrt(self)
            }
            fn exp(self) -> Self {
                <$t>::exp(self)
            }
            fn ln(self) -> Self {
                <$t>::ln(self)
            }
            fn tanh(self) -> Self {
                <$t>::tanh(self)
            }
            fn erf(self) -> Self {
                libm::erf(self as f64) as $t
            }
            fn sin(self) -> Self {
                <$t>::sin(self)
            }
            fn cos(self) -> Self {
                <$t>::cos(self)
            }
            fn sigmoid(self) -> Self {
                1.0 / (1.0 + <$t>::exp(-self))
            }
            fn softplus(self) -> Self {
                <$t>::max(self, 0.0) + <$t>::ln_1p(<$t>::exp(-<$t>::abs(self)))
            }
        }
    };
}
real!(f32);
real!(f64);
