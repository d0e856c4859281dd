//! One run, ready to be trained: the network's plan, the data, the rules and the replicas.

use std::sync::Arc;

use super::augment::{Augmentation, Moves};
use super::batch_gradient::BatchGradient;
use super::clip::Clip;
use super::fold::Fold;
use super::optimizer::Optimizer;
use super::replica::Replica;
use super::step_rule::StepRule;
use super::table::{Table, TableTargets};
use super::table_inputs::TableInputs;
use crate::data::{Forecast, Prepared, Scaling, Split};
use crate::network::{InputLayout, Network};
use crate::plan::Plan;

/// Everything a backend needs to train.
#[derive(Debug, Clone)]
pub struct Run {
    /// The data set's name.
    pub name: String,
    /// The network.
    pub network: Network,
    /// The shape of a row of the data.
    pub row_shape: Vec<usize>,
    /// The place of the channels in a row of the data.
    pub input_layout: InputLayout,
    /// The network as operations.
    pub plan: Plan,
    /// The data.
    pub table: Table,
    /// The label of each class, ascending; empty in regression.
    pub labels: Vec<i64>,
    /// The names of the inputs, where the data set gives them.
    pub feature_names: Option<Vec<String>>,
    /// The names of the classes or outputs, where the data set gives them.
    pub target_names: Option<Vec<String>>,
    /// What makes the inputs of the columns of a table; None where the data are inputs.
    pub prepared: Option<Arc<Prepared>>,
    /// How training rows are moved and flipped; None where they stay.
    pub augmentation: Option<Augmentation>,
    /// The forecast that it learns; None where rows are examples.
    pub forecast: Option<Forecast>,
    /// The rule of a step.
    pub step: StepRule,
    /// The divisions of the rows; a plain run has one.
    pub folds: Vec<Fold>,
    /// The networks; a plain run has one.
    pub replicas: Vec<Replica>,
}

impl Run {
    /// Whether a step divides by weights: a mean over rows that have weights.
    pub(crate) fn divides_by_weights(&self) -> bool {
        let of_classes = self.folds.iter().any(|fold| !fold.class_weights.is_empty());
        let has_weights = of_classes || self.table.row_weights.is_some();
        has_weights && self.step.batch_gradient == BatchGradient::Mean
    }

    /// The random moves of a replica's training rows in an epoch.
    pub fn moves(&self, replica: &Replica, epoch: u32) -> Option<Moves> {
        self.augmentation.map(|augmentation| augmentation.moves(replica.seed, epoch))
    }

    /// The samples of the shortest and of the longest row, if rows have lengths.
    pub fn lengths(&self) -> Option<(usize, usize)> {
        let TableInputs::Reals(values) = &self.table.inputs else { return None };
        self.network.samples_with_lengths()?;
        let lengths = values.column(values.ncols() - 1);
        let lengths = lengths.iter().map(|&own| own as usize);
        Some((lengths.clone().min()?, lengths.max()?))
    }

    /// The fold of a replica.
    pub fn fold(&self, replica: &Replica) -> &Fold {
        &self.folds[replica.fold]
    }

    /// The kind of all replicas' optimizers, with the numbers of the first; SGD where there are none.
    pub fn optimizer(&self) -> Optimizer {
        self.replicas.first().map_or(Optimizer::Sgd, |replica| replica.optimizer)
    }

    /// Whether the norm of any replica's gradient has a bound.
    pub fn bounds_norm(&self) -> bool {
        self.replicas.iter().any(|replica| matches!(replica.clip, Some(Clip::Norm(_))))
    }

    /// The most epochs of any replica.
    pub fn max_epochs(&self) -> u32 {
        self.replicas.iter().map(|replica| replica.stopping.max_epochs).max().unwrap_or(0)
    }

    /// The rows of a fold's largest batch.
    pub fn largest_batch(&self, fold: &Fold) -> usize {
        self.step.batch_size.min(fold.rows(Split::Train).len())
    }

    /// The shift and scale of a fold's inputs, for the table's centred values.
    pub fn input_scaling(&self, fold: &Fold) -> Scaling {
        fold.inputs.centred(&self.table.center)
    }

    /// The shift and scale of a fold's targets, for the table's centred values; empty in
    /// classification.
    pub fn target_scaling(&self, fold: &Fold) -> Scaling {
        match &self.table.targets {
            TableTargets::Classes(_) => Scaling::identity(0),
            TableTargets::Values { center, .. } => fold.targets.centred(center),
        }
    }

    /// The steps of an epoch: those of the fold with the most training rows.
    pub fn steps(&self) -> u32 {
        self.folds.iter().map(|fold| self.steps_of(fold)).max().unwrap_or(0)
    }

    /// The steps of an epoch of a fold.
    pub fn steps_of(&self, fold: &Fold) -> u32 {
        fold.rows(Split::Train).len().div_ceil(self.step.batch_size) as u32
    }
}
