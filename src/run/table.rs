//! The data as a backend takes it: uploaded once, centred in f64, kept as f32.

use ndarray::{Array2, Axis};

use super::labels::check_labels;
use crate::data::{Dataset, Targets};
use crate::error::{Error, Result};
use crate::network::{Network, Task};

/// The targets of a [`Table`].
#[derive(Debug, Clone, PartialEq)]
pub enum TableTargets {
    /// The class of each row, 0 to classes - 1.
    Classes(Vec<u32>),
    /// The values of each row minus `center`, shape (rows, outputs).
    Values {
        /// The centred values.
        values: Array2<f32>,
        /// The value that was subtracted, one per output.
        center: Vec<f64>,
    },
}

/// All rows of a data set, every split together.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The inputs minus `center`, shape (rows, inputs). Centred so that f32 keeps the digits that
    /// tell rows apart; a replica's own scale and shift are applied when a batch is gathered.
    pub inputs: Array2<f32>,
    /// The value that was subtracted, one per input.
    pub center: Vec<f64>,
    /// The targets.
    pub targets: TableTargets,
    /// The weight of each row, where rows have weights.
    pub row_weights: Option<Vec<f32>>,
}

impl Table {
    /// The table of a data set, and the label of each class (empty in regression).
    ///
    /// `key` is the parameter that holds the widths; inputs and targets that are not centred stay as they are.
    pub(super) fn new(
        dataset: &Dataset,
        network: &Network,
        key: &str,
        inputs_centred: bool,
        targets_centred: bool,
    ) -> Result<(Self, Vec<i64>)> {
        let (inputs, center) = centre(&dataset.inputs, inputs_centred);
        let (targets, labels) = match network.task() {
            Task::Classification => {
                let (classes, labels) = classes(dataset, network, key)?;
                (TableTargets::Classes(classes), labels)
            }
            task => {
                let values = dataset.targets.clone().into_reals();
                check_outputs(dataset, network, key, values.ncols())?;
                if task == Task::MultiLabel {
                    check_labels(&dataset.targets).map_err(|mut error| {
                        error.message += " (for values: TASK \"regression\")";
                        error.within(format!("the data set {}", dataset.name))
                    })?;
                }
                let (values, center) = centre(&values, targets_centred);
                (TableTargets::Values { values, center }, vec![])
            }
        };
        let row_weights = dataset
            .sample_weight
            .as_ref()
            .map(|weights| weights.iter().map(|&w| w as f32).collect());
        Ok((Table { inputs, center, targets, row_weights }, labels))
    }

    /// The bytes of inputs, targets and weights: 4 per number.
    pub(crate) fn bytes(&self) -> u64 {
        let targets = match &self.targets {
            TableTargets::Classes(classes) => classes.len(),
            TableTargets::Values { values, .. } => values.len(),
        };
        let weights = self.row_weights.as_ref().map_or(0, Vec::len);
        4 * (self.inputs.len() + targets + weights) as u64
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.inputs.nrows()
    }
}

fn centre(values: &Array2<f64>, wanted: bool) -> (Array2<f32>, Vec<f64>) {
    let center = if wanted {
        values.mean_axis(Axis(0)).map_or_else(Vec::new, |mean| mean.to_vec())
    } else {
        vec![0.0; values.ncols()]
    };
    let mut centred = Array2::zeros(values.dim());
    for (to, from) in centred.outer_iter_mut().zip(values.outer_iter()) {
        for ((to, from), center) in to.into_iter().zip(from).zip(&center) {
            *to = (from - center) as f32;
        }
    }
    (centred, center)
}

fn check_outputs(dataset: &Dataset, network: &Network, key: &str, columns: usize) -> Result<()> {
    if network.outputs() == columns {
        return Ok(());
    }
    Err(Error::input(format!(
        "layer {} (dense), the output, has the shape ({}), the targets of {} ({columns}); \
         allowed: as many outputs as the targets have columns (for classes, end with softmax, or \
         one sigmoid)",
        network.layers.len(),
        network.outputs(),
        dataset.name
    ))
    .within(key))
}

/// The class of each row and the label of each class: labels sorted, distinct, from 0 on.
fn classes(dataset: &Dataset, network: &Network, key: &str) -> Result<(Vec<u32>, Vec<i64>)> {
    let labels = labels(dataset)?;
    let mut distinct = labels.clone();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() != network.classes() {
        let shown: Vec<String> = distinct.iter().take(12).map(i64::to_string).collect();
        return Err(Error::input(format!(
            "layer {} (dense), the output, has the shape ({}) and tells {} classes apart, {} has \
             {} (labels {}{}); allowed: one softmax output a class, or one sigmoid output for two \
             classes; for regression end with \"linear\"",
            network.layers.len(),
            network.outputs(),
            network.classes(),
            dataset.name,
            distinct.len(),
            shown.join(", "),
            if distinct.len() > 12 { ", ..." } else { "" }
        ))
        .within(key));
    }
    let classes = labels.iter().map(|label| distinct.binary_search(label).unwrap_or(0) as u32);
    Ok((classes.collect(), distinct))
}

fn labels(dataset: &Dataset) -> Result<Vec<i64>> {
    let columns = dataset.targets.columns();
    if columns != 1 {
        return Err(Error::input(format!(
            "the targets of {} have {columns} columns; classification takes one label a row (for \
             one-hot targets save their argmax(axis=1))",
            dataset.name
        )));
    }
    match &dataset.targets {
        Targets::Integers(y) => Ok(y.iter().copied().collect()),
        Targets::Reals(y) => {
            // Beyond 2^53 neighbouring integers are the same f64.
            let whole = |v: f64| v.fract() == 0.0 && v.abs() <= 9_007_199_254_740_992.0;
            if let Some((row, label)) = y.iter().enumerate().find(|(_, v)| !whole(**v)) {
                return Err(Error::input(format!(
                    "the targets of {} hold the label {label} in row {row} (counted from 0); \
                     classification takes whole numbers (for regression end the network with \
                     \"linear\")",
                    dataset.name
                )));
            }
            Ok(y.iter().map(|&v| v as i64).collect())
        }
    }
}
