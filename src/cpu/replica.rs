//! The numbers of one replica.

use super::ops::product::Product;
use crate::metrics::Evaluation;
use crate::plan::{Layout, initial_values};
use crate::run::{Replica, Run};

/// A replica while it trains: its numbers from one epoch to the next.
#[derive(Debug, Clone)]
pub(super) struct Trainee<T> {
    pub weights: Vec<T>,
    pub best: Vec<T>,
    /// The optimizer's slots, each as long as the weights.
    pub slots: Vec<Vec<T>>,
    /// Steps done.
    pub steps: u64,
    pub best_loss: f64,
    pub live: bool,
    /// The sums of the epoch under way.
    pub sums: Evaluation,
    /// The step of the epoch, counted from 1, at which the loss stopped being finite.
    pub first_bad_step: Option<u32>,
}

impl<T: Product> Trainee<T> {
    pub fn new(run: &Run, replica: &Replica, layout: &Layout) -> Self {
        let initial = initial_values(&run.plan.tensors, replica.seed);
        let weights: Vec<T> = initial.map(T::from_f64).collect();
        Trainee {
            best: weights.clone(),
            weights,
            slots: vec![vec![T::ZERO; layout.total()]; replica.optimizer.slots()],
            steps: 0,
            best_loss: f64::INFINITY,
            live: true,
            sums: Evaluation::default(),
            first_bad_step: None,
        }
    }
}
