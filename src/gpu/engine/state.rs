//! Taking the state out of the device, and putting it back.

use std::collections::BTreeMap;

use super::backend::GpuBackend;
use crate::backend::{State, TensorState};
use crate::error::Result;
use crate::network::TensorId;

/// The state of all replicas.
pub(in crate::gpu) fn state(backend: &GpuBackend) -> Result<State> {
    let (tensors, replicas) = (&backend.network.tensors, backend.run.replicas.len());
    let total = backend.network.layout.total();
    let read = |buffer| backend.gpu.read::<f32>(buffer, replicas * total);
    let slots = tensors.slots.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(made_of(backend, &read(&tensors.weights)?, &read(&tensors.best)?, &slots))
}

/// Without the device: the best weights that the host knows, in place of the current ones too.
pub(in crate::gpu) fn known_state(backend: &GpuBackend) -> State {
    let slots = backend.network.tensors.slots.len();
    let moments = vec![vec![0.0; backend.best.len()]; slots];
    made_of(backend, &backend.best, &backend.best, &moments)
}

/// The state of these arrays, each (replica, ...layout).
fn made_of(backend: &GpuBackend, values: &[f32], best: &[f32], slots: &[Vec<f32>]) -> State {
    let (layout, replicas) = (&backend.network.layout, backend.run.replicas.len());
    let total = layout.total();
    let mut saved = BTreeMap::new();
    for (id, tensor) in backend.run.plan.tensors.iter().enumerate() {
        let range = layout.of(TensorId(id));
        let part = |values: &[f32]| {
            let of_replica = |replica| &values[replica * total..][range.clone()];
            (0..replicas).flat_map(of_replica).map(|&value| f64::from(value)).collect()
        };
        let state = TensorState {
            shape: tensor.shape.clone(),
            values: part(values),
            best: part(best),
            slots: slots.iter().map(|slot| part(slot)).collect(),
        };
        saved.insert(tensor.name.clone(), state);
    }
    State { tensors: saved, replicas: backend.replicas.clone() }
}

/// Puts a state back; refused if it is not one of this plan, optimizer and number of replicas.
pub(in crate::gpu) fn restore(backend: &mut GpuBackend, state: &State) -> Result<()> {
    let (network, plan) = (&backend.network, &backend.run.plan);
    let replicas = backend.run.replicas.len();
    state.check(plan, backend.run.step.optimizer.slots(), replicas)?;
    let total = network.layout.total();
    let joined = |values: &dyn Fn(&TensorState) -> &Vec<f64>| {
        let mut joined = vec![0.0f32; replicas * total];
        for (id, tensor) in plan.tensors.iter().enumerate() {
            let range = network.layout.of(TensorId(id));
            let values = values(&state.tensors[&tensor.name]);
            for (replica, values) in values.chunks(range.len()).enumerate() {
                let to = &mut joined[replica * total..][range.clone()];
                to.iter_mut().zip(values).for_each(|(to, value)| *to = *value as f32);
            }
        }
        joined
    };
    let write = |buffer: &wgpu::Buffer, values: &[f32]| {
        backend.gpu.queue.write_buffer(buffer, 0, bytemuck::cast_slice(values));
    };
    write(&network.tensors.weights, &joined(&|tensor| &tensor.values));
    let best = joined(&|tensor| &tensor.best);
    write(&network.tensors.best, &best);
    for (slot, buffer) in network.tensors.slots.iter().enumerate() {
        write(buffer, &joined(&|tensor| &tensor.slots[slot]));
    }
    let loss =
        |replica: &crate::backend::ReplicaState| replica.best_loss.min(f64::from(f32::MAX)) as f32;
    write(&network.tensors.best_losses, &state.replicas.iter().map(loss).collect::<Vec<_>>());
    backend.best = best;
    backend.replicas = state.replicas.clone();
    Ok(())
}
