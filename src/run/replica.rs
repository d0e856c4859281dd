//! One network of a run.

use serde::{Deserialize, Serialize};

use super::clip::Clip;
use super::optimizer::Optimizer;
use super::rate::Rate;
use super::stopping::Stopping;

/// Who a replica is: its index among the replicas of its run, for as long as the run lasts. Where a
/// backend has its numbers is another matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReplicaId(pub usize);

/// One network of a run, and its own numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Replica {
    /// Who it is.
    pub id: ReplicaId,
    /// The index of its fold among those of the run.
    pub fold: usize,
    /// Initial weights and the order of every epoch.
    pub seed: u64,
    /// The learning rate.
    pub rate: Rate,
    /// L2 on weights.
    pub l2: f64,
    /// The bound on the data gradient.
    pub clip: Option<Clip>,
    /// From gradient to step; all replicas of a run have one kind of optimizer, each its own numbers.
    pub optimizer: Optimizer,
    /// When it stops.
    pub stopping: Stopping,
}
