//! One run, ready to be trained: the network's plan, the data, the rules and the replicas.

use std::ops::Range;

use ndarray::{Array2, ArrayViewD};

use super::optimizer::Optimizer;
use super::parameters::{BatchGradient, Clip};
use super::rate::Rate;
use super::table::{Table, TableTargets};
use crate::data::{Scaling, Split, Splits};
use crate::error::{Error, Result};
use crate::network::{Network, Plan};

/// How every step of every replica is done.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRule {
    /// Rows of a batch; the last batch of an epoch may have fewer.
    pub batch_size: usize,
    /// Mean or sum.
    pub batch_gradient: BatchGradient,
    /// The bound on the data gradient.
    pub clip: Option<Clip>,
    /// From gradient to step.
    pub optimizer: Optimizer,
}

/// When a run stops.
#[derive(Debug, Clone, PartialEq)]
pub struct Stopping {
    /// Criterion 4.
    pub max_epochs: u32,
    /// Criterion 1; 0 is off.
    pub loss_tolerance: f64,
    /// Criterion 2: epochs without a better validation accuracy (R² in regression).
    pub score_patience: Option<u32>,
    /// Criterion 3: epochs without a lower validation loss.
    pub loss_patience: Option<u32>,
    /// Epochs in which no criterion stops the run and no patience counts.
    pub warmup_epochs: u32,
}

/// One network of a run: its seed, its rates, its rows and their statistics.
#[derive(Debug, Clone, PartialEq)]
pub struct Replica {
    /// Initial weights and the order of every epoch.
    pub seed: u64,
    /// The learning rate.
    pub rate: Rate,
    /// L2 on weights.
    pub l2: f64,
    /// Its rows.
    pub splits: Splits,
    /// From original inputs to what the network sees.
    pub inputs: Scaling,
    /// From original targets to the units of the loss; the identity in classification.
    pub targets: Scaling,
    /// The weight of each class in the loss; empty where all are 1.
    pub class_weights: Vec<f64>,
    /// The mean over its training rows of their weights, `sample_weight` times class weight.
    pub mean_weight: f64,
    /// Σ (y - mean y)² of each split and output, in the units of the loss; empty in classification.
    pub target_variation: [Vec<f64>; 3],
}

/// Everything a backend needs to train.
#[derive(Debug, Clone)]
pub struct Run {
    /// The data set's name.
    pub name: String,
    /// The network.
    pub network: Network,
    /// What it lowers to.
    pub plan: Plan,
    /// The data.
    pub table: Table,
    /// The label of each class, ascending; empty in regression.
    pub labels: Vec<i64>,
    /// The names of the inputs, where the data set gives them.
    pub feature_names: Option<Vec<String>>,
    /// The names of the classes or outputs, where the data set gives them.
    pub target_names: Option<Vec<String>>,
    /// How a step is done.
    pub step: StepRule,
    /// When to stop.
    pub stopping: Stopping,
    /// The networks; a plain run has one.
    pub replicas: Vec<Replica>,
}

impl Replica {
    /// The weight of a row of the table in the loss.
    pub(super) fn weight(&self, table: &Table, row: u32) -> f64 {
        let own = table.row_weights.as_ref().map_or(1.0, |w| f64::from(w[row as usize]));
        match &table.targets {
            TableTargets::Classes(classes) if !self.class_weights.is_empty() => {
                own * self.class_weights[classes[row as usize] as usize]
            }
            _ => own,
        }
    }

    /// What [`Replica::mean_weight`] is for this table.
    pub(super) fn mean_training_weight(&self, table: &Table) -> f64 {
        let rows = self.splits.of(Split::Train);
        rows.iter().map(|&row| self.weight(table, row)).sum::<f64>() / rows.len() as f64
    }

    /// An output of the network in original units; in classification there is no scaling to undo.
    pub fn original(&self, output: usize, y: f64) -> f64 {
        match (self.targets.scale.get(output), self.targets.shift.get(output)) {
            (Some(scale), Some(shift)) => y / scale + shift,
            _ => y,
        }
    }
}

impl StepRule {
    /// The places in the epoch of the rows of a step, counted from 0, among `rows` training rows;
    /// empty at the end of a replica with fewer rows than others.
    pub fn places(&self, step: u32, rows: usize) -> Range<usize> {
        let first = (step as usize * self.batch_size).min(rows);
        first..(first + self.batch_size).min(rows)
    }

    /// Whether the norm of the gradient has a bound.
    pub fn bounds_norm(&self) -> bool {
        matches!(self.clip, Some(Clip::Norm(_)))
    }

    /// What Σ weight · gradient over the `rows` rows of a step is multiplied with: 1 / (rows · mean weight of
    /// the training rows) for a mean. Not the batch's own weights: they would vanish in a batch of one row.
    pub fn gradient_scale(&self, replica: &Replica, rows: usize) -> f64 {
        match self.batch_gradient {
            BatchGradient::Mean => 1.0 / (rows as f64 * replica.mean_weight),
            BatchGradient::Sum => 1.0,
        }
    }
}

impl Run {
    /// Whether a step divides by weights, because it takes the mean over rows that have some.
    pub(crate) fn divides_by_weights(&self) -> bool {
        let of_classes = self.replicas.iter().any(|replica| !replica.class_weights.is_empty());
        let has_weights = of_classes || self.table.row_weights.is_some();
        has_weights && self.step.batch_gradient == BatchGradient::Mean
    }

    /// The rows of a replica's largest batch.
    pub fn largest_batch(&self, replica: &Replica) -> usize {
        self.step.batch_size.min(replica.splits.of(Split::Train).len())
    }

    /// Rows in original units, centred as the table is, shape (rows, inputs). `rows` is
    /// (rows, ...row shape); any other shape is refused.
    pub fn centred_rows(&self, rows: ArrayViewD<f32>) -> Result<Array2<f32>> {
        let inputs = self.network.inputs();
        let count = rows.shape().first().copied().unwrap_or(0);
        let flat = rows.to_shape((count, inputs)).map_err(|_| {
            Error::input(format!(
                "rows of shape {:?}; the network takes (rows, {inputs})",
                rows.shape()
            ))
        })?;
        // Row-major whatever the caller's order, because rows are taken as slices.
        let mut centred = flat.as_standard_layout().into_owned();
        for mut row in centred.outer_iter_mut() {
            for (x, center) in row.iter_mut().zip(&self.table.center) {
                *x = (f64::from(*x) - center) as f32;
            }
        }
        Ok(centred)
    }

    /// The shift and scale of a replica's inputs, for the table's centred values.
    pub fn input_frame(&self, replica: &Replica) -> Scaling {
        replica.inputs.centred(&self.table.center)
    }

    /// The shift and scale of a replica's targets, for the table's centred values; empty in
    /// classification.
    pub fn target_frame(&self, replica: &Replica) -> Scaling {
        match &self.table.targets {
            TableTargets::Classes(_) => Scaling::identity(0),
            TableTargets::Values { center, .. } => replica.targets.centred(center),
        }
    }

    /// The steps of an epoch: those of the replica with the most training rows.
    pub fn steps(&self) -> u32 {
        let rows = |replica: &Replica| replica.splits.of(Split::Train).len();
        let most = self.replicas.iter().map(rows).max().unwrap_or(0);
        most.div_ceil(self.step.batch_size) as u32
    }
}
