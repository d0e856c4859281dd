//! A worker trains replicas, one after the other: one worker per thread.

use std::ops::Range;
use std::sync::Arc;

use super::clip::Clipping;
use super::executor::Executor;
use super::fused::{Chain, Done, Fused};
use super::keep_best::keep_best;
use super::ops::product::Product;
use super::ops::site::Moment;
use super::replica::Trainee;
use super::shared::Shared;
use super::update::{Arrays, Update};
use super::workspace::Workspace;
use crate::backend::ReplicaReport;
use crate::data::{Order, Split};
use crate::metrics::Evaluation;
use crate::plan::TensorId;
use crate::run::{Fold, Moves, Replica, ReplicaId, Run};

/// Room for the steps of any replica of a run.
#[derive(Debug)]
pub(super) struct Worker<T> {
    pub workspace: Workspace<T>,
    pub gradients: Vec<T>,
    /// The epoch of a replica, and its training rows in their order there.
    epoch: u32,
    order: Vec<u32>,
    /// The moves of its rows in that epoch.
    moves: Option<Moves>,
    /// The network of the schedule `fused`.
    fused: Option<Fused>,
    /// The replica whose weights and moments are in `fused`.
    holds: Option<ReplicaId>,
}

impl<T: Product> Worker<T> {
    pub fn new(shared: &Shared<T>) -> Self {
        let run = &shared.run;
        let rows = match shared.chain {
            // A fused network has a memory of its own.
            Some(_) => 0,
            None => run.folds.iter().map(|fold| run.largest_batch(fold)).max().unwrap_or(0),
        };
        let gradients = if rows > 0 { shared.layout.total() } else { 0 };
        Worker {
            workspace: Workspace::new(&run.plan, rows),
            gradients: vec![T::ZERO; gradients],
            epoch: 0,
            order: vec![],
            moves: None,
            fused: None,
            holds: None,
        }
    }

    /// The bytes that a worker takes, under `fused` where there is a chain.
    pub fn bytes(run: &Run, chain: Option<&Chain>) -> u128 {
        let order = run.folds.iter().map(|fold| 4 * fold.rows(Split::Train).len()).max();
        let network = run.folds.iter().map(|fold| Self::network_bytes(run, fold, chain)).max();
        network.unwrap_or(0) + order.unwrap_or(0) as u128
    }

    /// The bytes of the buffers and gradients of a fold's largest batch.
    fn network_bytes(run: &Run, fold: &Fold, chain: Option<&Chain>) -> u128 {
        if let Some(chain) = chain {
            return Fused::bytes(run, fold, run.bounds_norm(), chain) as u128;
        }
        let rows = run.largest_batch(fold);
        let numbers = rows as u128 * run.plan.row_elements() as u128;
        (numbers + run.plan.room_elements(rows) + run.plan.tensor_elements() as u128)
            * size_of::<T>() as u128
    }

    /// Begins an epoch of a replica: shuffles its training rows, and clears its sums.
    pub fn begin(
        &mut self,
        shared: &Shared<T>,
        replica: &Replica,
        trainee: &mut Trainee<T>,
        epoch: u32,
    ) {
        self.load(shared, replica, trainee);
        let train = shared.run.fold(replica).rows(Split::Train);
        self.epoch = epoch;
        self.order.resize(train.len(), 0);
        Order::new(replica.seed, epoch, train.len() as u32).fill(0, &mut self.order);
        self.order.iter_mut().for_each(|row| *row = train[*row as usize]);
        self.moves = shared.run.moves(replica, epoch);
        trainee.sums = Evaluation::default();
        trainee.first_bad_step = None;
    }

    /// Gives the fused network the replica's weights and moments, unless it has them.
    fn load(&mut self, shared: &Shared<T>, replica: &Replica, trainee: &Trainee<T>) {
        let Some(fusion) = &shared.chain else { return };
        let suited = self.fused.take().filter(|fused| fused.suits(&shared.run, replica));
        if suited.is_none() {
            self.holds = None;
        }
        let mut fused =
            suited.unwrap_or_else(|| Fused::new(&shared.run, replica, Arc::clone(&fusion.chain)));
        if self.holds.replace(replica.id) != Some(replica.id) {
            fused.load(fusion.scaling(replica), &shared.layout, &trainee.weights, &trainee.slots);
        }
        self.fused = Some(fused);
    }

    /// Some steps of the epoch, counted from 0: gradients, clip, L2, update. After a bad step nothing moves.
    pub fn steps(
        &mut self,
        shared: &Shared<T>,
        replica: &Replica,
        trainee: &mut Trainee<T>,
        steps: Range<u32>,
    ) {
        for step in steps {
            if trainee.first_bad_step.is_some() {
                return;
            }
            if self.fused.is_some() {
                self.fused_step(shared, replica, trainee, step);
                continue;
            }
            let rows = self.gradients(shared, replica, trainee, step);
            if rows > 0 {
                trainee.steps += 1;
                self.update(shared, replica, trainee, rows);
            }
        }
    }

    fn fused_step(
        &mut self,
        shared: &Shared<T>,
        replica: &Replica,
        trainee: &mut Trainee<T>,
        step: u32,
    ) {
        let (run, Some(fused)) = (&shared.run, &mut self.fused) else { return };
        let places = run.step.places(step, self.order.len());
        let after = &self.order[run.step.places(step + 1, self.order.len())];
        let rows = (&self.order[places], after);
        match fused.step(run, replica, rows, trainee.steps + 1, &mut trainee.sums) {
            Done::Step => trainee.steps += 1,
            Done::Bad => trainee.first_bad_step = Some(step + 1),
        }
    }

    /// Forward, loss and backward of a step (counted from 0): the gradients, and the rows of the batch; 0
    /// after a bad step.
    pub fn gradients(
        &mut self,
        shared: &Shared<T>,
        replica: &Replica,
        trainee: &mut Trainee<T>,
        step: u32,
    ) -> usize {
        let Shared { run, layout, .. } = shared;
        let places = run.step.places(step, self.order.len());
        let executor = Executor { plan: &run.plan, layout };
        let workspace = &mut self.workspace;
        let moves = (self.moves.as_ref(), places.start);
        workspace.gather_to_train(run, shared.scaling(replica), &self.order[places.clone()], moves);
        let first = places.start as u32;
        let moment = Moment { seed: replica.seed, epoch: self.epoch, first };
        executor.training(&mut trainee.weights, workspace, moment);
        let scale = run.step.gradient_scale(run.fold(replica), places.len());
        executor.loss(&trainee.weights, workspace, T::from_f64(scale));
        let loss_before = trainee.sums.loss_sum;
        let logits = workspace.of(run.plan.logits);
        workspace.batch.add_sums(&run.plan.loss, logits, &mut trainee.sums);
        if !(trainee.sums.loss_sum - loss_before).is_finite() {
            trainee.first_bad_step = Some(step + 1);
            return 0;
        }
        executor.backward(&trainee.weights, &mut self.gradients, workspace, moment);
        places.len()
    }

    fn update(
        &mut self,
        shared: &Shared<T>,
        replica: &Replica,
        trainee: &mut Trainee<T>,
        rows: usize,
    ) {
        let Shared { run, layout, .. } = shared;
        let update = Update {
            optimizer: replica.optimizer,
            numbers: run.step_numbers(replica, rows, trainee.steps),
            clipping: Clipping::of(replica.clip, &self.gradients),
        };
        let mut arrays = Arrays {
            weights: &mut trainee.weights,
            gradient: &self.gradients,
            slots: &mut trainee.slots,
        };
        for (id, tensor) in run.plan.tensors.iter().enumerate().filter(|(_, t)| t.trainable) {
            update.apply(&mut arrays, layout.of(TensorId(id)), tensor.decay);
        }
    }

    /// After the last step of an epoch: stores the weights in the replica. A replica that is alone leaves its
    /// moments in the fused network.
    pub fn store(&mut self, shared: &Shared<T>, trainee: &mut Trainee<T>, is_alone: bool) {
        let Some(fused) = &self.fused else { return };
        fused.store_weights(&shared.layout, &mut trainee.weights);
        if !is_alone {
            fused.store_slots(&shared.layout, &mut trainee.slots);
            self.holds = None;
        }
    }

    /// Stores the moments that only the fused network has.
    pub fn store_slots(&self, shared: &Shared<T>, trainee: &mut Trainee<T>) {
        if let Some(fused) = &self.fused {
            fused.store_slots(&shared.layout, &mut trainee.slots);
        }
    }

    /// The replica whose moments only the fused network has.
    pub fn holds(&self) -> Option<ReplicaId> {
        self.holds
    }
}

/// The end of a replica's epoch: validates, keeps the best weights, and reports.
pub(super) fn end<T: Product>(
    shared: &Shared<T>,
    replica: &Replica,
    trainee: &mut Trainee<T>,
) -> ReplicaReport {
    let fold = shared.run.fold(replica);
    let rows = fold.rows(Split::Validation);
    let validation = (!rows.is_empty()).then(|| shared.evaluate(replica, &trainee.weights, rows));
    let loss = validation.as_ref().map(Evaluation::loss);
    let kept = keep_best(trainee, loss, shared.run.steps_of(fold));
    ReplicaReport {
        replica: replica.id,
        train: trainee.sums.clone(),
        validation,
        first_bad_step: trainee.first_bad_step,
        kept,
    }
}
