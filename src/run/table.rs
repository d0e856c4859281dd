//! The data as a backend takes it: uploaded once, centred in f64, kept as f32.

use std::collections::BTreeSet;

use ndarray::Array2;

use super::labels::check_labels;
use super::table_inputs::{TableInputs, centre};
use super::table_lengths::with_lengths;
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
    /// The inputs; a fold's own scale and shift are applied when a batch is gathered.
    pub inputs: TableInputs,
    /// The value that was subtracted, one per input; 0 from bytes.
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
        let are_features = network.input.len() == 1;
        let inputs = TableInputs::new(&dataset.inputs, inputs_centred, are_features);
        let (inputs, center) = with_lengths(inputs, dataset);
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

    /// The bytes of inputs, targets and weights: 4 per number, 1 per byte.
    pub(crate) fn bytes(&self) -> u64 {
        let targets = match &self.targets {
            TableTargets::Classes(classes) => classes.len(),
            TableTargets::Values { values, .. } => values.len(),
        };
        let weights = self.row_weights.as_ref().map_or(0, Vec::len);
        self.inputs.bytes() + 4 * (targets + weights) as u64
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.inputs.nrows()
    }
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
    let (classes, distinct) = numbered(&labels);
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
    Ok((classes, distinct))
}

/// The number of each label among the different ones, and those, ascending.
pub(super) fn numbered(labels: &[i64]) -> (Vec<u32>, Vec<i64>) {
    let mut distinct = BTreeSet::new();
    // One by one: the many rows are not sorted for the few classes.
    labels.iter().for_each(|&label| _ = distinct.insert(label));
    let distinct: Vec<i64> = distinct.into_iter().collect();
    let number = |label| distinct.binary_search(label).unwrap_or(0) as u32;
    (labels.iter().map(number).collect(), distinct)
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
