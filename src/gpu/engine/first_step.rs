//! Every quantity of a first step.

use crate::backend::Quantity;
use crate::error::Result;
use crate::gpu::schedules::open::{FirstStep, trace_steps};
use crate::gpu::session::record::{Command, Work};
use crate::gpu::session::run::Session;
use crate::gpu::session::steps::Fill;
use crate::gpu::session::train::check;
use crate::gpu::session::workspace::Workspace;
use crate::plan::{BufferId, Element, TensorId};
use crate::run::TableTargets;

/// Every quantity of the first step of `epoch` of the first replica; the weights stay.
pub(super) async fn first_step(session: &mut Session, epoch: u32) -> Result<Vec<Quantity>> {
    let FirstStep { workspace, weights, dispatches } = trace_steps(session)?;
    check(&session.gpu, dispatches.iter())?;
    let work = vec![Work { entry: 0, dispatches: &dispatches }];
    let mut pass = session.pass(Fill::Train { epoch, steps: 0..1 }, 1, work);
    let from = &session.network.buffers.tensors.weights;
    pass.before.push(Command::Copy { from, to: &weights, at: 0, bytes: from.size() });
    session.submit(&[pass]);
    let mut quantities = of_batch(session, &workspace).await?;
    quantities.extend(of_tensors(session, &weights).await?);
    Ok(quantities)
}

/// The buffers of a batch, each (rows, ...shape).
async fn of_batch(session: &Session, workspace: &Workspace) -> Result<Vec<Quantity>> {
    let run = &session.run;
    let rows = run.replicas.first().map_or(0, |replica| run.largest_batch(run.fold(replica)));
    let (outputs, y) = match &run.table.targets {
        TableTargets::Classes(_) => (1, Element::Index),
        TableTargets::Values { .. } => (run.network.outputs(), Element::Real),
    };
    let gathered = &workspace.gathered;
    let mut all = vec![("y", vec![rows, outputs], y, &gathered.truth)];
    for (id, buffer) in run.plan.buffers.iter().enumerate() {
        let rows = if buffer.is_of_batch { 1 } else { rows };
        let shape = std::iter::once(rows).chain(buffer.shape.iter().copied()).collect();
        all.push((&buffer.name, shape, buffer.element, workspace.of(BufferId(id))));
    }
    all.push(("weight of each row", vec![rows], Element::Real, &gathered.weights));
    all.push(("loss of each row", vec![rows], Element::Real, &workspace.losses));
    let mut quantities = vec![];
    for (name, shape, element, buffer) in all {
        let words: Vec<u32> = session.gpu.read(buffer, shape.iter().product()).await?;
        let words = words.into_iter();
        let values = match element {
            Element::Index => words.map(f64::from).collect(),
            Element::Real => words.map(|word| f64::from(f32::from_bits(word))).collect(),
        };
        quantities.push(Quantity { name: name.into(), shape, values });
    }
    Ok(quantities)
}

/// The weights, and the gradients of those that are trained.
async fn of_tensors(session: &Session, weights: &wgpu::Buffer) -> Result<Vec<Quantity>> {
    let (run, buffers) = (&session.run, &session.network.buffers);
    let total = buffers.layout.total();
    let weights: Vec<f32> = session.gpu.read(weights, total).await?;
    let gradients: Vec<f32> = session.gpu.read(&buffers.tensors.gradients, total).await?;
    let mut quantities = vec![];
    for (id, tensor) in run.plan.tensors.iter().enumerate() {
        let range = buffers.layout.of(TensorId(id));
        let gradient = format!("gradient of {}", tensor.name);
        let gradient = tensor.trainable.then_some((gradient, &gradients));
        for (name, values) in std::iter::once((tensor.name.clone(), &weights)).chain(gradient) {
            let values = values[range.clone()].iter().map(|&v| f64::from(v)).collect();
            quantities.push(Quantity { name, shape: tensor.shape.clone(), values });
        }
    }
    Ok(quantities)
}
