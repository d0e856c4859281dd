//! w -= learning rate · (clip(g) + decay · w). Twin of `shaders/sgd.wgsl`.

use super::clip::Clipping;
use crate::math::Real;

/// One step of stochastic gradient descent on a tensor; `decay` is 0 for biases and alphas.
pub(crate) fn sgd<T: Real>(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clip_then_decay_then_step_by_hand() {
        let mut weights = [1.0f64, -2.0];
        sgd(&mut weights, &[4.0, 0.5], Clipping::Scale(0.5), 0.25, 0.1);
        // 1 - 0.1 (2 + 0.25), -2 - 0.1 (0.25 - 0.5)
        assert!((weights[0] - 0.775).abs() < 1e-15 && (weights[1] + 1.975).abs() < 1e-15);
    }
}
