//! A division of the rows, and the statistics of its training rows.

use std::sync::Arc;

use super::table::{Table, TableTargets};
use super::table_inputs::TableInputs;
use crate::data::{Scaling, Split, Splits};

/// The training, validation and test rows of a replica, and their statistics. Replicas share folds.
#[derive(Debug, Clone, PartialEq)]
pub struct Fold {
    /// Its rows.
    pub splits: Splits,
    /// The inputs of all rows after a preparation other than scaling, centred as the table is; None for the
    /// table of the run, which all such folds share.
    pub prepared: Option<Arc<TableInputs>>,
    /// From original inputs to those of the network.
    pub inputs: Scaling,
    /// From original targets to the units of the loss; the identity in classification.
    pub targets: Scaling,
    /// The weight of each class in the loss; empty where all are 1.
    pub class_weights: Vec<f64>,
    /// The mean weight of the training rows, `sample_weight` times class weight.
    pub mean_weight: f64,
    /// Σ (y - mean y)² of each split and output, in the units of the loss; empty in classification.
    pub target_variation: [Vec<f64>; 3],
}

impl Fold {
    /// The rows of a split, by their numbers in the table.
    pub fn rows(&self, split: Split) -> &[u32] {
        self.splits.of(split)
    }

    /// The inputs of all rows that are scaled for this fold, (rows, inputs).
    pub fn table<'a>(&'a self, shared: &'a Table) -> &'a TableInputs {
        self.prepared.as_deref().unwrap_or(&shared.inputs)
    }

    /// The weight of a row of the table in the loss.
    pub(super) fn weight(&self, table: &Table, row: u32) -> f64 {
        let own = table.row_weights.as_ref().map_or(1.0, |w| f64::from(w[row as usize]));
        match &table.targets {
            TableTargets::Classes(classes) if !self.class_weights.is_empty() => {
                own * self.class_weights[classes[row as usize] as usize]
            }
            TableTargets::Classes(_) | TableTargets::Values { .. } => own,
        }
    }

    /// [`Fold::mean_weight`] for this table.
    pub(super) fn mean_training_weight(&self, table: &Table) -> f64 {
        let rows = self.rows(Split::Train);
        rows.iter().map(|&row| self.weight(table, row)).sum::<f64>() / rows.len() as f64
    }
}
