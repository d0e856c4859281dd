//! Taking the state out of the device, and putting it back.

use std::collections::BTreeMap;

use super::kept::Kept;
use crate::backend::{ReplicaState, State, TensorState};
use crate::error::Result;
use crate::gpu::session::run::Session;
use crate::plan::TensorId;

/// The state of all replicas.
pub(super) fn state(session: &Session, kept: &Kept) -> Result<State> {
    let (tensors, replicas) = (&session.network.buffers.tensors, session.run.replicas.len());
    let total = session.network.buffers.layout.total();
    let read = |buffer| session.gpu.read::<f32>(buffer, replicas * total);
    let slots = tensors.slots.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(made_of(session, &kept.replicas, &read(&tensors.weights)?, &read(&tensors.best)?, &slots))
}

/// Without the device: the best weights that the host knows, in place of the current ones too.
pub(super) fn known_state(session: &Session, kept: &Kept) -> State {
    let slots = session.network.buffers.tensors.slots.len();
    let moments = vec![vec![0.0; kept.best.len()]; slots];
    made_of(session, &kept.replicas, &kept.best, &kept.best, &moments)
}

/// The state of these arrays, each (replica, ...layout).
fn made_of(
    session: &Session,
    replicas: &[ReplicaState],
    values: &[f32],
    best: &[f32],
    slots: &[Vec<f32>],
) -> State {
    let (layout, count) = (&session.network.buffers.layout, replicas.len());
    let total = layout.total();
    let mut saved = BTreeMap::new();
    for (id, tensor) in session.run.plan.tensors.iter().enumerate() {
        let range = layout.of(TensorId(id));
        let part = |values: &[f32]| {
            let of_replica = |replica| &values[replica * total..][range.clone()];
            (0..count).flat_map(of_replica).map(|&value| f64::from(value)).collect()
        };
        let state = TensorState {
            shape: tensor.shape.clone(),
            values: part(values),
            best: part(best),
            slots: slots.iter().map(|slot| part(slot)).collect(),
        };
        saved.insert(tensor.name.clone(), state);
    }
    State { tensors: saved, replicas: replicas.to_vec() }
}

/// Puts a state back; refused if it is not one of this plan, optimizer and number of replicas.
pub(super) fn restore(session: &Session, kept: &mut Kept, state: &State) -> Result<()> {
    let (network, plan) = (&session.network.buffers, &session.run.plan);
    let replicas = session.run.replicas.len();
    state.check(plan, session.run.optimizer().slots(), replicas)?;
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
        session.gpu.queue.write_buffer(buffer, 0, bytemuck::cast_slice(values));
    };
    write(&network.tensors.weights, &joined(&|tensor| &tensor.values));
    let best = joined(&|tensor| &tensor.best);
    write(&network.tensors.best, &best);
    for (slot, buffer) in network.tensors.slots.iter().enumerate() {
        write(buffer, &joined(&|tensor| &tensor.slots[slot]));
    }
    let loss = |replica: &ReplicaState| replica.best_loss.min(f64::from(f32::MAX)) as f32;
    write(&network.tensors.best_losses, &state.replicas.iter().map(loss).collect::<Vec<_>>());
    kept.best = best;
    kept.replicas = state.replicas.clone();
    Ok(())
}
