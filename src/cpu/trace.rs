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
    let batch = &workspace.batch;
    let classes = batch.classes.iter().map(|&class| f64::from(class));
    let values = batch.values.iter().map(|value| value.to_f64());
    let y: Vec<f64> = classes.chain(values).collect();
    let shape = vec![workspace.rows, y.len() / workspace.rows.max(1)];
    let mut quantities = vec![Quantity { name: "y".into(), shape, values: y }];
    for (id, buffer) in run.plan.buffers.iter().enumerate() {
        let rows = if buffer.is_of_batch { 1 } else { workspace.rows };
        let shape = std::iter::once(rows).chain(buffer.shape.iter().copied());
        let values = match buffer.element {
            Element::Real => workspace.of(BufferId(id)).iter().map(|v| v.to_f64()).collect(),
            Element::Index => {
                workspace.indices_of(BufferId(id)).iter().map(|&i| i.into()).collect()
            }
        };
        let (name, shape) = (buffer.name.clone(), shape.collect());
        quantities.push(Quantity { name, shape, values });
    }
    let rows = vec![batch.losses.len()];
    quantities.push(quantity("weight of each row".into(), rows.clone(), &batch.weights));
    quantities.push(quantity("loss of each row".into(), rows, &batch.losses));
    for (id, tensor) in run.plan.tensors.iter().enumerate() {
        let (range, shape) = (layout.of(TensorId(id)), &tensor.shape);
        let weights = &trainee.weights[range.clone()];
        quantities.push(quantity(tensor.name.clone(), shape.clone(), weights));
        if !tensor.trainable {
            continue;
        }
        let name = format!("gradient of {}", tensor.name);
        quantities.push(quantity(name, shape.clone(), &worker.gradients[range]));
    }
    quantities
}
