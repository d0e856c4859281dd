//! dx[c, s] = Σ of delta[c, t] over the windows t that x[c, s] won. Twin of
//! `shaders/maxpool1d_backward.wgsl`, which looks for the windows a sample at a time.

use crate::math::Real;
use crate::network::Pooling;

/// Hands each gradient of a window, (channels, positions), to its winner among (channels, samples).
pub(crate) fn maxpool1d_backward<T: Real>(
    pooling: &Pooling,
    delta: &[T],
    winners: &[u32],
    below: &mut [T],
) {
    let &Pooling { samples, positions, .. } = pooling;
    let channels = delta.chunks_exact(positions).zip(winners.chunks_exact(positions));
    for (below, (delta, winners)) in below.chunks_exact_mut(samples).zip(channels) {
        below.fill(T::ZERO);
        for (&delta, &winner) in delta.iter().zip(winners) {
            below[winner as usize] += delta;
        }
    }
}
