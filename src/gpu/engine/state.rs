//! Reading the state from the device, and writing it back.

use std::collections::BTreeMap;

use super::kept::Kept;
use crate::backend::{State, TensorState};
use crate::error::Result;
use crate::gpu::session::run::Session;
use crate::gpu::session::slots::{Slot, Slots};
use crate::plan::TensorId;

/// The state of all replicas; the host keeps the best weights, too, in case the device is lost.
pub(super) async fn state(session: &Session, kept: &mut Kept) -> Result<State> {
    let (tensors, replicas) = (&session.network.buffers.tensors, session.run.replicas.len());
    let total = session.network.buffers.layout.total();
    let (gpu, elements) = (&session.gpu, replicas * total);
    let mut slots: Vec<Vec<f32>> = vec![];
    for slot in &tensors.slots {
        slots.push(gpu.read(slot, elements).await?);
    }
    let weights: Vec<f32> = gpu.read(&tensors.weights, elements).await?;
    let best: Vec<f32> = gpu.read(&tensors.best, elements).await?;
    // Only after the last read: if the device is lost before it, the best weights of before stay known.
    kept.keep_best(session, &best);
    Ok(made_of(session, kept, &weights, &slots))
}

/// The state without the device: the best weights that the host keeps stand for the current ones, too.
pub(super) fn known_state(session: &Session, kept: &Kept) -> State {
    let slots = session.network.buffers.tensors.slots.len();
    let moments = vec![vec![0.0; kept.best.len()]; slots];
    made_of(session, kept, &kept.best, &moments)
}

/// The state of these arrays, each (slot, weights), and of the kept best weights.
fn made_of(session: &Session, kept: &Kept, values: &[f32], slots: &[Vec<f32>]) -> State {
    let layout = &session.network.buffers.layout;
    let total = layout.total();
    let mut slot_of = vec![Slot(0); kept.slots.len()];
    for (slot, id) in kept.slots.replicas() {
        slot_of[id.0] = slot;
    }
    let mut saved = BTreeMap::new();
    for (id, tensor) in session.run.plan.tensors.iter().enumerate() {
        let range = layout.of(TensorId(id));
        let part = |values: &[f32]| {
            let own = slot_of.iter().flat_map(|slot| &values[slot.0 * total..][range.clone()]);
            own.map(|&value| f64::from(value)).collect()
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

/// Writes a state to the device; an error if its plan, optimizer or number of replicas differ.
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
    let (gpu, tensors) = (&session.gpu, &network.tensors);
    gpu.write(&tensors.weights, &joined(&|tensor| &tensor.values));
    let best = joined(&|tensor| &tensor.best);
    gpu.write(&tensors.best, &best);
    for (slot, buffer) in tensors.slots.iter().enumerate() {
        gpu.write(buffer, &joined(&|tensor| &tensor.slots[slot]));
    }
    let losses = session.slots.replicas().map(|(_, id)| {
        let loss = state.replicas[id.0].best_loss;
        loss.min(f64::from(f32::MAX)) as f32
    });
    gpu.write(&tensors.best_losses, &losses.collect::<Vec<_>>());
    kept.replicas = state.replicas.clone();
    kept.keep_best(session, &best);
    Ok(())
}
