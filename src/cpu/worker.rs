//! A worker trains replicas, one after the other: one worker per thread.

use std::ops::Range;
use std::sync::Arc;

use super::blocked::{Block, Blocks, Lanes};
use super::clip::Clipping;
use super::fused::{Chain, Done, Fused};
use super::keep_best::keep_best;
use super::ops::product::Product;
use super::ops::site::{Moment, Tensors};
use super::replica::Trainee;
use super::schedule::Schedule;
use super::shared::Shared;
use super::update::{Arrays, Update};
use super::workspace::Workspace;
use crate::backend::ReplicaReport;
use crate::data::{Order, Split};
use crate::metrics::Evaluation;
use crate::plan::TensorId;
use crate::plan::access::Mode;
use crate::run::{Fold, Moves, Replica, ReplicaId, Run};

/// Room for the steps of any replica of a run.
#[derive(Debug)]
pub(super) struct Worker<T> {
    pub workspace: Workspace<T>,
    /// The rows that it has room for: those of a block, or of the largest batch.
    block: usize,
    pub gradients: Vec<T>,
    /// The epoch of a replica, and its training rows in their order there.
    epoch: u32,
    order: Vec<u32>,
    /// The moves of its rows in that epoch.
    moves: Option<Moves>,
    /// The network of the schedule `fused`.
    fused: Option<Fused>,
    /// Room for a batch of the schedule `blocked` in several blocks, and the threads that share them.
    lanes: Lanes<T>,
    threads: usize,
    /// The replica whose weights and moments are in `fused`.
    holds: Option<ReplicaId>,
}

impl<T: Product> Worker<T> {
    /// One that may use so many threads.
    pub fn new(shared: &Shared<T>, threads: usize) -> Self {
        let run = &shared.run;
        let rows = run.folds.iter().map(|fold| run.largest_batch(fold)).max().unwrap_or(0);
        let (rows, gradients) = match shared.schedule {
            // A fused network has a memory of its own.
            Schedule::Fused => (0, 0),
            Schedule::Blocked => (Blocks::block_rows(&run.plan, rows), shared.layout.total()),
            Schedule::Layered => (rows, shared.layout.total()),
        };
        Worker {
            workspace: Workspace::new(&run.plan, rows),
            block: rows,
            gradients: vec![T::ZERO; gradients],
            epoch: 0,
            order: vec![],
            moves: None,
            fused: None,
            lanes: Lanes::default(),
            threads,
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
        // Those of `blocked` are no more rows and a block, and a gradient for each lane.
        let block = Blocks::block_rows(&run.plan, rows);
        let lanes = Blocks::new(rows, block).lanes();
        let numbers = (rows + block) as u128 * run.plan.row_elements() as u128;
        let gradients = ((1 + lanes) * run.plan.tensor_elements()) as u128;
        (numbers + run.plan.room_elements(rows) + gradients) * size_of::<T>() as u128
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
        let run = &shared.run;
        let places = run.step.places(step, self.order.len());
        let blocks = Blocks::new(places.len(), self.block);
        let batch = Batch {
            shared,
            replica,
            epoch: self.epoch,
            order: &self.order,
            moves: self.moves.as_ref(),
            places: places.clone(),
        };
        let loss_before = trainee.sums.loss_sum;
        if blocks.len() > 1 {
            let work = |block: Block<T>| batch.block(Tensors::Fixed(&trainee.weights), block);
            let how = (&run.plan, blocks, self.threads);
            self.lanes.work(how, &mut self.gradients, &mut trainee.sums, work);
        } else {
            let Trainee { weights, sums, .. } = &mut *trainee;
            let (workspace, gradients) = (&mut self.workspace, &mut self.gradients[..]);
            let rows = 0..places.len();
            let block = Block { rows, is_first: true, workspace, gradients, sums };
            batch.block(Tensors::Written(weights), block);
        }
        if !(trainee.sums.loss_sum - loss_before).is_finite() {
            trainee.first_bad_step = Some(step + 1);
            return 0;
        }
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

/// The rows of a step.
struct Batch<'a, T> {
    shared: &'a Shared<T>,
    replica: &'a Replica,
    epoch: u32,
    /// The rows of the epoch, and which of them are those of the step.
    order: &'a [u32],
    moves: Option<&'a Moves>,
    places: Range<usize>,
}

impl<T: Product> Batch<'_, T> {
    /// Forward, loss and, where that is finite, backward of a block of it.
    fn block(&self, mut tensors: Tensors<T>, block: Block<T>) {
        let Batch { shared, replica, .. } = *self;
        let Block { rows, is_first, workspace, gradients, sums } = block;
        let (run, executor) = (&shared.run, shared.executor());
        let places = self.places.start + rows.start..self.places.start + rows.end;
        let moves = (self.moves, places.start);
        workspace.gather_to_train(run, shared.scaling(replica), &self.order[places.clone()], moves);
        let moment = Moment { seed: replica.seed, epoch: self.epoch, first: places.start as u32 };
        executor.training(tensors.borrowed(), workspace, moment);
        let weights = tensors.all();
        let scale = run.step.gradient_scale(run.fold(replica), self.places.len());
        executor.loss(weights, workspace, T::from_f64(scale));
        let loss_before = sums.loss_sum;
        let logits = workspace.of(run.plan.logits);
        workspace.batch.add_sums(&run.plan.loss, logits, sums);
        if (sums.loss_sum - loss_before).is_finite() {
            let mode = if is_first { Mode::Set } else { Mode::Add };
            executor.backward(weights, (gradients, mode), workspace, moment);
        }
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
