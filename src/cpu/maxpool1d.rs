//! y[c, t] = the largest of the `size` samples of x[c] from t·stride on, and its place in x[c], the first on a tie.
//! Twin of `shaders/maxpool1d.wgsl`.

use crate::math::Real;
use crate::network::Pooling;

/// Pools each row of `x`, (channels, samples), to one of `y` and `winners`, (channels, positions). NaN
/// wins, so that a run that lost its numbers is seen.
pub(crate) fn maxpool1d<T: Real>(pooling: &Pooling, x: &[T], y: &mut [T], winners: &mut [u32]) {
    let &Pooling { samples, size, stride, positions, .. } = pooling;
    let is_nan = |value: T| value.partial_cmp(&value).is_none();
    let channels = y.chunks_exact_mut(positions).zip(winners.chunks_exact_mut(positions));
    for (x, (y, winners)) in x.chunks_exact(samples).zip(channels) {
        for (t, (y, winner)) in y.iter_mut().zip(winners).enumerate() {
            let first = t * stride;
            let mut best = first;
            for s in first + 1..first + size {
                if x[s] > x[best] || (is_nan(x[s]) && !is_nan(x[best])) {
                    best = s;
                }
            }
            *y = x[best];
            *winner = best as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::maxpool1d_backward::maxpool1d_backward;
    use super::*;

    #[test]
    fn the_first_of_equals_wins_and_gets_the_gradient() {
        let pooling = Pooling { channels: 2, samples: 5, size: 2, stride: 2, positions: 2 };
        let x = [1.0, 1.0, -3.0, -2.0, 9.0, 0.0, -1.0, 4.0, 4.0, 9.0];
        let (mut y, mut winners) = ([0.0; 4], [0; 4]);
        maxpool1d(&pooling, &x, &mut y, &mut winners);
        assert_eq!((y, winners), ([1.0, -2.0, 0.0, 4.0], [0, 3, 0, 2]));
        let mut below = [7.0; 10];
        maxpool1d_backward(&pooling, &[1.0, 2.0, 3.0, 4.0], &winners, &mut below);
        assert_eq!(below, [1.0, 0.0, 0.0, 2.0, 0.0, 3.0, 0.0, 4.0, 0.0, 0.0]);
    }

    #[test]
    fn a_winner_of_several_windows_adds_their_gradients() {
        let pooling = Pooling { channels: 1, samples: 5, size: 3, stride: 1, positions: 3 };
        let (mut y, mut winners) = ([0.0; 3], [0; 3]);
        maxpool1d(&pooling, &[0.0, 1.0, 5.0, 2.0, 3.0], &mut y, &mut winners);
        assert_eq!((y, winners), ([5.0; 3], [2; 3]));
        let mut below = [0.0; 5];
        maxpool1d_backward(&pooling, &[1.0, 2.0, 4.0], &winners, &mut below);
        assert_eq!(below, [0.0, 0.0, 7.0, 0.0, 0.0]);
    }

    #[test]
    fn nan_wins() {
        let pooling = Pooling { channels: 1, samples: 6, size: 3, stride: 3, positions: 2 };
        let (mut y, mut winners) = ([0.0; 2], [0; 2]);
        let nan = f32::NAN;
        maxpool1d(&pooling, &[1.0, nan, 2.0, nan, nan, 3.0], &mut y, &mut winners);
        assert!(y[0].is_nan() && y[1].is_nan());
        assert_eq!(winners, [1, 3]);
    }
}
