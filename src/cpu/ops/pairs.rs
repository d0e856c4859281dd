//! Max pools of two neighbours, of four, or of two by two: the most frequent ones, several windows at a time.

use super::larger::beats;
use crate::instruction_set::Compiled;
use crate::math::Real;
use crate::plan::Windows;

/// Windows that are taken at once: at least, and on longer lines.
const SOME: usize = 4;
const MORE: usize = 8;

/// How pairs lie in a plane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pairs {
    /// The lines of a window: 1 or 2, and its elements on one: 2, or 4 of one line.
    lines: usize,
    columns: usize,
    /// Elements of a line of the input, and windows on it.
    input: usize,
    positions: usize,
    /// Elements of a plane, and windows in it.
    plane: usize,
    windows: usize,
}

impl Pairs {
    /// None if windows are no pairs, nor pairs of pairs.
    pub fn of(windows: &Windows) -> Option<Self> {
        let [vertical, horizontal] = &windows.axes;
        let is_line = vertical.kernel == 1 && vertical.stride == 1;
        let is_square = vertical.kernel == 2 && vertical.stride == 2;
        let columns = horizontal.kernel;
        let are_beside = horizontal.stride == columns;
        let are_pairs = columns == 2 && (is_line || is_square) || columns == 4 && is_line;
        (are_beside && are_pairs).then(|| Pairs {
            lines: vertical.kernel,
            columns,
            input: horizontal.input,
            positions: horizontal.positions,
            plane: windows.plane(),
            windows: windows.positions(),
        })
    }

    /// Whether squares lie on lines of so many windows, and nothing between them.
    fn are_squares_on(self, windows: usize) -> bool {
        self.lines == 2 && self.positions == windows && self.input == 2 * windows
    }
}

/// The pools of all channels.
pub(super) struct PoolPairs<'a, T> {
    pub pairs: Pairs,
    pub x: &'a [T],
    pub y: &'a mut [T],
    pub winners: &'a mut [u32],
}

impl<T: Real> Compiled for PoolPairs<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let PoolPairs { pairs, x, y, winners } = self;
        let channels = y.chunks_exact_mut(pairs.windows);
        let channels = channels.zip(winners.chunks_exact_mut(pairs.windows));
        for (x, (y, winners)) in x.chunks_exact(pairs.plane).zip(channels) {
            let done = if pairs.are_squares_on(SOME) {
                squares::<T, SOME>(x, y, winners)
            } else if pairs.are_squares_on(SOME / 2) {
                squares::<T, { SOME / 2 }>(x, y, winners)
            } else {
                0
            };
            let lines = y[done..].chunks_exact_mut(pairs.positions);
            let lines = lines.zip(winners[done..].chunks_exact_mut(pairs.positions));
            for (line, (y, winners)) in (done / pairs.positions..).zip(lines) {
                let first = line * pairs.lines * pairs.input;
                let (upper, lower) = x[first..].split_at(pairs.input);
                match (pairs.lines, pairs.columns) {
                    (2, _) => take_line([upper, lower], [first, first + pairs.input], y, winners),
                    (_, 4) => take_fours(upper, first, y, winners),
                    _ => take_line([upper], [first], y, winners),
                }
            }
        }
    }
}

/// A line of windows, of one line of the input or of two, whose elements are counted from `first`.
#[inline(always)]
fn take_line<T: Real, const LINES: usize>(
    x: [&[T]; LINES],
    first: [usize; LINES],
    y: &mut [T],
    winners: &mut [u32],
) {
    let done = take_chunks::<T, LINES, MORE>(x, first, 0, y, winners);
    let done = take_chunks::<T, LINES, SOME>(x, first, done, y, winners);
    take_chunks::<T, LINES, 1>(x, first, done, y, winners);
}

/// N windows at a time, from this one on; where that ends.
#[inline(always)]
fn take_chunks<T: Real, const LINES: usize, const N: usize>(
    x: [&[T]; LINES],
    first: [usize; LINES],
    mut at: usize,
    y: &mut [T],
    winners: &mut [u32],
) -> usize {
    let (y, winners) = (y[at..].as_chunks_mut().0, winners[at..].as_chunks_mut().0);
    for (y, winners) in y.iter_mut().zip(winners) {
        let mut best = Largest::<T, N>::of_pairs(&x[0][2 * at..], first[0] + 2 * at);
        if LINES == 2 {
            let lower = Largest::of_pairs(&x[1][2 * at..], first[1] + 2 * at);
            best = best.or(lower);
        }
        (*y, *winners) = (best.values, best.indices);
        at += N;
    }
    at
}

/// A line of windows of four.
#[inline(always)]
fn take_fours<T: Real>(x: &[T], first: usize, y: &mut [T], winners: &mut [u32]) {
    let (several, last) = y.as_chunks_mut::<SOME>();
    let (of_several, of_last) = winners.as_chunks_mut::<SOME>();
    let mut at = 0;
    for (y, winners) in several.iter_mut().zip(of_several) {
        let pairs = Largest::<T, { 2 * SOME }>::of_pairs(&x[4 * at..], first + 4 * at);
        let best = Largest::<T, SOME>::of_neighbours(pairs);
        (*y, *winners) = (best.values, best.indices);
        at += SOME;
    }
    for (y, winner) in last.iter_mut().zip(of_last) {
        let pairs = Largest::<T, 2>::of_pairs(&x[4 * at..], first + 4 * at);
        let best = Largest::<T, 1>::of_neighbours(pairs);
        (*y, *winner) = (best.values[0], best.indices[0]);
        at += 1;
    }
}

/// Squares on lines of W windows, `SOME` of them at a time, whatever lines they are on; how many.
#[inline(always)]
fn squares<T: Real, const W: usize>(x: &[T], y: &mut [T], winners: &mut [u32]) -> usize {
    let (y, winners) = (y.as_chunks_mut::<SOME>().0, winners.as_chunks_mut::<SOME>().0);
    let (squares, x) = (SOME * y.len(), x.chunks_exact(4 * SOME));
    for (i, (x, (y, winners))) in x.zip(y.iter_mut().zip(winners)).enumerate() {
        let all = Largest::<T, { 2 * SOME }>::of_pairs(x, i * 4 * SOME);
        let (mut upper, mut lower) = (Largest::<T, SOME>::default(), Largest::default());
        for k in 0..SOME {
            let at = k / W * 2 * W + k % W;
            (upper.values[k], upper.indices[k]) = (all.values[at], all.indices[at]);
            (lower.values[k], lower.indices[k]) = (all.values[at + W], all.indices[at + W]);
        }
        let best = upper.or(lower);
        (*y, *winners) = (best.values, best.indices);
    }
    squares
}

/// The largest elements of N windows, and their indices. In arrays of its own, so that a compiler makes vectors of it; and
/// without a branch: which element is larger cannot be foreseen.
#[derive(Clone, Copy)]
struct Largest<T, const N: usize> {
    values: [T; N],
    indices: [u32; N],
}

impl<T: Real, const N: usize> Default for Largest<T, N> {
    #[inline(always)]
    fn default() -> Self {
        Largest { values: [T::ZERO; N], indices: [0; N] }
    }
}

impl<T: Real, const N: usize> Largest<T, N> {
    /// Those of neighbouring pairs, whose elements are counted from `first`.
    #[inline(always)]
    fn of_pairs(x: &[T], first: usize) -> Self {
        let x = &x[..2 * N];
        let mut largest = Self::default();
        for k in 0..N {
            let (left, right) = (x[2 * k], x[2 * k + 1]);
            let wins = beats(right, left);
            largest.values[k] = if wins { right } else { left };
            largest.indices[k] = (first + 2 * k) as u32 + u32::from(wins);
        }
        largest
    }

    /// The larger of each two neighbours among `M`, twice as many.
    #[inline(always)]
    fn of_neighbours<const M: usize>(pairs: Largest<T, M>) -> Self {
        let (mut left, mut right) = (Self::default(), Self::default());
        for k in 0..N {
            (left.values[k], left.indices[k]) = (pairs.values[2 * k], pairs.indices[2 * k]);
            (right.values[k], right.indices[k]) =
                (pairs.values[2 * k + 1], pairs.indices[2 * k + 1]);
        }
        left.or(right)
    }

    /// The larger of each two: this one on a tie.
    #[inline(always)]
    fn or(mut self, other: Self) -> Self {
        for k in 0..N {
            let wins = beats(other.values[k], self.values[k]);
            self.values[k] = if wins { other.values[k] } else { self.values[k] };
            self.indices[k] = if wins { other.indices[k] } else { self.indices[k] };
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction_set::InstructionSet;
    use crate::plan::{Axis, Padding};

    /// The first of the largest elements of each window, or of those that are not a number, a window after the other.
    fn expected(windows: &Windows, x: &[f32]) -> Vec<(u32, u32)> {
        let [vertical, horizontal] = windows.axes;
        let mut all = vec![];
        for plane in x.chunks(windows.plane()) {
            for (down, across) in
                (0..vertical.positions).flat_map(|d| (0..horizontal.positions).map(move |a| (d, a)))
            {
                let mut best: Option<(f32, usize)> = None;
                for line in 0..vertical.kernel {
                    for column in 0..horizontal.kernel {
                        let at = (down * vertical.stride + line) * horizontal.input
                            + horizontal.kernel * across
                            + column;
                        let is_better = best.is_none_or(|(value, _)| {
                            plane[at] > value || (plane[at].is_nan() && !value.is_nan())
                        });
                        if is_better {
                            best = Some((plane[at], at));
                        }
                    }
                }
                all.extend(best.map(|(value, at)| (value.to_bits(), at as u32)));
            }
        }
        all
    }

    #[test]
    fn pairs_of_lines_of_any_length_have_the_first_of_their_largest() {
        let axis = |input, kernel| Axis::new(input, kernel, kernel, 1, Padding::Each(0)).unwrap();
        for (height, kernel, columns) in
            [(1, 1, 2), (3, 1, 2), (2, 2, 2), (5, 2, 2), (6, 2, 2), (1, 1, 4), (2, 1, 4)]
        {
            for width in columns..70 {
                let axes = [axis(height, kernel), axis(width, columns)];
                let windows = Windows { channels: 3, filters: 3, axes };
                let value = |i: usize| match i * 7 % 11 {
                    0 => f32::NAN,
                    value => value as f32 - 5.0,
                };
                let x: Vec<f32> = (0..windows.input_len()).map(value).collect();
                let len = windows.output_len();
                let pairs = Pairs::of(&windows).unwrap();
                for set in InstructionSet::all() {
                    let (mut y, mut winners) = (vec![0.0; len], vec![0; len]);
                    set.run(PoolPairs { pairs, x: &x, y: &mut y, winners: &mut winners });
                    let found: Vec<_> = y.iter().map(|y| y.to_bits()).zip(winners).collect();
                    assert_eq!(
                        found,
                        expected(&windows, &x),
                        "{height} {kernel} {columns} {width}"
                    );
                }
            }
        }
    }
}
