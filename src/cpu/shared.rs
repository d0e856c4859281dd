//! What all replicas of a run share on the CPU.

use std::sync::Arc;

use super::evaluate::{evaluate, evaluate_fused};
use super::executor::Executor;
use super::fused::Chain;
use super::gather::FoldScaling;
use super::ops::product::Product;
use super::schedule::Schedule;
use crate::error::Result;
use crate::metrics::Evaluation;
use crate::plan::Layout;
use crate::run::{Replica, Run};

/// The run, and what all its replicas share.
pub(super) struct Shared<T> {
    pub run: Arc<Run>,
    pub layout: Layout,
    /// The scaling of each fold.
    scalings: Vec<FoldScaling<T>>,
    /// How steps are made.
    pub schedule: Schedule,
    /// The network under the schedule `fused`; None under others.
    pub chain: Option<Fusion>,
}

/// A chain of dense layers, and the scaling of each fold as it takes it.
pub(super) struct Fusion {
    pub chain: Arc<Chain>,
    scalings: Vec<FoldScaling<f32>>,
}

impl<T: Product> Shared<T> {
    pub fn new(run: Arc<Run>) -> Self {
        let scalings = scalings(&run);
        let schedule = Schedule::Layered;
        Shared { layout: Layout::new(&run.plan), scalings, schedule, chain: None, run }
    }

    /// Switches to a schedule; unfit where the run can't use it, and then nothing changes.
    pub fn switch(&mut self, schedule: Schedule) -> Result<()> {
        self.chain = match schedule {
            Schedule::Fused => {
                let chain = Arc::new(Chain::of(&self.run)?);
                Some(Fusion { chain, scalings: scalings(&self.run) })
            }
            Schedule::Blocked | Schedule::Layered => None,
        };
        self.schedule = schedule;
        Ok(())
    }

    /// What executes the plan's operations.
    pub fn executor(&self) -> Executor<'_> {
        Executor { plan: &self.run.plan, layout: &self.layout, schedule: self.schedule }
    }

    /// The scaling of a replica's fold.
    pub fn scaling(&self, replica: &Replica) -> &FoldScaling<T> {
        &self.scalings[replica.fold]
    }

    /// The sums over rows of a replica on these weights, as the schedule makes them.
    pub fn evaluate(&self, replica: &Replica, weights: &[T], rows: &[u32]) -> Evaluation {
        let Shared { run, layout, chain, .. } = self;
        match chain {
            Some(fusion) => {
                let network = (&fusion.chain, fusion.scaling(replica));
                evaluate_fused(run, network, (layout, weights), rows)
            }
            None => evaluate(run, self.executor(), self.scaling(replica), weights, rows),
        }
    }
}

impl Fusion {
    /// The scaling of a replica's fold.
    pub fn scaling(&self, replica: &Replica) -> &FoldScaling<f32> {
        &self.scalings[replica.fold]
    }
}

fn scalings<T: Product>(run: &Run) -> Vec<FoldScaling<T>> {
    run.folds.iter().map(|fold| FoldScaling::new(run, fold)).collect()
}
