//! The lists of a plan on a workspace.

use super::ops::execute;
use super::ops::product::Product;
use super::ops::site::{Site, Tensors};
use super::workspace::Workspace;
use crate::plan::{Layout, Operation, Plan};

/// What executes the lists of a plan.
#[derive(Clone, Copy)]
pub(super) struct Executor<'a> {
    pub plan: &'a Plan,
    pub layout: &'a Layout,
}

impl Executor<'_> {
    /// From the gathered input to the scores, with what the gradient needs.
    pub fn training<T: Product>(&self, weights: &mut [T], workspace: &mut Workspace<T>) {
        self.list(&self.plan.training, Tensors::Written(weights), &mut [], workspace);
    }

    /// From the gathered input to the scores.
    pub fn inference<T: Product>(&self, weights: &[T], workspace: &mut Workspace<T>) {
        self.list(&self.plan.inference, Tensors::Fixed(weights), &mut [], workspace);
    }

    /// The losses of the rows, and delta.
    pub fn loss<T: Product>(&self, workspace: &mut Workspace<T>, gradient_scale: T) {
        workspace.with(self.plan.delta, |delta, workspace| {
            let mut batch = std::mem::take(&mut workspace.batch);
            let scores = workspace.of(self.plan.scores);
            let exponentials = |z: &mut [T]| z.iter_mut().for_each(|z| *z = z.exp());
            batch.loss(self.plan.loss, scores, gradient_scale, delta, exponentials);
            workspace.batch = batch;
        });
    }

    /// From delta to the gradients of all tensors.
    pub fn backward<T: Product>(
        &self,
        weights: &[T],
        gradients: &mut [T],
        workspace: &mut Workspace<T>,
    ) {
        self.list(&self.plan.backward, Tensors::Fixed(weights), gradients, workspace);
    }

    /// From the scores to what a prediction shows.
    pub fn predict<T: Product>(&self, weights: &[T], workspace: &mut Workspace<T>) {
        let predict = self.plan.predict.as_slice();
        self.list(predict, Tensors::Fixed(weights), &mut [], workspace);
    }

    fn list<T: Product>(
        &self,
        operations: &[Operation],
        tensors: Tensors<T>,
        gradients: &mut [T],
        workspace: &mut Workspace<T>,
    ) {
        let Executor { plan, layout } = *self;
        let mut site = Site { plan, layout, tensors, gradients, workspace };
        operations.iter().for_each(|operation| execute(operation, &mut site));
    }
}
