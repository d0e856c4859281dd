//! One network of a run.

use serde::{Deserialize, Serialize};

use super::clip::Clip;
use super::optimizer::Optimizer;
use super::rate::Rate;
use super::stopping::Stopping;

/// The id of a replica: its index among the replicas of its run. Where a backend keeps the replica's numbers
/// does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReplicaId(pub usize);

/// One network of a run, and its own numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Replica {
    /// Its id.
    pub id: ReplicaId,
    /// The index of its fold among those of the run.
    pub fold: usize,
    /// The seed of initial weights and of the order of every epoch.
    pub seed: u64,
    /// The learning rate.
    pub rate: Rate,
    /// L2 on weights.
    pub l2: f64,
    /// The bound on the data gradient.
    pub clip: Option<Clip>,
    /// From gradient to step; the replicas of a run have one kind of optimizer, each with its own numbers.
    pub optimizer: Optimizer,
    /// When it stops.
    pub stopping: Stopping,
}
