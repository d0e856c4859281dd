//! Which of two numbers is the larger one, and which of several the largest, where NaN is larger than all.

use crate::math::Real;

/// The elements of a window that are compared at once.
const LANES: usize = 16;

/// Whether a value takes the place of another: it is larger, or the first NaN.
#[inline(always)]
pub(super) fn beats<T: Real>(value: T, other: T) -> bool {
    ((value > other) | is_nan(value)) & !is_nan(other)
}

/// Whether it is not a number.
#[inline(always)]
fn is_nan<T: Real>(value: T) -> bool {
    value.partial_cmp(&value).is_none()
}

/// The largest of some elements, one at least, and its index, the first on a tie.
#[inline(always)]
pub(super) fn largest<T: Real>(x: &[T]) -> (T, u32) {
    let (chunks, rest) = x.as_chunks::<LANES>();
    let ([first, others @ ..], Some(end)) = (chunks, x.last_chunk::<LANES>()) else {
        return largest_of_few((x[0], 0), &x[1..], 1);
    };
    let (mut values, mut indices) = (*first, [0u32; LANES]);
    for (lane, index) in indices.iter_mut().enumerate() {
        *index = lane as u32;
    }
    for (chunk, first) in others.iter().zip((LANES as u32..).step_by(LANES)) {
        take_lanes(chunk, first, &mut values, &mut indices);
    }
    if !rest.is_empty() {
        // Some of these were among the ones before: none beats itself.
        take_lanes(end, (x.len() - LANES) as u32, &mut values, &mut indices);
    }
    let mut best = (values[0], indices[0]);
    for (value, index) in values.into_iter().zip(indices) {
        let is_before = !beats(best.0, value) & (index < best.1);
        if beats(value, best.0) | is_before {
            best = (value, index);
        }
    }
    best
}

/// Takes an element for each lane; their indices begin with `first`.
#[inline(always)]
fn take_lanes<T: Real>(
    x: &[T; LANES],
    first: u32,
    values: &mut [T; LANES],
    indices: &mut [u32; LANES],
) {
    for lane in 0..LANES {
        let wins = beats(x[lane], values[lane]);
        values[lane] = if wins { x[lane] } else { values[lane] };
        indices[lane] = if wins { first + lane as u32 } else { indices[lane] };
    }
}

/// The largest of elements, whose indices begin with `first`, and of one before them: as `beats` has it, with a branch,
/// which is faster where elements are few.
#[inline(always)]
pub(crate) fn largest_of_few<T: Real>(mut best: (T, u32), x: &[T], first: u32) -> (T, u32) {
    for (index, &value) in (first..).zip(x) {
        if value > best.0 || (is_nan(value) && !is_nan(best.0)) {
            best = (value, index);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_any_number_of_elements_the_first_of_the_largest_is_found() {
        for len in 1..70usize {
            for seed in 0..8 {
                let mut x: Vec<f32> =
                    (0..len).map(|i| ((i * 7 + seed * 13) % 11) as f32 - 5.0).collect();
                if seed > 5 {
                    x[len / 2] = f32::NAN;
                    x[len - 1] = f32::NAN;
                }
                let mut expected = (x[0], 0);
                for (i, &value) in (0..).zip(&x) {
                    if value > expected.0 || (value.is_nan() && !expected.0.is_nan()) {
                        expected = (value, i);
                    }
                }
                let found = largest(&x);
                let bits = (found.0.to_bits(), found.1);
                assert_eq!(bits, (expected.0.to_bits(), expected.1), "{x:?}");
            }
        }
    }
}
