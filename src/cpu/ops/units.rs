//! Loops over the units of a row that a compiler makes vectors of.

use crate::math::Real;

/// Sets each element to what `of` makes of it and of those at its place in the others. `of` has to be a function that is
/// inlined always: a closure is compiled for every machine.
#[inline(always)]
pub(super) fn each<T: Real, const N: usize>(
    to: &mut [T],
    from: [&[T]; N],
    of: impl Fn(T, [T; N]) -> T,
) {
    let from = from.map(|own| &own[..to.len()]);
    for (u, to) in to.iter_mut().enumerate() {
        *to = of(*to, from.map(|own| own[u]));
    }
}

/// The first parts of so many elements each, to read.
#[inline(always)]
pub(super) fn read_parts<T, const N: usize>(all: &[T], len: usize) -> [&[T]; N] {
    std::array::from_fn(|part| &all[part * len..(part + 1) * len])
}

/// The same, to write.
#[inline(always)]
pub(super) fn parts<T, const N: usize>(all: &mut [T], len: usize) -> [&mut [T]; N] {
    let mut rest = all;
    std::array::from_fn(|_| {
        let (part, others) = std::mem::take(&mut rest).split_at_mut(len);
        rest = others;
        part
    })
}
