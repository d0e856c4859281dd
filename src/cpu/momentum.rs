//! SGD with momentum, as PyTorch has it: v = μ·v + g, w -= learning rate · v. Twin of `shaders/momentum.wgsl`.

use super::optimizer::Moves;
use crate::math::Real;
use crate::run::StepNumbers;

/// One step of SGD with momentum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Momentum<T> {
    learning_rate: T,
    momentum: T,
}

impl<T: Real> Momentum<T> {
    /// The step with these numbers and μ.
    pub fn new(momentum: f64, numbers: &StepNumbers) -> Self {
        let [learning_rate, momentum] = [numbers.learning_rate, momentum].map(T::from_f64);
        Momentum { learning_rate, momentum }
    }
}

impl<T: Real> Moves<T, 1> for Momentum<T> {
    #[inline(always)]
    fn moved(self, w: T, g: T, [velocity]: [T; 1]) -> (T, [T; 1]) {
        let velocity = self.momentum * velocity + g;
        (w - self.learning_rate * velocity, [velocity])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: StepNumbers =
        StepNumbers { learning_rate: 0.1, decay: 0.0, corrections: [1.0, 1.0] };

    #[test]
    fn two_steps_by_hand() {
        let step = Momentum::<f64>::new(0.5, &NUMBERS);
        // v = 2, w = 1 - 0.1 · 2; v = 0.5 · 2 - 3, w = 0.8 + 0.1 · 2.
        let (w, [v]) = step.moved(1.0, 2.0, [0.0]);
        assert!((w - 0.8).abs() < 1e-15 && v == 2.0, "{w} {v}");
        let (w, [v]) = step.moved(w, -3.0, [v]);
        assert!((w - 1.0).abs() < 1e-15 && v == -2.0, "{w} {v}");
    }

    /// (w, momentum_buffer) after four steps on Σ c·w² / 2, c = 1, 2, 3, in float64 by
    /// torch.optim.SGD(lr=0.1, momentum=0.9, weight_decay=0.01) of PyTorch 2.15.
    const OF_PYTORCH: [(f64, f64); 3] = [
        (0.22033187370099985, 2.6099262529900003),
        (0.6257579117980002, -7.421463097980001),
        (-0.32262183274950007, 1.821237822495),
    ];

    #[test]
    fn four_steps_are_those_of_pytorch() {
        let step = Momentum::<f64>::new(0.9, &NUMBERS);
        for ((c, first), expected) in
            [(1.0, 1.0), (2.0, -2.0), (3.0, 0.5)].into_iter().zip(OF_PYTORCH)
        {
            let (mut w, mut v) = (first, [0.0]);
            for _ in 0..4 {
                (w, v) = step.moved(w, c * w + 0.01 * w, v);
            }
            // Four steps of six operations on numbers below 8, each rounded by at most 2^-53 of its result.
            let bound = 24.0 * 8.0 * f64::EPSILON;
            assert!(
                (w - expected.0).abs() < bound && (v[0] - expected.1).abs() < bound,
                "{w} {v:?}"
            );
        }
    }
}
