//! Takes the state out of the CPU backend, and puts it back.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::ops::product::Product;
use super::replica::Trainee;
use crate::backend::{ReplicaState, State, TensorState};
use crate::plan::{Layout, TensorId};
use crate::run::Run;

/// The state of all replicas.
pub(super) fn state<T: Product>(
    run: &Run,
    layout: &Layout,
    trainees: &mut [Mutex<Trainee<T>>],
) -> State {
    let trainees: Vec<&Trainee<T>> = trainees.iter_mut().map(|trainee| &*own(trainee)).collect();
    let replicas = trainees.iter().map(|trainee| ReplicaState {
        steps: trainee.steps,
        best_loss: trainee.best_loss,
        live: trainee.live,
    });
    let mut tensors = BTreeMap::new();
    for (id, tensor) in run.plan.tensors.iter().enumerate() {
        let range = layout.of(TensorId(id));
        let joined = |array: &dyn Fn(&Trainee<T>) -> &[T]| -> Vec<f64> {
            let parts = trainees.iter().flat_map(|trainee| &array(trainee)[range.clone()]);
            let mut joined = Vec::with_capacity(trainees.len() * range.len());
            joined.extend(parts.map(|value| value.to_f64()));
            joined
        };
        let slots = run.optimizer().slots();
        let state = TensorState {
            shape: tensor.shape.clone(),
            values: joined(&|trainee| &trainee.weights),
            best: joined(&|trainee| &trainee.best),
            slots: (0..slots).map(|slot| joined(&|trainee| &trainee.slots[slot])).collect(),
        };
        tensors.insert(tensor.name.clone(), state);
    }
    State { tensors, replicas: replicas.collect() }
}

/// A trainee that no worker has.
fn own<T>(trainee: &mut Mutex<Trainee<T>>) -> &mut Trainee<T> {
    trainee.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// Puts back a state of this plan, optimizer and number of replicas.
pub(super) fn restore<T: Product>(
    run: &Run,
    layout: &Layout,
    trainees: &mut [Mutex<Trainee<T>>],
    state: &State,
) {
    for (r, (trainee, saved)) in trainees.iter_mut().zip(&state.replicas).enumerate() {
        let trainee = own(trainee);
        trainee.steps = saved.steps;
        trainee.best_loss = saved.best_loss;
        trainee.live = saved.live;
        for (id, tensor) in run.plan.tensors.iter().enumerate() {
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
}
