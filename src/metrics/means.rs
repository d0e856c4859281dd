//! Means over classes, labels or outputs; each counts the same.

/// The mean of a value over a list; 0 for an empty one.
pub(super) fn mean<T>(items: &[T], value: impl Fn(&T) -> f64) -> f64 {
    items.iter().map(value).sum::<f64>() / items.len().max(1) as f64
}
