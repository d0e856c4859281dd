//! A model on a backend.

use std::sync::Arc;

use ndarray::{Array2, ArrayView2, Axis};

use crate::backend::{Backend, ReplicaState, State, TensorState, Weights};
use crate::data::{Labelled, Scaling, Split, Splits, Targets, Wanted};
use crate::error::{Error, Result};
use crate::metrics::Truth;
use crate::model::Model;
use crate::network::{Initialization, Task, lower};
use crate::plan::Loss;
use crate::run::{
    BatchGradient, Fold, Optimizer, Rate, Replica, ReplicaId, Run, StepRule, Stopping, Table,
    TableTargets, check_labels,
};

/// Numbers that the inputs, or the outputs, of a block hold.
const BLOCK_NUMBERS: usize = 1 << 20;
/// The most rows of a block.
const MOST_ROWS: usize = 4096;

/// What the model takes of a file.
pub fn wanted(model: &Model) -> Wanted {
    let classes = model.labels.iter().enumerate();
    let named = |(class, &label)| model.class_name(class).map(|name| (name.to_owned(), label));
    Wanted {
        row_shape: model.network.input.clone(),
        feature_names: model.feature_names.clone(),
        targets: if model.labels.is_empty() { model.network.outputs() } else { 1 },
        target_names: model.output_names().map(<[String]>::to_vec),
        class_names: classes.filter_map(named).collect(),
        labels: model.labels.clone(),
        header: None,
    }
}

/// Predicts rows in original units.
///
/// Inputs are scaled here, in f64: what distinguishes one row from another is not lost, however far
/// from 0 the values are.
pub struct Predictor {
    backend: Box<dyn Backend>,
    inputs: Scaling,
    /// What the outputs are: with one sigmoid, the probability of the second of two classes.
    loss: Loss,
    block_rows: usize,
}

impl Predictor {
    /// The model on the backend that `open` makes.
    pub fn new(
        model: &Model,
        open: impl FnOnce(Arc<Run>) -> Result<Box<dyn Backend>>,
    ) -> Result<Self> {
        // A backend makes room for as many rows as its table has.
        let rows = block_rows(model);
        let outputs = model.network.outputs();
        let targets = match model.network.task() {
            Task::Classification => TableTargets::Classes(vec![0; rows]),
            Task::MultiLabel | Task::Regression => TableTargets::Values {
                values: Array2::zeros((rows, outputs)),
                center: model.targets.shift.clone(),
            },
        };
        let inputs = Array2::zeros((rows, model.network.inputs()));
        // Without labels no pairs of classes are counted, and no room is made for them.
        let run = Run { labels: vec![], ..run(model, inputs, targets) };
        Self::on(model, run, open)
    }

    /// The same with a table of rows and their targets, and the mean loss there. It predicts values less
    /// the model's shifts, as the truth is.
    pub(super) fn with_targets(
        model: &Model,
        data: &Labelled,
        truth: &Truth,
        open: impl FnOnce(Arc<Run>) -> Result<Box<dyn Backend>>,
    ) -> Result<(Self, f64)> {
        let targets = match truth {
            Truth::Classes(classes) => TableTargets::Classes(classes.clone()),
            Truth::Labels(values) | Truth::Values(values) => TableTargets::Values {
                values: values.mapv(|value| value as f32),
                center: vec![0.0; values.ncols()],
            },
        };
        let inputs = scaled(&model.inputs, data.inputs.view(), 0)?;
        let mut run = run(model, inputs, targets);
        run.folds.iter_mut().for_each(|fold| fold.targets.shift.fill(0.0));
        let mut predictor = Self::on(model, run, open)?;
        let sums = predictor.backend.evaluate(Split::Train, Weights::Best)?;
        let loss = sums.first().map_or(f64::NAN, |sums| sums.loss());
        Ok((predictor, loss))
    }

    fn on(
        model: &Model,
        run: Run,
        open: impl FnOnce(Arc<Run>) -> Result<Box<dyn Backend>>,
    ) -> Result<Self> {
        let mut backend = open(Arc::new(run))?;
        backend.restore(&state(model))?;
        Ok(Predictor {
            backend,
            inputs: model.inputs.clone(),
            loss: model.network.loss(),
            block_rows: block_rows(model),
        })
    }

    /// The rows that a call had best bring.
    pub fn block_rows(&self) -> usize {
        self.block_rows
    }

    /// For rows in original units, shape (rows, inputs): the probabilities of the classes, shape
    /// (rows, classes), or of the labels, shape (rows, labels), or the values, shape (rows, outputs). Probabilities are f32s. `first` is the
    /// number of the first row, for messages.
    pub fn predict(&mut self, rows: &Array2<f64>, first: u64) -> Result<Array2<f64>> {
        let rows = scaled(&self.inputs, rows.view(), first)?;
        let predictions = self.backend.predict(rows.view().into_dyn(), Weights::Best)?;
        let predictions = predictions.index_axis_move(Axis(0), 0);
        Ok(match self.loss {
            Loss::OfValues(_) => predictions,
            Loss::SoftmaxCrossEntropy | Loss::MultiLabelCrossEntropy => {
                predictions.mapv(|p| f64::from(p as f32))
            }
            Loss::BinaryCrossEntropy => {
                let of_second = |row: usize| predictions[[row, 0]] as f32;
                let both = |(row, class): (usize, usize)| match class {
                    0 => f64::from(1.0 - of_second(row)),
                    _ => f64::from(of_second(row)),
                };
                Array2::from_shape_fn((predictions.nrows(), 2), both)
            }
        })
    }
}

fn block_rows(model: &Model) -> usize {
    let widest = model.network.inputs().max(model.network.outputs()).max(1);
    (BLOCK_NUMBERS / widest).clamp(1, MOST_ROWS)
}

/// (value - shift) · scale in f64, as f32.
fn scaled(scaling: &Scaling, rows: ArrayView2<f64>, first: u64) -> Result<Array2<f32>> {
    let scale = |((_, c), value): ((usize, usize), &f64)| {
        ((value - scaling.shift[c]) * scaling.scale[c]) as f32
    };
    let values: Vec<f32> = rows.indexed_iter().map(scale).collect();
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        let (row, column) = (at / rows.ncols(), at % rows.ncols());
        return Err(Error::input(format!(
            "row {}, column {column} (counted from 0) is {:e}, which f32 can't hold once it is scaled as \
             the model's data were",
            first + row as u64,
            rows[[row, column]]
        )));
    }
    Array2::from_shape_vec(rows.dim(), values)
        .map_err(|error| Error::failed(format!("rows of a wrong shape: {error}")))
}

/// The targets as the model's classes or outputs; others are refused.
pub(super) fn truth(model: &Model, data: &Labelled) -> Result<Truth> {
    let columns = data.targets.columns();
    let expected = wanted(model).targets;
    if columns != expected {
        return Err(Error::input(format!(
            "the targets have {columns} columns; the model predicts {expected}"
        )));
    }
    if model.labels.is_empty() {
        let mut values = data.targets.clone().into_reals();
        if model.network.task() == Task::MultiLabel {
            check_labels(&data.targets)?;
            return Ok(Truth::Labels(values));
        }
        for (mut column, shift) in values.columns_mut().into_iter().zip(&model.targets.shift) {
            column -= *shift;
        }
        return Ok(Truth::Values(values));
    }
    let class = |label: Option<i64>, shown: String, row: usize| {
        let class = label.and_then(|label| model.labels.binary_search(&label).ok());
        class.map(|class| class as u32).ok_or_else(|| {
            let labels: Vec<String> = model.labels.iter().take(12).map(i64::to_string).collect();
            let more = if model.labels.len() > 12 { ", ..." } else { "" };
            Error::input(format!(
                "row {row} (counted from 0) has the label {shown}, which the model does not know; \
                 allowed: {}{more}",
                labels.join(", ")
            ))
        })
    };
    let classes: Result<Vec<u32>> = match &data.targets {
        Targets::Integers(y) => {
            y.iter().enumerate().map(|(row, &y)| class(Some(y), y.to_string(), row)).collect()
        }
        Targets::Reals(y) => {
            let whole = |y: f64| (y.fract() == 0.0 && y.abs() < 9e15).then_some(y as i64);
            y.iter().enumerate().map(|(row, &y)| class(whole(y), y.to_string(), row)).collect()
        }
    };
    classes.map(Truth::Classes)
}

/// A run of one replica that is never trained, its inputs scaled already.
fn run(model: &Model, inputs: Array2<f32>, targets: TableTargets) -> Run {
    let (rows, columns) = inputs.dim();
    let outputs = if model.labels.is_empty() { model.network.outputs() } else { 0 };
    let table = Table { inputs, center: vec![0.0; columns], targets, row_weights: None };
    let fold = Fold {
        splits: Splits::new((0..rows as u32).collect(), vec![], vec![]),
        prepared: None,
        inputs: Scaling::identity(columns),
        targets: model.targets.clone(),
        class_weights: vec![],
        mean_weight: 1.0,
        target_variation: std::array::from_fn(|_| vec![0.0; outputs]),
    };
    let replica = Replica {
        id: ReplicaId(0),
        fold: 0,
        seed: 0,
        rate: Rate::Constant(0.0),
        l2: 0.0,
        clip: None,
        optimizer: Optimizer::Sgd,
        stopping: Stopping {
            max_epochs: 1,
            loss_tolerance: 0.0,
            score_patience: None,
            loss_patience: None,
            warmup_epochs: 0,
        },
    };
    Run {
        name: model.dataset.clone(),
        network: model.network.clone(),
        plan: lower(&model.network, Initialization::Auto),
        table,
        labels: model.labels.clone(),
        feature_names: None,
        target_names: None,
        step: StepRule { batch_size: 1, batch_gradient: BatchGradient::Mean },
        folds: vec![fold],
        replicas: vec![replica],
    }
}

/// The weights of the model, current and best alike.
pub(super) fn state(model: &Model) -> State {
    let tensors = model.tensors.iter().map(|tensor| {
        let values: Vec<f64> = tensor.values.iter().map(|&value| f64::from(value)).collect();
        let (shape, best) = (tensor.shape.clone(), values.clone());
        (tensor.name.clone(), TensorState { shape, values, best, slots: vec![] })
    });
    State {
        tensors: tensors.collect(),
        replicas: vec![ReplicaState { steps: 0, best_loss: f64::INFINITY, live: true }],
    }
}
