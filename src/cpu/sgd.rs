//! w -= learning rate · (clip(g) + decay · w). Twin of `shaders/sgd.wgsl`.

use super::clip::Clipping;
use crate::math::Real;

/// One step of stochastic gradient descent on a tensor; `decay` is 0 for biases and alphas.
pub(super) fn sgd<T: Real>(
    weights: &mut [T],
    gradient: &[T],
    clipping: Clipping<T>,
    decay: T,
    learning_rate: T,
) {
    for (w, &g) in weights.iter_mut().zip(gradient) {
        *w -= learning_rate * (clipping.apply(g) + decay * *w);
    }
}
