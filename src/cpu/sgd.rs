//! Stochastic gradient descent: w -= learning rate · g. Twin of `shaders/sgd.wgsl`.

use super::optimizer::Moves;
use crate::math::Real;
use crate::run::StepNumbers;

/// One step of SGD.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sgd<T> {
    learning_rate: T,
}

impl<T: Real> Sgd<T> {
    /// The step with these numbers.
    pub fn new(numbers: &StepNumbers) -> Self {
        Sgd { learning_rate: T::from_f64(numbers.learning_rate) }
    }
}

impl<T: Real> Moves<T, 0> for Sgd<T> {
    #[inline(always)]
    fn moved(self, w: T, g: T, slots: [T; 0]) -> (T, [T; 0]) {
        (w - self.learning_rate * g, slots)
    }
}
