//! From a gradient to weights: g = clip(gradient) + decay · w, then the optimizer moves w and its slots. Twin of
//! `shaders/update.wgsl`.

use std::ops::Range;

use super::adam::AdamStep;
use super::clip::Clipping;
use super::momentum::Momentum;
use super::optimizer::Moves;
use super::sgd::Sgd;
use crate::math::Real;
use crate::run::{Optimizer, StepNumbers};

/// The weights of a replica, their gradient and the optimizer's slots, all of one length.
pub(crate) struct Arrays<'a, T> {
    pub weights: &'a mut [T],
    pub gradient: &'a [T],
    pub slots: &'a mut [Vec<T>],
}

/// One step of a replica.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Update<T> {
    pub optimizer: Optimizer,
    pub numbers: StepNumbers,
    pub clipping: Clipping<T>,
}

impl<T: Real> Update<T> {
    /// Moves the weights of one tensor, those of `range`; L2 pulls at them if the tensor `decays`.
    pub fn apply(&self, arrays: &mut Arrays<T>, range: Range<usize>, decays: bool) {
        let numbers = &self.numbers;
        match self.optimizer {
            Optimizer::Sgd => self.each(Sgd::new(numbers), arrays, range, decays),
            Optimizer::Momentum { momentum } => {
                self.each(Momentum::new(momentum, numbers), arrays, range, decays);
            }
            Optimizer::Adam { beta1, beta2, epsilon } => {
                let adam = AdamStep::new([beta1, beta2, epsilon], numbers);
                self.each(adam, arrays, range, decays);
            }
        }
    }

    fn each<const SLOTS: usize>(
        &self,
        optimizer: impl Moves<T, SLOTS>,
        arrays: &mut Arrays<T>,
        range: Range<usize>,
        decays: bool,
    ) {
        let decay = if decays { T::from_f64(self.numbers.decay) } else { T::ZERO };
        // One loop per clipping: inside it, nothing asks which one it is.
        match self.clipping {
            Clipping::Off => moves(optimizer, arrays, range, decay, |g| g),
            Clipping::Scale(scale) => moves(optimizer, arrays, range, decay, |g| g * scale),
            Clipping::Bound(bound) => {
                moves(optimizer, arrays, range, decay, |g| Clipping::Bound(bound).apply(g));
            }
        }
    }
}

/// Moves the weights of `range`, each by g = clip(gradient) + decay · w.
fn moves<T: Real, const SLOTS: usize>(
    optimizer: impl Moves<T, SLOTS>,
    arrays: &mut Arrays<T>,
    range: Range<usize>,
    decay: T,
    clip: impl Fn(T) -> T,
) {
    let slots: &mut [Vec<T>; SLOTS] =
        (&mut *arrays.slots).try_into().expect("a replica has the slots of its optimizer");
    let weights = &mut arrays.weights[range.clone()];
    // The compiler sees equal lengths: it checks no index, and the loop vectorises.
    let len = weights.len();
    let gradient = &arrays.gradient[range.clone()][..len];
    let mut slots = slots.each_mut().map(|slot| &mut slot[range.clone()][..len]);
    for (i, (w, &g)) in weights.iter_mut().zip(gradient).enumerate() {
        let g = clip(g) + decay * *w;
        let before = slots.each_ref().map(|slot| slot[i]);
        let (moved, after) = optimizer.moved(*w, g, before);
        *w = moved;
        for (slot, after) in slots.iter_mut().zip(after) {
            slot[i] = after;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: StepNumbers =
        StepNumbers { learning_rate: 0.1, decay: 0.25, corrections: [1.0, 1.0] };

    #[test]
    fn clip_then_decay_then_step_by_hand() {
        let (mut weights, gradient) = ([1.0f64, -2.0, 1.0], [4.0, 0.5, 4.0]);
        let mut arrays = Arrays { weights: &mut weights, gradient: &gradient, slots: &mut [] };
        let clipping = Clipping::Scale(0.5);
        let update = Update { optimizer: Optimizer::Sgd, numbers: NUMBERS, clipping };
        update.apply(&mut arrays, 0..2, true);
        update.apply(&mut arrays, 2..3, false);
        // 1 - 0.1 (2 + 0.25), -2 - 0.1 (0.25 - 0.5), and without decay 1 - 0.1 · 2
        for (w, expected) in weights.iter().zip([0.775, -1.975, 0.8]) {
            assert!((w - expected).abs() < 1e-15, "{w} {expected}");
        }
    }

    #[test]
    fn decay_joins_the_gradient_before_the_moments() {
        let (mut weights, mut slots) = ([2.0f64], [vec![0.0], vec![0.0]]);
        let mut arrays = Arrays { weights: &mut weights, gradient: &[8.0], slots: &mut slots };
        let optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 0.0 };
        let update = Update { optimizer, numbers: NUMBERS, clipping: Clipping::Bound(1.0) };
        update.apply(&mut arrays, 0..1, true);
        // g = 1 + 0.25 · 2
        let expected = [0.1 * 1.5, 0.001 * 2.25];
        for (slot, expected) in slots.iter().zip(expected) {
            assert!((slot[0] - expected).abs() < 1e-15, "{slot:?} {expected}");
        }
    }
}
