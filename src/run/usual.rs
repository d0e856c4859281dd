//! The values of keys that a file leaves to the data: what they are for so many rows and columns.

use super::labels::other_than_labels;
use super::layer_stack::LayerStack;
use super::optimizer::Optimizer;
use super::parameters::Parameters;
use super::rate::RateSchedule;
use super::task::MOST_CLASSES;
use crate::data::{Dataset, Split, Targets};
use crate::error::{Error, Result};
use crate::network::Task;

/// What a run takes for the keys that its file leaves to the data.
///
/// Chosen on titanic, mpg and winequality-red (`benches/quality`), ten splits each: a wide network that L2 holds back, and
/// a rate that falls to 0, lose less by their validation rows than one that is stopped early.
#[derive(Debug, Clone, PartialEq)]
pub struct Usual {
    /// `HIDDEN`
    pub hidden: Vec<usize>,
    /// `BATCH_SIZE`
    pub batch_size: usize,
    /// `MAX_EPOCHS`
    pub max_epochs: u32,
    /// `L2` of runs with `HIDDEN`
    pub l2: f64,
}

/// `OPTIMIZER` of runs with `HIDDEN`
const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/// `LR` of Adam, and of plain descent and momentum
const RATES: [f64; 2] = [0.001, 0.01];
/// `LR_SCHEDULE` of runs with `HIDDEN`
const SCHEDULE: RateSchedule = RateSchedule::Cosine { floor: 0.0 };
/// `SPLIT` of runs with `HIDDEN`
const SPLIT: [f64; 3] = [0.8, 0.2, 0.0];
/// The least steps of a run: fewer rows take more epochs.
const LEAST_STEPS: usize = 1500;
/// With more rows than this, they hold a network back themselves.
const FEW_ROWS: usize = 10_000;

impl Usual {
    /// The values for so many rows that are trained on, inputs of a row, and this task. Neither inputs nor task change
    /// them yet.
    pub fn of(rows: usize, _inputs: usize, _task: Task) -> Self {
        // A power of two near a hundredth of the rows.
        let batch_size = (rows / 100).max(1).next_power_of_two().clamp(32, 256);
        let steps = rows.div_ceil(batch_size).max(1);
        Usual {
            hidden: vec![256, 128],
            batch_size,
            max_epochs: LEAST_STEPS.div_ceil(steps).clamp(40, 250) as u32,
            l2: if rows <= FEW_ROWS { 1.0 } else { 0.1 },
        }
    }
}

impl Parameters {
    /// The same with a value for every key that they leave to the data; those that have one keep it.
    pub fn for_data(&self, dataset: &Dataset) -> Result<Self> {
        let mut own = self.clone();
        let left = std::mem::take(&mut own.left_to_data);
        let is_left = |key: &str| left.contains(&key);
        let hides = matches!(own.layers, LayerStack::Hidden { .. });
        if hides {
            own.task.get_or_insert_with(|| usual_task(&dataset.targets));
        }
        if hides && is_left("SPLIT") {
            own.split = if dataset.own_validation.is_some() { [1.0, 0.0, 0.0] } else { SPLIT };
        }
        if hides && is_left("LR_SCHEDULE") {
            own.rate_schedule = SCHEDULE;
        }
        // MOMENTUM without OPTIMIZER is that of plain descent.
        if hides && is_left("OPTIMIZER") && own.optimizer == Optimizer::Sgd {
            own.optimizer = ADAM;
        }
        let usual = Usual::of(
            training_rows(&own, dataset),
            dataset.inputs.ncols(),
            own.task_or(Task::Regression),
        );
        if let LayerStack::Hidden { widths, .. } = &mut own.layers {
            widths.get_or_insert_with(|| usual.hidden.clone());
        }
        if is_left("LR") {
            let is_adam = matches!(own.optimizer, Optimizer::Adam { .. });
            own.learning_rate = RATES[usize::from(!is_adam)];
            check_floor(&own)?;
        }
        if is_left("BATCH_SIZE") {
            own.batch_size = usual.batch_size;
        }
        if is_left("MAX_EPOCHS") {
            own.max_epochs = usual.max_epochs;
        }
        if hides && is_left("L2") {
            own.l2 = usual.l2;
        }
        Ok(own)
    }

    /// The task, or this one where the data decide.
    fn task_or(&self, other: Task) -> Task {
        self.task.unwrap_or(other)
    }
}

/// Refuses a floor above a rate that the file leaves to the data.
fn check_floor(parameters: &Parameters) -> Result<()> {
    let rate = parameters.learning_rate;
    match parameters.rate_schedule {
        RateSchedule::Cosine { floor } if floor > rate => Err(Error::input(format!(
            "its floor {floor} is above LR, which is {rate} where it is not given; allowed: a lower floor, or give LR"
        ))
        .within("LR_SCHEDULE")),
        RateSchedule::Cosine { .. } | RateSchedule::Constant => Ok(()),
    }
}

/// The rows that are trained on, near enough for a choice of widths.
fn training_rows(parameters: &Parameters, dataset: &Dataset) -> usize {
    let to_divide = dataset.own_test.unwrap_or(dataset.inputs.nrows());
    match dataset.own_validation {
        Some(first) => first,
        None => (parameters.split[Split::Train as usize] * to_divide as f64) as usize,
    }
}

/// Whole numbers of few kinds are classes, several columns of 0 and 1 labels, and other numbers values.
fn usual_task(targets: &Targets) -> Task {
    if targets.columns() > 1 {
        let are_labels = other_than_labels(targets).is_none();
        return if are_labels { Task::MultiLabel } else { Task::Regression };
    }
    let Targets::Integers(labels) = targets else { return Task::Regression };
    let mut labels: Vec<i64> = labels.iter().copied().collect();
    labels.sort_unstable();
    labels.dedup();
    if labels.len() <= MOST_CLASSES { Task::Classification } else { Task::Regression }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::LayerStack;
    use ndarray::Array2;

    fn filled(parameters: Parameters, targets: Targets) -> Parameters {
        let rows = match &targets {
            Targets::Integers(values) => values.nrows(),
            Targets::Reals(values) => values.nrows(),
        };
        let inputs = Array2::from_shape_fn((rows, 3), |(row, column)| (row + column) as f64);
        let dataset = Dataset::from_arrays("data", inputs.view(), targets).unwrap();
        parameters.for_data(&dataset).unwrap()
    }

    fn all_left() -> Parameters {
        let layers = LayerStack::Hidden { widths: None, activation: None };
        let left = ["LR", "BATCH_SIZE", "MAX_EPOCHS", "OPTIMIZER", "SPLIT", "LR_SCHEDULE", "L2"];
        Parameters { left_to_data: left.into(), ..Parameters::new(layers) }
    }

    #[test]
    fn what_is_left_to_the_data_gets_a_value_and_the_rest_stays() {
        let targets = || Targets::from((0..1000).map(|row| row % 3).collect::<Vec<i64>>());
        let own = filled(all_left(), targets());
        assert_eq!(
            own.layers,
            LayerStack::Hidden { widths: Some(vec![256, 128]), activation: None }
        );
        assert_eq!((own.task, own.optimizer), (Some(Task::Classification), ADAM));
        assert_eq!((own.learning_rate, own.split), (0.001, [0.8, 0.2, 0.0]));
        assert_eq!((own.l2, own.rate_schedule), (1.0, SCHEDULE));
        assert_eq!((own.batch_size, own.max_epochs), (32, 60));
        assert!(own.left_to_data.is_empty());
        let given = Parameters { left_to_data: vec![], ..all_left() }.learning_rate(0.5);
        let own = filled(given, targets());
        assert_eq!((own.learning_rate, own.batch_size, own.max_epochs), (0.5, 32, 100));
        assert_eq!((own.optimizer, own.l2), (Optimizer::Sgd, 0.0));
    }

    #[test]
    fn the_targets_tell_the_task() {
        let task = |targets: Targets| filled(all_left(), targets).task.unwrap();
        assert_eq!(task(vec![0.5; 10].into()), Task::Regression);
        assert_eq!(task((0..21).collect::<Vec<i64>>().into()), Task::Regression);
        assert_eq!(task(Targets::from(Array2::<i64>::eye(4))), Task::MultiLabel);
        assert_eq!(task(Targets::from(Array2::from_elem((4, 2), 2i64))), Task::Regression);
    }
}
