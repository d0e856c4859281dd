//! y[c, p] = the largest element of window p of x[c], and its index in x[c], the first on a tie. Twin of
//! `shaders/max_pool.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::math::Real;
use crate::plan::Windows;
use crate::plan::ops::max_pool::MaxPool;

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
fn max_pool<T: Real>(windows: &Windows, x: &[T], y: &mut [T], winners: &mut [u32]) {
    let [vertical, horizontal] = windows.axes;
    let channels = y.chunks_exact_mut(windows.positions());
    let channels = channels.zip(winners.chunks_exact_mut(windows.positions()));
    for (x, (y, winners)) in x.chunks_exact(windows.plane()).zip(channels) {
        let lines = y.chunks_exact_mut(horizontal.positions);
        let lines = lines.zip(winners.chunks_exact_mut(horizontal.positions));
        for (down, (y, winners)) in lines.enumerate() {
            let top = down * vertical.stride;
            for line in top..top + vertical.kernel {
                let first = line * horizontal.input;
                let windows = y.iter_mut().zip(winners.iter_mut()).enumerate();
                for (across, (y, winner)) in windows {
                    let left = first + across * horizontal.stride;
                    // The first line begins anew; the others go on from what was found.
                    let (mut largest, mut best, from) = match line == top {
                        true => (x[left], left as u32, left + 1),
                        false => (*y, *winner, left),
                    };
                    for (s, &x) in (from as u32..).zip(&x[from..left + horizontal.kernel]) {
                        if x > largest || (is_nan(x) && !is_nan(largest)) {
                            (largest, best) = (x, s);
                        }
                    }
                    (*y, *winner) = (largest, best);
                }
            }
        }
    }
}

fn is_nan<T: Real>(value: T) -> bool {
    value.partial_cmp(&value).is_none()
}

#[cfg(test)]
mod tests {
    use super::super::max_pool_backward::max_pool_backward;
    use super::*;
    use crate::plan::{Axis, Padding};

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
