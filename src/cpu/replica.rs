//! One replica: its weights, its optimizer's slots, and its steps.

use super::clip::Clipping;
use super::evaluate::{evaluate, evaluate_fused};
use super::executor::Executor;
use super::fused::{Done, Fused};
use super::gather::Frame;
use super::ops::product::Product;
use super::update::{Arrays, Update};
use super::workspace::Workspace;
use crate::data::{Order, Split};
use crate::metrics::Evaluation;
use crate::plan::Layout;
use crate::plan::{TensorId, initial_values};
use crate::run::{Replica, Run};

/// The state of a replica while it trains.
#[derive(Debug, Clone)]
pub(super) struct Trainee<T> {
    pub weights: Vec<T>,
    pub best: Vec<T>,
    /// The optimizer's slots, each as long as the weights.
    pub slots: Vec<Vec<T>>,
    pub gradients: Vec<T>,
    /// Steps done.
    pub steps: u64,
    pub best_loss: f64,
    pub live: bool,
    pub frame: Frame<T>,
    pub workspace: Workspace<T>,
    /// The network of the schedule `fused`; None under `layered`.
    pub fused: Option<Fused>,
    /// The training rows in the order of the epoch under way.
    order: Vec<u32>,
    /// The sums of the epoch under way.
    pub sums: Evaluation,
    /// The step of the epoch, counted from 1, at which the loss stopped being finite.
    pub first_bad_step: Option<u32>,
}

impl<T: Product> Trainee<T> {
    pub fn new(run: &Run, replica: &Replica, layout: &Layout) -> Self {
        let initial = initial_values(&run.plan.tensors, replica.seed);
        let weights: Vec<T> = initial.map(T::from_f64).collect();
        let rows = run.largest_batch(replica);
        Trainee {
            best: weights.clone(),
            weights,
            slots: vec![vec![T::ZERO; layout.total()]; run.step.optimizer.slots()],
            gradients: vec![T::ZERO; layout.total()],
            steps: 0,
            best_loss: f64::INFINITY,
            live: true,
            frame: Frame::new(run, replica),
            workspace: Workspace::new(&run.plan, rows),
            fused: None,
            order: vec![],
            sums: Evaluation::default(),
            first_bad_step: None,
        }
    }

    /// Shuffles the training rows for `epoch` and forgets the sums of the one before.
    pub fn begin_epoch(&mut self, replica: &Replica, layout: &Layout, epoch: u32) {
        if let Some(fused) = &mut self.fused {
            fused.load(layout, &self.weights, &self.slots);
        }
        let train = replica.splits.of(Split::Train);
        self.order.resize(train.len(), 0);
        Order::new(replica.seed, epoch, train.len() as u32).fill(0, &mut self.order);
        self.order.iter_mut().for_each(|row| *row = train[*row as usize]);
        self.sums = Evaluation::default();
        self.first_bad_step = None;
    }

    /// Forward, loss and backward of a step (counted from 0): the gradients, and the rows of the
    /// batch; 0 rows at the end of a replica with fewer rows than others, or after a bad step.
    pub fn gradients(&mut self, run: &Run, replica: &Replica, layout: &Layout, step: u32) -> usize {
        let places = run.step.places(step, self.order.len());
        if places.is_empty() || self.first_bad_step.is_some() {
            return 0;
        }
        let executor = Executor { plan: &run.plan, layout };
        let workspace = &mut self.workspace;
        workspace.gather(run, &self.frame, &self.order[places.clone()]);
        executor.training(&mut self.weights, workspace);
        let scale = run.step.gradient_scale(replica, places.len());
        executor.loss(&self.weights, workspace, T::from_f64(scale));
        let loss_before = self.sums.loss_sum;
        let scores = workspace.of(run.plan.scores);
        workspace.batch.add_sums(&run.plan.loss, scores, &mut self.sums);
        if !(self.sums.loss_sum - loss_before).is_finite() {
            self.first_bad_step = Some(step + 1);
            return 0;
        }
        executor.backward(&self.weights, &mut self.gradients, workspace);
        places.len()
    }

    /// After the last step of an epoch: the weights are those of the fused network.
    pub fn end_steps(&mut self, layout: &Layout) {
        if let Some(fused) = &self.fused {
            fused.store_weights(layout, &mut self.weights);
        }
    }

    /// The sums over rows on these weights of the replica, as its schedule makes them.
    pub fn evaluate(&self, run: &Run, layout: &Layout, weights: &[T], rows: &[u32]) -> Evaluation {
        match &self.fused {
            Some(fused) => evaluate_fused(run, fused, (layout, weights), rows),
            None => evaluate(run, layout, &self.frame, weights, rows),
        }
    }

    /// Before the moments are read: they are those of the fused network.
    pub fn fetch_slots(&mut self, layout: &Layout) {
        if let Some(fused) = &self.fused {
            fused.store_slots(layout, &mut self.slots);
        }
    }

    /// A whole step: gradients, clip, L2, update. With 0 rows nothing moves.
    pub fn step(&mut self, run: &Run, replica: &Replica, layout: &Layout, step: u32) {
        if let Some(fused) = &mut self.fused {
            let places = run.step.places(step, self.order.len());
            if places.is_empty() || self.first_bad_step.is_some() {
                return;
            }
            let after = &self.order[run.step.places(step + 1, self.order.len())];
            let rows = (&self.order[places], after);
            match fused.step(run, replica, rows, self.steps + 1, &mut self.sums) {
                Done::Step => self.steps += 1,
                Done::Bad => self.first_bad_step = Some(step + 1),
            }
            return;
        }
        let rows = self.gradients(run, replica, layout, step);
        if rows > 0 {
            self.steps += 1;
            self.update(run, replica, layout, rows);
        }
    }

    fn update(&mut self, run: &Run, replica: &Replica, layout: &Layout, rows: usize) {
        let update = Update {
            optimizer: run.step.optimizer,
            numbers: run.step.numbers(replica, rows, self.steps),
            clipping: Clipping::of(run.step.clip, &self.gradients),
        };
        let mut arrays = Arrays {
            weights: &mut self.weights,
            gradient: &self.gradients,
            slots: &mut self.slots,
        };
        for (id, tensor) in run.plan.tensors.iter().enumerate().filter(|(_, t)| t.trainable) {
            update.apply(&mut arrays, layout.of(TensorId(id)), tensor.decay);
        }
    }
}
