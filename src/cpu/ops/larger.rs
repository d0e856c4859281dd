//! Which of two numbers is the larger one, where NaN is larger than all.

use crate::math::Real;

/// Whether a value takes the place of another: it is larger, or the first NaN.
#[inline(always)]
pub(super) fn beats<T: Real>(value: T, other: T) -> bool {
    ((value > other) | is_nan(value)) & !is_nan(other)
}

/// Whether it is not a number.
#[inline(always)]
pub(super) fn is_nan<T: Real>(value: T) -> bool {
    value.partial_cmp(&value).is_none()
}
