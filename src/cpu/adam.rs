//! Adam (Kingma and Ba, 2015): with g = clip(gradient) + decay · w,
//! m = β1·m + (1 - β1)·g, v = β2·v + (1 - β2)·g²,
//! w -= learning rate · (m · c1) / (sqrt(v · c2) + ε), c = 1 / (1 - βᵗ).
//! Twin of `shaders/adam.wgsl`.

use super::clip::Clipping;
use crate::math::Real;
use crate::run::Optimizer;

/// The numbers of one step that are the same for every weight.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdamStep<T> {
    pub beta1: T,
    pub beta2: T,
    pub rest1: T,
    pub rest2: T,
    pub epsilon: T,
    pub correction1: T,
    pub correction2: T,
}

impl<T: Real> AdamStep<T> {
    /// Step `t`, counted from 1; None if the optimizer is not Adam.
    pub fn new(optimizer: Optimizer, t: u64) -> Option<Self> {
        let Optimizer::Adam { beta1, beta2, epsilon } = optimizer else { return None };
        let [correction1, correction2] = optimizer.corrections(t).map(T::from_f64);
        Some(AdamStep {
            beta1: T::from_f64(beta1),
            beta2: T::from_f64(beta2),
            rest1: T::from_f64(1.0 - beta1),
            rest2: T::from_f64(1.0 - beta2),
            epsilon: T::from_f64(epsilon),
            correction1,
            correction2,
        })
    }

    /// The step on one tensor and its moments; `decay` is 0 for biases and alphas.
    pub fn update(
        self,
        (weights, m, v): (&mut [T], &mut [T], &mut [T]),
        gradient: &[T],
        clipping: Clipping<T>,
        decay: T,
        learning_rate: T,
    ) {
        let moments = m.iter_mut().zip(v);
        for ((w, (m, v)), &g) in weights.iter_mut().zip(moments).zip(gradient) {
            let g = clipping.apply(g) + decay * *w;
            *m = self.beta1 * *m + self.rest1 * g;
            *v = self.beta2 * *v + self.rest2 * (g * g);
            let root = (*v * self.correction2).sqrt();
            *w -= learning_rate * (*m * self.correction1) / (root + self.epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 0.0 };

    #[test]
    fn two_steps_by_hand() {
        let (mut w, mut m, mut v) = ([1.0f64], [0.0], [0.0]);
        let mut step = |t, g: f64| {
            let tensors = (&mut w[..], &mut m[..], &mut v[..]);
            AdamStep::new(ADAM, t).unwrap().update(tensors, &[g], Clipping::Off, 0.0, 0.1);
            (w[0], m[0], v[0])
        };
        // m = 0.2, v = 0.004; corrected 2 and 4: w = 1 - 0.1 · 2 / 2.
        let (w, m, v) = step(1, 2.0);
        assert!((w - 0.9).abs() < 1e-15 && (m - 0.2).abs() < 1e-15 && (v - 0.004).abs() < 1e-15);
        // m = 0.18 - 0.1, v = 0.003996 + 0.001; corrected by 1 / 0.19 and 1 / 0.001999.
        let (w, m, v) = step(2, -1.0);
        assert!((m - 0.08).abs() < 1e-15 && (v - 0.004996).abs() < 1e-15);
        let expected = 0.9 - 0.1 * (0.08 / 0.19) / f64::sqrt(0.004996 / 0.001999);
        assert!((w - expected).abs() < 1e-12, "{w} {expected}");
    }

    #[test]
    fn decay_joins_the_gradient_after_the_clip() {
        let (mut w, mut m, mut v) = ([2.0f64], [0.0], [0.0]);
        let tensors = (&mut w[..], &mut m[..], &mut v[..]);
        AdamStep::new(ADAM, 1).unwrap().update(tensors, &[8.0], Clipping::Bound(1.0), 0.5, 0.1);
        // g = 1 + 0.5 · 2
        assert!((m[0] - 0.1 * 2.0).abs() < 1e-15 && (v[0] - 0.001 * 4.0).abs() < 1e-15);
    }
}
