//! y[c, p] = the largest element of window p of x[c], and its index in x[c], the first on a tie. Twin of
//! `shaders/max_pool.wgsl`.

use super::execute::Execute;
use super::larger::{beats, largest};
use super::pairs::{Pairs, PoolPairs};
use super::product::Product;
use super::site::Site;
use crate::instruction_set::{Compiled, InstructionSet};
use crate::math::Real;
use crate::plan::ops::max_pool::MaxPool;
use crate::plan::{Axis, Windows};

impl Execute for MaxPool {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        site.workspace.with_indices(self.winners, |winners, workspace| {
            workspace.with(self.y, |y, workspace| {
                let x = workspace.of(self.x);
                let Some(lengths) = self.lengths else {
                    return max_pool(&self.windows, x, y, winners);
                };
                let (x_len, y_len) = (self.windows.input_len(), self.windows.output_len());
                let rows = y.chunks_exact_mut(y_len).zip(winners.chunks_exact_mut(y_len));
                let rows = x.chunks_exact(x_len).zip(rows);
                for ((x, (y, winners)), &length) in rows.zip(workspace.indices_of(lengths)) {
                    max_pool(&self.windows.of_length(length), x, y, winners);
                }
            });
        });
    }
}

/// Pools each channel of `x`, (height, width), to one of `y` and `winners`, (positions). NaN wins, so that a
/// run that lost its numbers is seen.
pub(crate) fn max_pool<T: Real>(windows: &Windows, x: &[T], y: &mut [T], winners: &mut [u32]) {
    let set = InstructionSet::best();
    let [_, horizontal] = windows.axes;
    // Each alone: in one large function a compiler makes no vectors of them.
    if let Some(pairs) = Pairs::of(windows) {
        set.run(PoolPairs { pairs, x, y, winners });
    } else if horizontal.positions < horizontal.kernel.max(SOME) {
        set.run(Long(Pool { windows, x, y, winners }));
    } else {
        set.run(Pool { windows, x, y, winners });
    }
}

/// The pools of all channels.
struct Pool<'a, T> {
    windows: &'a Windows,
    x: &'a [T],
    y: &'a mut [T],
    winners: &'a mut [u32],
}

/// The largest elements so far of the windows on a line of positions, and their indices.
struct Largest<'a, T> {
    y: &'a mut [T],
    winners: &'a mut [u32],
}

/// The pools whose windows are long or few: a window after the other.
struct Long<'a, T>(Pool<'a, T>);

impl<T: Real> Compiled for Pool<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.lines::<false>();
    }
}

impl<T: Real> Compiled for Long<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.0.lines::<true>();
    }
}

impl<T: Real> Pool<'_, T> {
    /// Lets each line of windows, which may be `LONG`, take the lines of the input under it; the first of them begins
    /// anew, and the others go on from what was found.
    #[inline(always)]
    fn lines<const LONG: bool>(self) {
        let [vertical, horizontal] = self.windows.axes;
        let positions = self.windows.positions();
        let channels = self.y.chunks_exact_mut(positions);
        let channels = channels.zip(self.winners.chunks_exact_mut(positions));
        for (x, (y, winners)) in self.x.chunks_exact(self.windows.plane()).zip(channels) {
            let lines = y.chunks_exact_mut(horizontal.positions);
            let lines = lines.zip(winners.chunks_exact_mut(horizontal.positions));
            for (down, (y, winners)) in lines.enumerate() {
                let mut largest = Largest { y, winners };
                let top = down * vertical.stride;
                for line in top..top + vertical.kernel {
                    let first = line * horizontal.input;
                    let x = &x[first..][..horizontal.input];
                    if LONG {
                        largest.take_windows(&horizontal, x, first, line == top);
                    } else {
                        largest.take_line(&horizontal, x, first, line == top);
                    }
                }
            }
        }
    }
}

impl<T: Real> Largest<'_, T> {
    /// Takes a line of the input, whose elements are counted from `first`.
    #[inline(always)]
    fn take_line(&mut self, axis: &Axis, x: &[T], first: usize, is_new: bool) {
        for tap in 0..axis.kernel {
            let (x, first, is_new) = (&x[tap..], first + tap, is_new && tap == 0);
            // A stride that is known makes vectors of the loop.
            match axis.stride {
                1 => self.take::<1>(x, first, 1, is_new),
                2 => self.take::<2>(x, first, 2, is_new),
                4 => self.take::<4>(x, first, 4, is_new),
                stride => self.take::<0>(x, first, stride, is_new),
            }
        }
    }

    /// Takes one element for each window: those of `x`, a stride apart, which is KNOWN where that is not 0.
    #[inline(always)]
    fn take<const KNOWN: usize>(&mut self, x: &[T], first: usize, stride: usize, is_new: bool) {
        let stride = if KNOWN == 0 { stride } else { KNOWN };
        match self.y.len() {
            MORE.. => self.take_all::<MORE>(x, first, stride, is_new),
            _ => self.take_all::<SOME>(x, first, stride, is_new),
        }
    }

    /// The same, N windows at a time. The last may have been among those before: an element does not beat itself.
    #[inline(always)]
    fn take_all<const N: usize>(&mut self, x: &[T], first: usize, stride: usize, is_new: bool) {
        let windows = self.y.len();
        for at in (0..windows).step_by(N) {
            self.take_some::<N>(x, first, stride, at.min(windows - N), is_new);
        }
    }

    /// The same for N windows from this one on. Without a branch: which element is larger cannot be foreseen.
    #[inline(always)]
    fn take_some<const N: usize>(
        &mut self,
        x: &[T],
        first: usize,
        stride: usize,
        at: usize,
        is_new: bool,
    ) {
        let own = at..at + N;
        let (y, winners) = (&mut self.y[own.clone()], &mut self.winners[own]);
        let x = &x[at * stride..][..(N - 1) * stride + 1];
        let first = (first + at * stride) as u32;
        let mut values = [T::ZERO; N];
        let (mut largest, mut best) = ([T::ZERO; N], [0u32; N]);
        for k in 0..N {
            (values[k], largest[k], best[k]) = (x[k * stride], y[k], winners[k]);
        }
        for k in 0..N {
            let wins = is_new | beats(values[k], largest[k]);
            largest[k] = if wins { values[k] } else { largest[k] };
            best[k] = if wins { first + (k * stride) as u32 } else { best[k] };
        }
        y.copy_from_slice(&largest);
        winners.copy_from_slice(&best);
    }

    /// The same as `take_line`, a window after the other: for few windows, or long ones.
    #[inline(always)]
    fn take_windows(&mut self, axis: &Axis, x: &[T], first: usize, is_new: bool) {
        let windows = self.y.iter_mut().zip(self.winners.iter_mut()).enumerate();
        for (across, (y, winner)) in windows {
            let left = across * axis.stride;
            let (value, at) = largest(&x[left..left + axis.kernel]);
            if is_new | beats(value, *y) {
                (*y, *winner) = (value, (first + left) as u32 + at);
            }
        }
    }
}

/// The windows that are compared at once: at least, and on longer lines.
const SOME: usize = 4;
const MORE: usize = 8;

#[cfg(test)]
mod tests {
    use super::super::max_pool_backward::max_pool_backward;
    use super::*;
    use crate::plan::Padding;

    fn pooling(channels: usize, samples: usize, size: usize, stride: usize) -> Windows {
        let axis = Axis::new(samples, size, stride, 1, Padding::Each(0)).unwrap();
        Windows::of_signal(channels, channels, axis)
    }

    #[test]
    fn the_first_of_equals_wins_and_gets_the_gradient() {
        let windows = pooling(2, 5, 2, 2);
        let x = [1.0, 1.0, -3.0, -2.0, 9.0, 0.0, -1.0, 4.0, 4.0, 9.0];
        let (mut y, mut winners) = ([0.0; 4], [0; 4]);
        max_pool(&windows, &x, &mut y, &mut winners);
        assert_eq!((y, winners), ([1.0, -2.0, 0.0, 4.0], [0, 3, 0, 2]));
        let mut below = [0.0; 10];
        max_pool_backward(&windows, &[1.0, 2.0, 3.0, 4.0], &winners, &mut below);
        assert_eq!(below, [1.0, 0.0, 0.0, 2.0, 0.0, 3.0, 0.0, 4.0, 0.0, 0.0]);
    }

    #[test]
    fn a_winner_of_several_windows_adds_their_gradients() {
        let windows = pooling(1, 5, 3, 1);
        let (mut y, mut winners) = ([0.0; 3], [0; 3]);
        max_pool(&windows, &[0.0, 1.0, 5.0, 2.0, 3.0], &mut y, &mut winners);
        assert_eq!((y, winners), ([5.0; 3], [2; 3]));
        let mut below = [0.0; 5];
        max_pool_backward(&windows, &[1.0, 2.0, 4.0], &winners, &mut below);
        assert_eq!(below, [0.0, 0.0, 7.0, 0.0, 0.0]);
    }

    #[test]
    fn nan_wins() {
        let windows = pooling(1, 6, 3, 3);
        let (mut y, mut winners) = ([0.0; 2], [0; 2]);
        let nan = f32::NAN;
        max_pool(&windows, &[1.0, nan, 2.0, nan, nan, 3.0], &mut y, &mut winners);
        assert!(y[0].is_nan() && y[1].is_nan());
        assert_eq!(winners, [1, 3]);
    }

    #[test]
    fn an_image_is_pooled_in_squares() {
        let axis = |input| Axis::new(input, 2, 2, 1, Padding::Each(0)).unwrap();
        let windows = Windows { channels: 1, filters: 1, axes: [axis(4), axis(5)] };
        #[rustfmt::skip]
        let x = [
            1.0, 2.0, 9.0, 9.0, 50.0,
            4.0, 3.0, 9.0, 9.0, 50.0,
            -1.0, -2.0, 0.0, 0.0, 50.0,
            -3.0, -0.5, 0.0, 8.0, 50.0,
        ];
        let (mut y, mut winners) = ([0.0; 4], [0; 4]);
        max_pool(&windows, &x, &mut y, &mut winners);
        assert_eq!((y, winners), ([4.0, 9.0, -0.5, 8.0], [5, 2, 16, 18]));
    }
}
