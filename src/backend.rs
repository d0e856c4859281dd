//! The contract between training and what computes: blocks of epochs, queued.
//!
//! The networks are small and the batches tiny, so an epoch, or several, belongs to the backend,
//! which fuses as much of it as it can. Nothing blocks but [`Backend::poll`] with `wait`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use ndarray::{Array3, ArrayViewD};
use serde::{Deserialize, Serialize};

use crate::data::Split;
use crate::error::{Error, Result};
use crate::metrics::Evaluation;
use crate::plan::{Plan, Tensor};
use crate::run::ReplicaId;

/// Trains the replicas of a [`crate::run::Run`]. Epochs are counted from 1.
///
/// Same seed, same device and driver, same schedule: the same bits, however epochs are cut into
/// blocks and however many threads there are.
pub trait Backend {
    /// What computes, for the header and the files of a run.
    fn description(&self) -> Description;

    /// How the last epoch was gone about, for those who ask with `-v`; empty if there is nothing to say.
    fn details(&self) -> String {
        String::new()
    }

    /// Queues a block of epochs: each trains, validates and keeps the best weights, on the device.
    fn submit(&mut self, epochs: Range<u32>) -> Result<()>;

    /// The next event of the queued blocks, or None if there is none (yet, unless `wait`). Without
    /// `wait` it does no more than a fraction of a second's work.
    fn poll(&mut self, wait: bool) -> Result<Option<Event>>;

    /// Replicas not in `live`, which is ascending, leave: their weights stay as they are and can still be evaluated.
    fn retain(&mut self, live: &[ReplicaId]) -> Result<()>;

    /// Loss and metric sums of every replica over its rows of a split.
    fn evaluate(&mut self, split: Split, which: Weights) -> Result<Vec<Evaluation>>;

    /// The outputs for rows in original units, shape (replica, row, output): probabilities of classes or
    /// labels, values in original units in regression, scaled back in f64: f32 would lose what
    /// tells values far from 0 apart. `rows` is (rows, ...row shape).
    fn predict(&mut self, rows: ArrayViewD<f32>, which: Weights) -> Result<Array3<f64>>;

    /// Every quantity of the first step of `epoch`, from the weights as they are, which stay so.
    fn trace(&mut self, epoch: u32) -> Result<Vec<Quantity>>;

    /// Everything that the next epoch depends on, and the best weights; an error once the device is
    /// lost.
    fn state(&mut self) -> Result<State>;

    /// What is known of the state after the device was lost: the best weights as they were last read, in
    /// place of the current ones too.
    fn known_state(&mut self) -> Result<State> {
        self.state()
    }

    /// Goes back (or on) to a state; queued blocks are dropped.
    fn restore(&mut self, state: &State) -> Result<()>;

    /// Marks the state, to go back to it; the latest mark alone counts.
    fn mark(&mut self) -> Result<Mark> {
        self.state().map(Mark::State)
    }

    /// Goes back to the latest mark; queued blocks are dropped.
    fn go_back(&mut self, mark: &Mark) -> Result<()> {
        match mark {
            Mark::State(state) => self.restore(state),
            Mark::OnDevice => Err(Error::failed("this state is on another device")),
        }
    }

    /// The seconds that a step takes, from about `budget` of work on the first epochs; the state is the
    /// same afterwards.
    fn measure(&mut self, budget: Duration) -> Result<f64>;
}

/// A state to go back to.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// The state itself.
    State(State),
    /// The backend has it.
    OnDevice,
}

/// What computes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// `cpu` or `gpu`.
    pub backend: String,
    /// The device's name.
    pub device: String,
    /// How it goes about a step: `layered` is one operation of the plan after the other.
    pub schedule: String,
    /// How many epochs a submit had best hold.
    pub epochs_per_submit: u32,
}

/// Which weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// Those of the last epoch.
    Current,
    /// Those of the best validation loss; without validation rows, the last.
    Best,
}

/// What a backend reports.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// An epoch is under way.
    Progress {
        /// The epoch.
        epoch: u32,
        /// Its steps done.
        step: u32,
        /// All its steps.
        steps: u32,
    },
    /// An epoch is over.
    Epoch(EpochReport),
}

/// An epoch, as the backend saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochReport {
    /// The epoch.
    pub epoch: u32,
    /// A report a live replica.
    pub replicas: Vec<ReplicaReport>,
    /// Seconds spent on steps.
    pub train_seconds: f64,
    /// Seconds spent on validation.
    pub evaluate_seconds: f64,
}

/// One replica's epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaReport {
    /// Which replica.
    pub replica: ReplicaId,
    /// The running sums of the epoch over the training rows, each taken before its step.
    pub train: Evaluation,
    /// The validation rows after the epoch; None if there are none.
    pub validation: Option<Evaluation>,
    /// The first step, counted from 1, whose loss was not finite, or the last if it left weights that
    /// are not; training stopped there.
    pub first_bad_step: Option<u32>,
    /// Whether these weights are now the best: finite, with a validation loss below all before, or
    /// without validation rows. The one place where that is decided.
    pub kept: bool,
}

/// A named array of the first step.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// `x`, `z1`, `a1`, `delta1`, `gradient of layers.0.weight`, ...
    pub name: String,
    /// Its shape; quantities of a batch have the rows first.
    pub shape: Vec<usize>,
    /// Its values, row-major.
    pub values: Vec<f64>,
}

/// Everything that training depends on, lossless for f32 and f64.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// The tensors by name.
    pub tensors: BTreeMap<String, TensorState>,
    /// The replicas, in order.
    pub replicas: Vec<ReplicaState>,
}

/// A tensor in every replica: each list is (replica, ...shape), row-major.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TensorState {
    /// Its shape in one replica.
    pub shape: Vec<usize>,
    /// The current values.
    pub values: Vec<f64>,
    /// The values of the best validation loss.
    pub best: Vec<f64>,
    /// What the optimizer keeps: none for SGD, two moments for Adam.
    pub slots: Vec<Vec<f64>>,
}

/// What a replica has behind it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReplicaState {
    /// Steps done, which Adam's bias correction counts.
    pub steps: u64,
    /// The best validation loss; infinite before the first.
    #[serde(with = "crate::number")]
    pub best_loss: f64,
    /// Whether it still trains.
    pub live: bool,
}

impl State {
    /// Refuses a state that is not one of this plan, with that many optimizer slots and replicas.
    pub fn check(&self, plan: &Plan, slots: usize, replicas: usize) -> Result<()> {
        let fits = |tensor: &Tensor| {
            let len = tensor.shape.iter().product::<usize>() * replicas;
            self.tensors.get(&tensor.name).is_some_and(|saved| {
                saved.values.len() == len
                    && saved.best.len() == len
                    && saved.slots.len() == slots
                    && saved.slots.iter().all(|slot| slot.len() == len)
            })
        };
        let all = plan.tensors.iter().all(fits) && self.tensors.len() == plan.tensors.len();
        if all && self.replicas.len() == replicas {
            return Ok(());
        }
        Err(Error::input("this state belongs to another network, optimizer or number of replicas"))
    }
}
