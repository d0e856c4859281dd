//! Where an operation works: the rows of a batch, and the tensors of a replica.

use std::ops::Range;

use crate::cpu::workspace::Workspace;
use crate::math::Real;
use crate::plan::access::Mode;
use crate::plan::{Layout, Plan, TensorId};

/// The buffers, tensors and gradients that an operation works on.
pub struct Site<'a, T> {
    /// The plan of the operation.
    pub(crate) plan: &'a Plan,
    /// Where tensors lie.
    pub(crate) layout: &'a Layout,
    /// The tensors of a replica.
    pub(crate) tensors: Tensors<'a, T>,
    /// Their gradients; empty in lists that make none.
    pub(crate) gradients: &'a mut [T],
    /// What random words depend on.
    pub(crate) moment: Moment,
    /// The scale of the gradient with respect to each row's score, beside the weight of the row.
    pub(crate) gradient_scale: T,
    /// Whether gradients are added to those of the rows before.
    pub(crate) adds: bool,
    /// The rows.
    pub(crate) workspace: &'a mut Workspace<T>,
}

/// The place of a batch in the training of a replica, which its random words depend on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moment {
    /// The seed of the replica.
    pub seed: u64,
    /// The epoch, counted from 1.
    pub epoch: u32,
    /// The index of its first row in the epoch.
    pub first: u32,
}

/// The tensors of a replica, one after the other.
pub(crate) enum Tensors<'a, T> {
    /// Evaluation, prediction and gradients read them.
    Fixed(&'a [T]),
    /// Operations of training may write those that are kept and not trained.
    Written(&'a mut [T]),
}

impl<T> Tensors<'_, T> {
    /// The values of all tensors.
    pub fn all(&self) -> &[T] {
        match self {
            Tensors::Fixed(values) => values,
            Tensors::Written(values) => values,
        }
    }

    /// The same, for a while.
    pub fn borrowed(&mut self) -> Tensors<'_, T> {
        match self {
            Tensors::Fixed(values) => Tensors::Fixed(values),
            Tensors::Written(values) => Tensors::Written(values),
        }
    }

    /// The values of a tensor.
    pub fn of(&self, layout: &Layout, tensor: TensorId) -> &[T] {
        &self.all()[layout.of(tensor)]
    }

    /// The values of a tensor that training writes.
    pub fn written(&mut self, layout: &Layout, tensor: TensorId) -> &mut [T] {
        match self {
            Tensors::Written(values) => &mut values[layout.of(tensor)],
            Tensors::Fixed(_) => panic!("only training writes tensors"),
        }
    }
}

impl<T: Real> Site<'_, T> {
    /// Whether a gradient is set or added.
    pub fn mode(&self, mode: Mode) -> Mode {
        if self.adds { Mode::Add } else { mode }
    }

    /// Runs `work` on a tensor's gradient, 0 where it is to be set, with the rest of the site beside it.
    pub fn with_gradient(
        &mut self,
        tensor: TensorId,
        mode: Mode,
        work: impl FnOnce(&mut [T], &mut Self),
    ) {
        let Range { start, end } = self.layout.of(tensor);
        let gradients = std::mem::take(&mut self.gradients);
        set(&mut gradients[start..end], self.mode(mode));
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
