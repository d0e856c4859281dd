//! Adam (Kingma and Ba, 2015): m = β1·m + (1 - β1)·g, v = β2·v + (1 - β2)·g²,
//! w -= learning rate · (m · c1) / (sqrt(v · c2) + ε), c = 1 / (1 - βᵗ). Twin of `shaders/adam.wgsl`.

use super::optimizer::Moves;
use crate::math::Real;
use crate::run::StepNumbers;

/// One step of Adam.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdamStep<T> {
    pub learning_rate: T,
    pub beta1: T,
    pub beta2: T,
    pub rest1: T,
    pub rest2: T,
    pub epsilon: T,
    pub correction1: T,
    pub correction2: T,
}

impl<T: Real> AdamStep<T> {
    /// The step with these numbers and [β1, β2, ε].
    pub fn new([beta1, beta2, epsilon]: [f64; 3], numbers: &StepNumbers) -> Self {
        let [correction1, correction2] = numbers.corrections.map(T::from_f64);
        AdamStep {
            learning_rate: T::from_f64(numbers.learning_rate),
            beta1: T::from_f64(beta1),
            beta2: T::from_f64(beta2),
            rest1: T::from_f64(1.0 - beta1),
            rest2: T::from_f64(1.0 - beta2),
            epsilon: T::from_f64(epsilon),
            correction1,
            correction2,
        }
    }
}

impl<T: Real> Moves<T, 2> for AdamStep<T> {
    #[inline(always)]
    fn moved(self, w: T, g: T, [m, v]: [T; 2]) -> (T, [T; 2]) {
        let m = self.beta1 * m + self.rest1 * g;
        let v = self.beta2 * v + self.rest2 * (g * g);
        let root = (v * self.correction2).sqrt();
        (w - self.learning_rate * (m * self.correction1) / (root + self.epsilon), [m, v])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Optimizer;

    #[test]
    fn two_steps_by_hand() {
        let step = |t, g: f64, w, slots| {
            let corrections =
                Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 0.0 }.corrections(t);
            let numbers = StepNumbers { learning_rate: 0.1, decay: 0.0, corrections };
            AdamStep::new([0.9, 0.999, 0.0], &numbers).moved(w, g, slots)
        };
        // m = 0.2, v = 0.004; corrected 2 and 4: w = 1 - 0.1 · 2 / 2.
        let (w, [m, v]) = step(1, 2.0, 1.0, [0.0, 0.0]);
        assert!((w - 0.9).abs() < 1e-15 && (m - 0.2).abs() < 1e-15 && (v - 0.004).abs() < 1e-15);
        // m = 0.18 - 0.1, v = 0.003996 + 0.001; corrected by 1 / 0.19 and 1 / 0.001999.
        let (w, [m, v]) = step(2, -1.0, w, [m, v]);
        assert!((m - 0.08).abs() < 1e-15 && (v - 0.004996).abs() < 1e-15);
        let expected = 0.9 - 0.1 * (0.08 / 0.19) / f64::sqrt(0.004996 / 0.001999);
        assert!((w - expected).abs() < 1e-12, "{w} {expected}");
    }
}
