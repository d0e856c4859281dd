//! Taking the state out of the device, and putting it back.

use std::collections::BTreeMap;

use super::kept::Kept;
use crate::backend::{ReplicaState, State, TensorState};
use crate::error::Result;
use crate::gpu::session::run::Session;
use crate::gpu::session::slots::{Slot, Slots};
use crate::plan::TensorId;

/// The state of all replicas; the best weights are kept, too, for the day the device is lost.
pub(super) async fn state(session: &Session, kept: &mut Kept) -> Result<State> {
    let (tensors, replicas) = (&session.network.buffers.tensors, session.run.replicas.len());
    let total = session.network.buffers.layout.total();
    let read = |buffer| session.gpu.read::<f32>(buffer, replicas * total);
    let mut slots = vec![];
    for slot in &tensors.slots {
        slots.push(read(slot).await?);
    }
    let weights = read(&tensors.weights).await?;
    let best = read(&tensors.best).await?;
    // After the last replica that is read: a device that is lost meanwhile leaves what was known.
    kept.keep_best(session, &best);
    Ok(made_of(session, kept, &weights, &slots))
}

/// Without the device: the best weights that the host knows, in place of the current ones too.
pub(super) fn known_state(session: &Session, kept: &Kept) -> State {
    let slots = session.network.buffers.tensors.slots.len();
    let moments = vec![vec![0.0; kept.best.len()]; slots];
    made_of(session, kept, &kept.best, &moments)
}

/// The state of these arrays, each (slot, ...layout), beside the best weights that are kept.
fn made_of(session: &Session, kept: &Kept, values: &[f32], slots: &[Vec<f32>]) -> State {
    let layout = &session.network.buffers.layout;
    let total = layout.total();
    let mut places = vec![Slot(0); kept.slots.len()];
    for (slot, id) in kept.slots.replicas() {
        places[id.0] = slot;
    }
    let mut saved = BTreeMap::new();
    for (id, tensor) in session.run.plan.tensors.iter().enumerate() {
        let range = layout.of(TensorId(id));
        let part = |values: &[f32]| {
            let of_replica = |slot: &Slot| &values[slot.0 * total..][range.clone()];
            places.iter().flat_map(of_replica).map(|&value| f64::from(value)).collect()
        };
        let state = TensorState {
            shape: tensor.shape.clone(),
            values: part(values),
            best: part(&kept.best),
            slots: slots.iter().map(|slot| part(slot)).collect(),
        };
        saved.insert(tensor.name.clone(), state);
    }
    State { tensors: saved, replicas: kept.known.clone() }
}

/// Puts a state back; refused if it is not one of this plan, optimizer and number of replicas.
pub(super) fn restore(session: &mut Session, kept: &mut Kept, state: &State) -> Result<()> {
    let replicas = session.run.replicas.len();
    state.check(&session.run.plan, session.run.optimizer().slots(), replicas)?;
    session.slots = Slots::sorted(state.replicas.iter().map(|replica| replica.live));
    session.write_table();
    let (network, plan) = (&session.network.buffers, &session.run.plan);
    let total = network.layout.total();
    let joined = |values: &dyn Fn(&TensorState) -> &Vec<f64>| {
        let mut joined = vec![0.0f32; replicas * total];
        for (id, tensor) in plan.tensors.iter().enumerate() {
            let range = network.layout.of(TensorId(id));
            let values = values(&state.tensors[&tensor.name]);
            for (slot, id) in session.slots.replicas() {
                let values = &values[id.0 * range.len()..][..range.len()];
                let to = &mut joined[slot.0 * total..][range.clone()];
                to.iter_mut().zip(values).for_each(|(to, value)| *to = *value as f32);
            }
        }
        joined
    };
    let write = |buffer: &wgpu::Buffer, values: &[f32]| {
        session.gpu.write(buffer, values);
    };
    write(&network.tensors.weights, &joined(&|tensor| &tensor.values));
    let best = joined(&|tensor| &tensor.best);
    write(&network.tensors.best, &best);
    for (slot, buffer) in network.tensors.slots.iter().enumerate() {
        write(buffer, &joined(&|tensor| &tensor.slots[slot]));
    }
    let loss = |replica: &ReplicaState| replica.best_loss.min(f64::from(f32::MAX)) as f32;
    let losses = session.slots.replicas().map(|(_, id)| loss(&state.replicas[id.0]));
    write(&network.tensors.best_losses, &losses.collect::<Vec<_>>());
    kept.replicas = state.replicas.clone();
    kept.keep_best(session, &best);
    Ok(())
}
