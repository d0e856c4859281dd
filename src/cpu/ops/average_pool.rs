//! y[c, p] = mean of window p of x[c]; transposed, dx[c, s] = Σ of delta[c, p] / taps over the windows p that hold
//! x[c, s]. Twin of `shaders/average_pool.wgsl`.

use std::ops::Range;

use super::execute::Execute;
use super::product::Product;
use super::site::{Site, set};
use crate::math::Real;
use crate::plan::Windows;
use crate::plan::ops::average_pool::AveragePool;

impl Execute for AveragePool {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        site.workspace.with(self.to, |to, workspace| {
            set(to, self.mode);
            let from = workspace.of(self.from);
            let pool = if self.transposed { spread } else { average };
            let Some(lengths) = self.lengths else { return pool(&self.windows, from, to) };
            let [from_len, to_len] = [self.from, self.to].map(|own| workspace.row_len(own));
            let rows = from.chunks_exact(from_len).zip(to.chunks_exact_mut(to_len));
            for ((from, to), &length) in rows.zip(workspace.indices_of(lengths)) {
                pool(&self.windows.of_length(length), from, to);
            }
        });
    }
}

/// Calls `of` with every window's position, first line and column, in order. Loops rather than divisions: the
/// work on a small window is short.
#[inline(always)]
fn each_window(windows: &Windows, mut of: impl FnMut(usize, [usize; 2])) {
    let [vertical, horizontal] = windows.axes;
    let mut p = 0;
    for down in 0..vertical.positions {
        for across in 0..horizontal.positions {
            of(p, [down * vertical.stride, across * horizontal.stride]);
            p += 1;
        }
    }
}

/// The lines of the window at a corner: neighbours in a channel.
#[inline(always)]
fn each_line(windows: &Windows, [top, left]: [usize; 2], mut of: impl FnMut(Range<usize>)) {
    let [vertical, horizontal] = windows.axes;
    for line in top..top + vertical.kernel {
        let first = line * horizontal.input + left;
        of(first..first + horizontal.kernel);
    }
}

/// Adds the mean of each window of `x`, rows of (channels, height, width), to `y`, rows of (channels, positions).
fn average<T: Real>(windows: &Windows, x: &[T], y: &mut [T]) {
    let taps = T::from_f64(windows.taps() as f64);
    let channels = x.chunks_exact(windows.plane()).zip(y.chunks_exact_mut(windows.positions()));
    for (x, y) in channels {
        each_window(windows, |p, corner| {
            let mut sum = T::ZERO;
            each_line(windows, corner, |line| x[line].iter().for_each(|x| sum += *x));
            y[p] += sum / taps;
        });
    }
}

/// Adds to each element of `x` its share of the windows that hold it.
fn spread<T: Real>(windows: &Windows, y: &[T], x: &mut [T]) {
    let taps = T::from_f64(windows.taps() as f64);
    let channels = x.chunks_exact_mut(windows.plane()).zip(y.chunks_exact(windows.positions()));
    for (x, y) in channels {
        each_window(windows, |p, corner| {
            let share = y[p] / taps;
            each_line(windows, corner, |line| x[line].iter_mut().for_each(|x| *x += share));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Axis, Padding};

    #[test]
    fn an_image_by_hand_and_its_gradient() {
        let axis =
            |input, kernel, stride| Axis::new(input, kernel, stride, 1, Padding::Each(0)).unwrap();
        // Windows of 2 x 2 that overlap by a column; the last line fills none.
        let windows = Windows { channels: 1, filters: 1, axes: [axis(3, 2, 2), axis(3, 2, 1)] };
        let x = [1.0, 2.0, 6.0, 3.0, 2.0, 4.0, 9.0, 9.0, 9.0];
        let (mut y, mut dx) = ([0.0; 2], [0.0; 9]);
        average(&windows, &x, &mut y);
        assert_eq!(y, [2.0, 3.5]);
        spread(&windows, &[4.0, 8.0], &mut dx);
        assert_eq!(dx, [1.0, 3.0, 2.0, 1.0, 3.0, 2.0, 0.0, 0.0, 0.0]);
    }
}
