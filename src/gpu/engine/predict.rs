//! Predictions, and the trace of a first step.

use ndarray::{Array3, ArrayView2, ArrayViewD, s};

use crate::backend::{Quantity, Weights};
use crate::error::{Error, Result};
use crate::gpu::schedules::open::trace_steps;
use crate::gpu::session::record::Work;
use crate::gpu::session::run::Session;
use crate::gpu::session::slots::Slot;
use crate::gpu::session::steps::Fill;
use crate::gpu::session::train::check;
use crate::plan::{BufferId, Element, TensorId};
use crate::run::TableTargets;

/// The outputs for rows in original units, in blocks of the evaluation's workspace.
pub(super) fn predict(
    session: &mut Session,
    rows: ArrayViewD<f32>,
    which: Weights,
) -> Result<Array3<f64>> {
    let centred = session.run.centred_rows(rows)?;
    let count = centred.nrows();
    let outputs = session.run.network.outputs();
    let mut all = Array3::zeros((session.run.replicas.len(), count, outputs));
    let capacity = session.network.buffers.evaluation.capacity;
    for first in (0..count).step_by(capacity) {
        let block = centred.slice(s![first..count.min(first + capacity), ..]);
        let values = predict_block(session, block, which)?;
        for (Slot(slot), id) in session.slots.replicas() {
            let fold = session.run.fold(&session.run.replicas[id.0]);
            for row in 0..block.nrows() {
                for k in 0..outputs {
                    let value = f64::from(values[(slot * capacity + row) * outputs + k]);
                    all[[id.0, first + row, k]] = fold.original(k, value);
                }
            }
        }
    }
    Ok(all)
}

/// The outputs of centred rows, (slot, capacity, output), in the units of the network.
fn predict_block(session: &Session, rows: ArrayView2<f32>, which: Weights) -> Result<Vec<f32>> {
    let (run, workspace) = (&session.run, &session.network.buffers.evaluation);
    let inputs = run.network.inputs();
    let mut x = vec![0.0f32; run.replicas.len() * workspace.capacity * inputs];
    for (Slot(slot), id) in session.slots.replicas() {
        let frame = run.input_scaling(run.fold(&run.replicas[id.0]));
        for (row, values) in rows.outer_iter().enumerate() {
            let to = &mut x[(slot * workspace.capacity + row) * inputs..][..inputs];
            for (c, (to, value)) in to.iter_mut().zip(values).enumerate() {
                *to = (value - frame.shift[c] as f32) * frame.scale[c] as f32;
            }
        }
    }
    let input = workspace.of(run.plan.input);
    session.gpu.write(input, &x);
    let dispatches = &session.network.steps.predict[which as usize];
    let work = vec![Work { entry: 0, dispatches }];
    let fill = Fill::Filled { rows: rows.nrows() as u32 };
    session.submit(&[session.pass(fill, run.replicas.len(), work)]);
    let outputs = run.plan.row_len(run.plan.output);
    let elements = run.replicas.len() * workspace.capacity * outputs;
    session.gpu.read(workspace.of(run.plan.output), elements)
}

/// Every quantity of the first step of `epoch` of the first replica; no weight moves.
pub(super) fn trace(session: &mut Session, epoch: u32) -> Result<Vec<Quantity>> {
    let (workspace, dispatches) = trace_steps(session)?;
    let (run, buffers) = (&session.run, &session.network.buffers);
    let rows = run.replicas.first().map_or(0, |replica| run.largest_batch(run.fold(replica)));
    check(&session.gpu, dispatches.iter())?;
    let work = vec![Work { entry: 0, dispatches: &dispatches }];
    session.submit(&[session.pass(Fill::Train { epoch, steps: 0..1 }, 1, work)]);
    let read = |name: &str, shape: Vec<usize>, buffer: &wgpu::Buffer| {
        let values: Vec<f32> = session.gpu.read(buffer, shape.iter().product())?;
        let values = values.into_iter().map(f64::from).collect();
        Ok::<_, Error>(Quantity { name: name.into(), shape, values })
    };
    let outputs = match &run.table.targets {
        TableTargets::Classes(_) => 1,
        TableTargets::Values { .. } => run.network.outputs(),
    };
    let truth: Vec<u32> = session.gpu.read(&workspace.gathered.truth, rows * outputs)?;
    let number = |&word: &u32| match &run.table.targets {
        TableTargets::Classes(_) => f64::from(word),
        TableTargets::Values { .. } => f64::from(f32::from_bits(word)),
    };
    let y = truth.iter().map(number).collect();
    let mut quantities = vec![Quantity { name: "y".into(), shape: vec![rows, outputs], values: y }];
    for (id, buffer) in run.plan.buffers.iter().enumerate() {
        let shape: Vec<usize> = std::iter::once(rows).chain(buffer.shape.iter().copied()).collect();
        quantities.push(match buffer.element {
            Element::Real => read(&buffer.name, shape, workspace.of(BufferId(id)))?,
            Element::Index => {
                let elements = shape.iter().product();
                let places: Vec<u32> = session.gpu.read(workspace.of(BufferId(id)), elements)?;
                let values = places.into_iter().map(f64::from).collect();
                Quantity { name: buffer.name.clone(), shape, values }
            }
        });
    }
    quantities.push(read("weight of each row", vec![rows], &workspace.gathered.weights)?);
    quantities.push(read("loss of each row", vec![rows], &workspace.losses)?);
    let total = buffers.layout.total();
    let weights: Vec<f32> = session.gpu.read(&buffers.tensors.weights, total)?;
    let gradients: Vec<f32> = session.gpu.read(&buffers.tensors.gradients, total)?;
    for (id, tensor) in run.plan.tensors.iter().enumerate() {
        let range = buffers.layout.of(TensorId(id));
        let of = |name: String, values: &[f32]| Quantity {
            name,
            shape: tensor.shape.clone(),
            values: values[range.clone()].iter().map(|&v| f64::from(v)).collect(),
        };
        quantities.push(of(tensor.name.clone(), &weights));
        quantities.push(of(format!("gradient of {}", tensor.name), &gradients));
    }
    Ok(quantities)
}
