//! The traits of a device: [`Train`] trains the replicas of a run, [`Infer`] runs a trained network.
//!
//! Both are asynchronous, because a device answers when it is done; the CPU answers at once.

use std::collections::BTreeMap;
use std::ops::Range;
use std::pin::Pin;

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use crate::data::{Scaling, Split};
use crate::error::{Error, Result};
use crate::metrics::{Evaluation, Truth};
use crate::network::Network;
use crate::plan::Plan;
use crate::run::ReplicaId;

/// The future answer of a device.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// Trains the replicas of a [`crate::run::Run`]. Epochs are counted from 1.
///
/// The networks are small and the batches tiny, so a backend gets whole epochs, and fuses as much of them as it
/// can.
///
/// Same seed, same device and driver, same schedule: the same bits, however many calls the epochs are cut into, and
/// however many threads there are.
pub trait Train {
    /// Describes the backend, for the header and the files of a run.
    fn description(&self) -> Description;

    /// One line about how the last epoch ran, for `-v`; empty if there is nothing to say.
    fn details(&self) -> String {
        String::new()
    }

    /// Trains and validates these epochs, and keeps the best weights. Reports each epoch to `told`.
    fn train<'a>(
        &'a mut self,
        epochs: Range<u32>,
        told: &'a mut dyn FnMut(Event),
    ) -> Answer<'a, ()>;

    /// Goes back to where the last [`Train::train`] of several epochs began.
    fn go_back(&mut self) -> Answer<'_, ()>;

    /// Stops training replicas that are not in `live`, which is ascending; their weights stay and can be evaluated.
    fn retain(&mut self, live: &[ReplicaId]) -> Result<()>;

    /// Loss and metric sums of every replica over its rows of a split.
    fn evaluate(&mut self, split: Split, which: Weights) -> Answer<'_, Vec<Evaluation>>;

    /// Every quantity of the first step of `epoch` from the current weights, which do not change.
    fn first_step(&mut self, epoch: u32) -> Answer<'_, Vec<Quantity>>;

    /// All that the next epoch depends on, and the best weights; an error once the device is lost.
    fn state(&mut self) -> Answer<'_, State>;

    /// The last known state after the device is lost: the best weights as last read, also as the current ones.
    fn last_known_state(&mut self) -> State;

    /// Goes back (or on) to a state.
    fn restore<'a>(&'a mut self, state: &'a State) -> Answer<'a, ()>;
}

/// Runs a [`Trained`] network.
pub trait Infer {
    /// The outputs for rows, shape (rows, outputs): probabilities of classes or labels, values in
    /// original units in regression, scaled back in f64: f32 would lose the differences of values far from 0.
    /// `rows` is (rows, inputs), scaled for the network.
    fn predict<'a>(&'a mut self, rows: ArrayView2<'a, f32>) -> Answer<'a, Array2<f64>>;

    /// The same, and the sum of the rows' losses against these targets. Every row weighs 1.
    fn evaluate<'a>(
        &'a mut self,
        rows: ArrayView2<'a, f32>,
        truth: &'a Truth,
    ) -> Answer<'a, Evaluated>;
}

/// A trained network: its plan, its weights, and the scaling of its outputs.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The network.
    pub network: Network,
    /// The network as operations.
    pub plan: Plan,
    /// The values of all tensors, one after the other in the plan's order.
    pub weights: Vec<f32>,
    /// From original targets to the units of the loss; the identity in classification.
    pub targets: Scaling,
}

impl Trained {
    /// The outputs of rows, one after the other, in original units, shape (rows, outputs).
    pub(crate) fn predictions(&self, mut outputs: Vec<f64>) -> Array2<f64> {
        let columns = self.network.outputs();
        for (i, y) in outputs.iter_mut().enumerate() {
            *y = self.targets.original(i % columns, *y);
        }
        let shape = (outputs.len() / columns, columns);
        Array2::from_shape_vec(shape, outputs).unwrap_or_else(|_| Array2::zeros(shape))
    }
}

/// Predictions of rows, and their loss.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// The outputs, shape (rows, outputs).
    pub predictions: Array2<f64>,
    /// The sum of the rows' losses.
    pub loss_sum: f64,
}

/// A backend in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// `cpu` or `gpu`.
    pub backend: String,
    /// The device's name.
    pub device: String,
    /// How it makes a step: `layered` is one operation of the plan after the other.
    pub schedule: String,
    /// The best number of epochs per submit.
    pub epochs_per_submit: u32,
}

/// The current or the best weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// The weights of the last epoch.
    Current,
    /// The weights of the best validation loss; without validation rows, the last.
    Best,
}

/// An event of training.
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

/// An epoch, as the device reports it.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochReport {
    /// The epoch.
    pub epoch: u32,
    /// One report per live replica.
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
    /// The first step, counted from 1, whose loss was not finite, or the last step if it left weights that are not
    /// finite; training stopped there.
    pub first_bad_step: Option<u32>,
    /// Whether these weights are now the best: finite, with a validation loss below all before, or
    /// without validation rows. Only the backend decides this.
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

/// All that training depends on, lossless for f32 and f64.
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
    /// The optimizer's slots: none for SGD, two moments for Adam.
    pub slots: Vec<Vec<f64>>,
}

/// A replica's progress so far.
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
    /// The error of `go_back` before any training.
    pub(crate) fn none_to_go_back_to() -> Error {
        Error::failed("there is no state to go back to")
    }

    /// Refuses a state of another plan, or of another number of optimizer slots or replicas.
    pub fn check(&self, plan: &Plan, slots: usize, replicas: usize) -> Result<()> {
        let tensors_fit = plan.tensors.iter().all(|tensor| {
            let len = tensor.shape.iter().product::<usize>() * replicas;
            self.tensors.get(&tensor.name).is_some_and(|saved| {
                saved.values.len() == len
                    && saved.best.len() == len
                    && saved.slots.len() == slots
                    && saved.slots.iter().all(|slot| slot.len() == len)
            })
        });
        let has_no_more = self.tensors.len() == plan.tensors.len();
        if tensors_fit && has_no_more && self.replicas.len() == replicas {
            return Ok(());
        }
        Err(Error::input("this state belongs to another network, optimizer or number of replicas"))
    }
}
