//! The targets and weights of a batch: classes are copied, values scaled, (y - shift) · scale;
//! weight = sample weight · class weight. Twin of `shaders/batch.wgsl`.

use super::gather::{FoldScaling, scale_rows};
use super::metric_sums::{add_confusion, add_errors, add_labels, add_losses};
use crate::data::Scaling;
use crate::expr::Scratch;
use crate::math::Real;
use crate::metrics::{Evaluation, Truth};
use crate::plan::Loss;
use crate::run::{Table, TableTargets};

/// Room for the errors of a batch and their losses, reused from batch to batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Errors<T> {
    pub errors: Vec<T>,
    pub values: Vec<T>,
    pub scratch: Scratch<T>,
}

/// The targets and weights of the rows of a batch, and the losses the network makes on them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch<T> {
    /// Each row's class; empty where there are none.
    pub classes: Vec<u32>,
    /// Each row's labels, or its scaled targets; empty in classification.
    pub values: Vec<T>,
    /// Each row's weight.
    pub weights: Vec<T>,
    /// Each row's loss.
    pub losses: Vec<T>,
    /// Room for the errors of a regression.
    pub errors: Errors<T>,
}

impl<T: Real> Batch<T> {
    /// Takes the targets and weights of these rows of the table.
    pub fn gather(&mut self, scaling: &FoldScaling<T>, table: &Table, rows: &[u32]) {
        let rows = rows.iter().map(|&row| row as usize);
        self.classes.clear();
        self.values.clear();
        self.weights.clear();
        match &table.targets {
            TableTargets::Classes(classes) => {
                self.classes.extend(rows.clone().map(|row| classes[row]));
            }
            TableTargets::Values { values, .. } => {
                self.values.resize(rows.len() * values.ncols(), T::ZERO);
                let rows = rows.clone().map(|row| values.row(row).to_slice().unwrap_or_default());
                scale_rows(rows, &scaling.target_shift, &scaling.target_scale, &mut self.values);
            }
        }
        match &table.row_weights {
            None => self.weights.resize(rows.len(), T::ONE),
            Some(weights) => {
                self.weights.extend(rows.map(|row| T::from_f64(f64::from(weights[row]))));
            }
        }
        if !scaling.class_weights.is_empty() {
            for (weight, &class) in self.weights.iter_mut().zip(&self.classes) {
                *weight *= scaling.class_weights[class as usize];
            }
        }
    }

    /// Takes these targets, of rows that weigh 1 each.
    pub fn set(&mut self, truth: &Truth, targets: &Scaling) {
        self.classes.clear();
        self.values.clear();
        self.weights.clear();
        let rows = match truth {
            Truth::Classes(classes) => {
                self.classes.extend(classes);
                classes.len()
            }
            Truth::Labels(values) | Truth::Values(values) => {
                for ((_, output), y) in values.indexed_iter() {
                    let [y, shift, scale] =
                        [f64::from(*y as f32), targets.shift[output], targets.scale[output]]
                            .map(T::from_f64);
                    self.values.push((y - shift) * scale);
                }
                values.nrows()
            }
        };
        self.weights.resize(rows, T::ONE);
    }

    /// Adds losses and metrics of the rows.
    pub fn add_sums(&self, kind: &Loss, logits: &[T], sums: &mut Evaluation) {
        add_losses(&self.losses, &self.weights, sums);
        let outputs = logits.len() / self.weights.len();
        match kind {
            Loss::SoftmaxCrossEntropy | Loss::BinaryCrossEntropy => {
                add_confusion(logits, &self.classes, sums);
            }
            Loss::MultiLabelCrossEntropy => add_labels(logits, &self.values, outputs, sums),
            Loss::OfValues(_) => add_errors(logits, &self.values, outputs, sums),
        }
    }
}
