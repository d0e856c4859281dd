//! Vectors at any place of an array, also where fewer numbers are left than one has.

#![allow(clippy::needless_range_loop)] // places of vectors

use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// Where vectors begin that cover a line of so many numbers: the last may begin among those of the one before, and the
/// only one of a short line reaches beyond it.
#[inline(always)]
pub(super) fn starts(len: usize) -> impl Iterator<Item = usize> {
    let last = len.saturating_sub(LANES);
    (0..last).step_by(LANES).chain([last])
}

/// Vectors from a place on, of zeros behind the end.
#[inline(always)]
pub(super) fn load<S: Simd, const N: usize>(s: S, from: &[f32], at: usize) -> [S::V; N] {
    let rest = from.get(at..).unwrap_or_default();
    match rest.as_chunks().0.first_chunk() {
        Some(own) => load_all(s, own),
        None => load_all(s, &padded(rest)),
    }
}

#[inline(always)]
fn load_all<S: Simd, const N: usize>(s: S, from: &[[f32; LANES]; N]) -> [S::V; N] {
    let mut all = [s.splat(0.0); N];
    for (to, own) in all.iter_mut().zip(from) {
        *to = s.load(own);
    }
    all
}

/// The last numbers, with zeros behind them.
#[cold]
#[inline(never)]
fn padded<X: Copy + Default, const N: usize>(rest: &[X]) -> [[X; LANES]; N] {
    let mut own = [[X::default(); LANES]; N];
    own.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
    own
}

/// Stores a vector, or as much of it as there is room for.
#[inline(always)]
pub(super) fn store<S: Simd>(s: S, to: &mut [f32], at: usize, v: S::V) {
    if let Some(to) = to.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
        s.store(to, v);
    } else {
        let mut own = [0.0; LANES];
        s.store(&mut own, v);
        fill(to, at, &own);
    }
}

/// Fills what is behind a place with the first of some numbers.
#[cold]
#[inline(never)]
fn fill<X: Copy>(to: &mut [X], at: usize, from: &[X; LANES]) {
    to.iter_mut().skip(at).zip(from).for_each(|(to, from)| *to = *from);
}

/// Every `M`-th number of `M` vectors, from the first, the second and so on.
#[inline(always)]
pub(super) fn each_nth<S: Simd, const M: usize>(s: S, of: [S::V; M]) -> [S::V; M] {
    const { assert!(M == 2 || M == 4) };
    let mut all = of;
    let [evens, odds] = s.evens_and_odds([of[0], of[1]]);
    if M == 2 {
        (all[0], all[1]) = (evens, odds);
    } else {
        let [others, odd_others] = s.evens_and_odds([of[2], of[3]]);
        [all[0], all[2]] = s.evens_and_odds([evens, others]);
        [all[1], all[3]] = s.evens_and_odds([odds, odd_others]);
    }
    all
}

/// The vectors of which these are every `M`-th number.
#[inline(always)]
pub(super) fn interleaved_by<S: Simd, const M: usize>(s: S, of: [S::V; M]) -> [S::V; M] {
    const { assert!(M == 2 || M == 4) };
    let mut all = of;
    if M == 2 {
        [all[0], all[1]] = s.interleaved([of[0], of[1]]);
    } else {
        let even = s.interleaved([of[0], of[2]]);
        let odd = s.interleaved([of[1], of[3]]);
        [all[0], all[1]] = s.interleaved([even[0], odd[0]]);
        [all[2], all[3]] = s.interleaved([even[1], odd[1]]);
    }
    all
}

/// Whole numbers from a place on, zeros behind the end.
#[inline(always)]
pub(super) fn load_whole<S: Simd>(s: S, from: &[u32], at: usize) -> S::V {
    let rest = from.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(own) => s.load_whole(own),
        None => {
            let [own] = padded(rest);
            s.load_whole(&own)
        }
    }
}

/// Stores whole numbers, or as many of them as there is room for.
#[inline(always)]
pub(super) fn store_whole<S: Simd>(s: S, to: &mut [u32], at: usize, v: S::V) {
    if let Some(to) = to.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
        s.store_whole(to, v);
    } else {
        let mut own = [0; LANES];
        s.store_whole(&mut own, v);
        fill(to, at, &own);
    }
}
