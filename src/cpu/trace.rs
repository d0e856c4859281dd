//! Every quantity of a first step, by name.

use super::ops::product::Product;
use super::replica::Trainee;
use super::worker::Worker;
use crate::backend::Quantity;
use crate::plan::Layout;
use crate::plan::{BufferId, Element, TensorId};
use crate::run::Run;

/// The buffers of the batch in the plan's order, the losses, then weights and their gradients.
pub(super) fn trace<T: Product>(
    run: &Run,
    layout: &Layout,
    worker: &Worker<T>,
    trainee: &Trainee<T>,
) -> Vec<Quantity> {
    let workspace = &worker.workspace;
    let quantity = |name: String, shape: Vec<usize>, values: &[T]| Quantity {
        name,
        shape,
        values: values.iter().map(|v| v.to_f64()).collect(),
    };
    let buffer = |id: usize| {
        let buffer = &run.plan.buffers[id];
        let shape = std::iter::once(workspace.rows).chain(buffer.shape.iter().copied());
        let values = match buffer.element {
            Element::Real => workspace.of(BufferId(id)).iter().map(|v| v.to_f64()).collect(),
            Element::Index => {
                workspace.indices_of(BufferId(id)).iter().map(|&i| i.into()).collect()
            }
        };
        Quantity { name: buffer.name.clone(), shape: shape.collect(), values }
    };
    let tensor = |id: usize| {
        let (tensor, range) = (&run.plan.tensors[id], layout.of(TensorId(id)));
        let gradient = format!("gradient of {}", tensor.name);
        [
            quantity(tensor.name.clone(), tensor.shape.clone(), &trainee.weights[range.clone()]),
            quantity(gradient, tensor.shape.clone(), &worker.gradients[range]),
        ]
    };
    let losses = &workspace.batch.losses;
    let batch = &workspace.batch;
    let classes = batch.classes.iter().map(|&class| f64::from(class));
    let values = batch.values.iter().map(|value| value.to_f64());
    let y: Vec<f64> = classes.chain(values).collect();
    let shape = vec![workspace.rows, y.len() / workspace.rows.max(1)];
    let mut quantities = vec![Quantity { name: "y".into(), shape, values: y }];
    quantities.extend((0..run.plan.buffers.len()).map(buffer));
    quantities.push(quantity("weight of each row".into(), vec![losses.len()], &batch.weights));
    quantities.push(quantity("loss of each row".into(), vec![losses.len()], losses));
    quantities.extend((0..run.plan.tensors.len()).flat_map(tensor));
    quantities
}
