//! Where an operation works: the rows of a batch, and the tensors of a replica.

use std::ops::Range;

use crate::cpu::workspace::Workspace;
use crate::math::Real;
use crate::plan::access::Mode;
use crate::plan::{Layout, Plan, TensorId};

/// The buffers, tensors and gradients that an operation works on.
pub(crate) struct Site<'a, T> {
    /// The plan of the operation.
    pub plan: &'a Plan,
    /// Where tensors lie.
    pub layout: &'a Layout,
    /// The tensors of a replica.
    pub tensors: Tensors<'a, T>,
    /// Their gradients; empty in lists that make none.
    pub gradients: &'a mut [T],
    /// The scale of the gradient with respect to each row's score, beside the weight of the row.
    pub gradient_scale: T,
    /// The rows.
    pub workspace: &'a mut Workspace<T>,
}

/// The tensors of a replica, one after the other.
pub(crate) enum Tensors<'a, T> {
    /// Evaluation, prediction and gradients read them.
    Fixed(&'a [T]),
    /// Operations of training may write those that are kept and not trained.
    Written(&'a mut [T]),
}

impl<T> Tensors<'_, T> {
    /// The values of a tensor.
    pub fn of(&self, layout: &Layout, tensor: TensorId) -> &[T] {
        let all: &[T] = match self {
            Tensors::Fixed(values) => values,
            Tensors::Written(values) => values,
        };
        &all[layout.of(tensor)]
    }
}

impl<T: Real> Site<'_, T> {
    /// Runs `work` on a tensor's gradient, 0 where it is to be set, with the rest of the site beside it.
    pub fn with_gradient(
        &mut self,
        tensor: TensorId,
        mode: Mode,
        work: impl FnOnce(&mut [T], &mut Self),
    ) {
        let Range { start, end } = self.layout.of(tensor);
        let gradients = std::mem::take(&mut self.gradients);
        set(&mut gradients[start..end], mode);
        work(&mut gradients[start..end], self);
        self.gradients = gradients;
    }
}

/// Zeroes values that are to be set, so that work may add to them.
pub(crate) fn set<T: Real>(values: &mut [T], mode: Mode) {
    match mode {
        Mode::Set => values.fill(T::ZERO),
        Mode::Add => {}
    }
}
