//! What a tile's numbers become: B' d of six inputs, A δ of its outputs' gradients, and A' p of six products.

#![allow(clippy::needless_range_loop)] // places, as the formulas have them

use crate::cpu::simd::operations::Simd;

/// What a tile has: inputs, and products.
pub(super) const POINTS: usize = 6;

/// Of six inputs, or of the gradients of two or four outputs.
#[inline(always)]
pub(super) fn transformed<S: Simd, const N: usize>(s: S, from: [S::V; N]) -> [S::V; POINTS] {
    const { assert!(N == POINTS || N == 4 || N == 2) };
    let mut all = [s.splat(0.0); POINTS];
    all[..N].copy_from_slice(&from);
    if N == POINTS {
        of_inputs(s, all)
    } else if N == 4 {
        of_four(s, [all[0], all[1], all[2], all[3]])
    } else {
        of_two(s, [all[0], all[1]])
    }
}

/// B' d
#[inline(always)]
fn of_inputs<S: Simd>(s: S, d: [S::V; POINTS]) -> [S::V; POINTS] {
    let (four, two) = (s.splat(4.0), s.splat(2.0));
    let minus_four = s.splat(-4.0);
    // d4 - 4 d2 and d3 - 4 d1; d4 - d2 and 2 (d3 - d1).
    let (even, odd) = (s.mul_add(minus_four, d[2], d[4]), s.mul_add(minus_four, d[1], d[3]));
    let (of_even, of_odd) = (s.sub(d[4], d[2]), s.mul(two, s.sub(d[3], d[1])));
    [
        s.mul_add(four, s.sub(d[0], d[2]), of_even),
        s.add(even, odd),
        s.sub(even, odd),
        s.add(of_even, of_odd),
        s.sub(of_even, of_odd),
        s.mul_add(four, s.sub(d[1], d[3]), s.sub(d[5], d[3])),
    ]
}

/// A δ of four.
#[inline(always)]
fn of_four<S: Simd>(s: S, d: [S::V; 4]) -> [S::V; POINTS] {
    let (two, four) = (s.splat(2.0), s.splat(4.0));
    let (even, odd) = (s.add(d[0], d[2]), s.add(d[1], d[3]));
    // δ0 + 4 δ2, and 2 (δ1 + 4 δ3).
    let (of_even, of_odd) = (s.mul_add(four, d[2], d[0]), s.mul_add(four, d[3], d[1]));
    let of_odd = s.mul(two, of_odd);
    [d[0], s.add(even, odd), s.sub(even, odd), s.add(of_even, of_odd), s.sub(of_even, of_odd), d[3]]
}

/// A δ of two.
#[inline(always)]
fn of_two<S: Simd>(s: S, d: [S::V; 2]) -> [S::V; POINTS] {
    // δ0 ± 2 δ1
    let more = s.mul_add(s.splat(2.0), d[1], d[0]);
    let less = s.mul_add(s.splat(-2.0), d[1], d[0]);
    [d[0], s.add(d[0], d[1]), s.sub(d[0], d[1]), more, less, d[1]]
}

/// A' p: two or four outputs.
#[inline(always)]
pub(super) fn outputs<S: Simd, const M: usize>(s: S, p: [S::V; POINTS]) -> [S::V; M] {
    let two = s.splat(2.0);
    let (sum, difference) = (s.add(p[1], p[2]), s.sub(p[1], p[2]));
    let (sum_of_two, difference_of_two) = (s.add(p[3], p[4]), s.sub(p[3], p[4]));
    let mut y = [s.splat(0.0); M];
    y[0] = s.add(p[0], s.add(sum, sum_of_two));
    y[1] = s.mul_add(two, difference_of_two, difference);
    if M == 4 {
        y[2] = s.mul_add(s.splat(4.0), sum_of_two, sum);
        y[3] = s.mul_add(s.splat(8.0), difference_of_two, difference);
    }
    y[M - 1] = s.add(y[M - 1], p[5]);
    y
}
