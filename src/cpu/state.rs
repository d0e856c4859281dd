//! Taking the state out of the CPU backend, and putting it back.

use std::collections::BTreeMap;

use super::ops::product::Product;
use super::replica::Trainee;
use crate::backend::{ReplicaState, State, TensorState};
use crate::error::Result;
use crate::plan::Layout;
use crate::plan::{Plan, TensorId};

/// The state of all replicas.
pub(super) fn state<T: Product>(plan: &Plan, layout: &Layout, trainees: &[Trainee<T>]) -> State {
    let replicas = trainees.iter().map(|trainee| ReplicaState {
        steps: trainee.steps,
        best_loss: trainee.best_loss,
        live: trainee.live,
    });
    let mut tensors = BTreeMap::new();
    for (id, tensor) in plan.tensors.iter().enumerate() {
        let range = layout.of(TensorId(id));
        let joined =
            |array: &dyn Fn(&Trainee<T>) -> Vec<f64>| trainees.iter().flat_map(array).collect();
        let part = |values: &[T]| values[range.clone()].iter().map(|v| v.to_f64()).collect();
        let slots = trainees.first().map_or(0, |trainee| trainee.slots.len());
        let state = TensorState {
            shape: tensor.shape.clone(),
            values: joined(&|trainee| part(&trainee.weights)),
            best: joined(&|trainee| part(&trainee.best)),
            slots: (0..slots).map(|slot| joined(&|trainee| part(&trainee.slots[slot]))).collect(),
        };
        tensors.insert(tensor.name.clone(), state);
    }
    State { tensors, replicas: replicas.collect() }
}

/// Puts a state back; refused if it is not one of this plan, optimizer and number of replicas.
pub(super) fn restore<T: Product>(
    plan: &Plan,
    layout: &Layout,
    trainees: &mut [Trainee<T>],
    state: &State,
) -> Result<()> {
    let slots = trainees.first().map_or(0, |trainee| trainee.slots.len());
    state.check(plan, slots, trainees.len())?;
    for (r, (trainee, saved)) in trainees.iter_mut().zip(&state.replicas).enumerate() {
        if let Some(fused) = &mut trainee.fused {
            fused.forget();
        }
        trainee.steps = saved.steps;
        trainee.best_loss = saved.best_loss;
        trainee.live = saved.live;
        for (id, tensor) in plan.tensors.iter().enumerate() {
            let range = layout.of(TensorId(id));
            let from = r * range.len()..(r + 1) * range.len();
            let put = |to: &mut Vec<T>, values: &[f64]| {
                for (to, value) in to[range.clone()].iter_mut().zip(&values[from.clone()]) {
                    *to = T::from_f64(*value);
                }
            };
            let saved = &state.tensors[&tensor.name];
            put(&mut trainee.weights, &saved.values);
            put(&mut trainee.best, &saved.best);
            for (to, slot) in trainee.slots.iter_mut().zip(&saved.slots) {
                put(to, slot);
            }
        }
    }
    Ok(())
}
