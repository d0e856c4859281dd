//! Every quantity of a first step, by name.

use super::matmul::Product;
use super::replica::Trainee;
use super::workspace::Layout;
use crate::backend::Quantity;
use crate::network::{BufferId, TensorId};
use crate::params::Run;

/// The buffers of the batch in the plan's order, the losses, then weights and their gradients.
pub(super) fn trace<T: Product>(run: &Run, layout: &Layout, trainee: &Trainee<T>) -> Vec<Quantity> {
    let workspace = &trainee.workspace;
    let quantity = |name: String, shape: Vec<usize>, values: &[T]| Quantity {
        name,
        shape,
        values: values.iter().map(|v| v.to_f64()).collect(),
    };
    let in_forward_or_backward =
        |id: &usize| run.plan.predict.is_none() || *id != run.plan.output.0;
    let buffer = |id: usize| {
        let buffer = &run.plan.buffers[id];
        let shape = std::iter::once(workspace.rows).chain(buffer.shape.iter().copied());
        quantity(buffer.name.clone(), shape.collect(), workspace.of(BufferId(id)))
    };
    let tensor = |id: usize| {
        let (tensor, range) = (&run.plan.tensors[id], layout.of(TensorId(id)));
        let gradient = format!("gradient of {}", tensor.name);
        [
            quantity(tensor.name.clone(), tensor.shape.clone(), &trainee.weights[range.clone()]),
            quantity(gradient, tensor.shape.clone(), &trainee.gradients[range]),
        ]
    };
    let losses = &workspace.batch.losses;
    let mut quantities: Vec<Quantity> =
        (0..run.plan.buffers.len()).filter(in_forward_or_backward).map(buffer).collect();
    quantities.push(quantity("loss of each row".into(), vec![losses.len()], losses));
    quantities.extend((0..run.plan.tensors.len()).flat_map(tensor));
    quantities
}
