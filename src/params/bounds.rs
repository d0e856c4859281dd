//! The numbers that a key allows, and their words.

use std::ops::{Bound, RangeBounds};

use serde_json::{Value, json};

use crate::network::layers::Range;

/// A range of numbers.
pub(super) struct Bounds {
    /// The range in words.
    pub(super) allowed: &'static str,
    range: (Bound<f64>, Bound<f64>),
}

pub(super) const ABOVE_ZERO: Bounds =
    Bounds { allowed: "a number above 0", range: (Bound::Excluded(0.0), Bound::Unbounded) };
pub(super) const ZERO_OR_MORE: Bounds =
    Bounds { allowed: "a number of 0 or more", range: (Bound::Included(0.0), Bound::Unbounded) };
pub(super) const ZERO_TO_ONE: Bounds =
    Bounds { allowed: "a number from 0 to 1", range: (Bound::Included(0.0), Bound::Included(1.0)) };
pub(super) const BELOW_ONE: Bounds = Bounds {
    allowed: "a number from 0 to below 1",
    range: (Bound::Included(0.0), Bound::Excluded(1.0)),
};

/// The bounds of the numbers of a layer.
pub(super) fn bounds(range: Range) -> &'static Bounds {
    match range {
        Range::BelowOne => &BELOW_ONE,
        Range::AboveZero => &ABOVE_ZERO,
    }
}

impl Bounds {
    /// A number below a bound is below it in f32 too: 1 - β is a divisor.
    pub(super) fn hold(&self, number: f64) -> bool {
        let is_below = match self.range.1 {
            Bound::Excluded(most) => (number as f32) < most as f32,
            Bound::Included(_) | Bound::Unbounded => true,
        };
        self.range.contains(&number) && is_below
    }

    /// The bounds in JSON Schema.
    pub(super) fn schema(&self) -> Value {
        let mut schema = json!({"type": "number"});
        let mut limit = |inclusive: &str, exclusive: &str, bound| match bound {
            Bound::Included(limit) => schema[inclusive] = limit,
            Bound::Excluded(limit) => schema[exclusive] = limit,
            Bound::Unbounded => {}
        };
        limit("minimum", "exclusiveMinimum", self.range.0.map(number));
        limit("maximum", "exclusiveMaximum", self.range.1.map(number));
        schema
    }
}

/// A number as people write it: 1, not 1.0.
pub(super) fn number(number: f64) -> Value {
    match number.fract() == 0.0 && number.abs() < 1e15 {
        true => json!(number as i64),
        false => json!(number),
    }
}
