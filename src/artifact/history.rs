//! One epoch as named values: a line of history.csv, or of `--json`.

use serde_json::{Value, json};

use crate::metrics::{Figures, RegressionFigures, Scores};
use crate::network::Task;
use crate::run::{Replica, Run};
use crate::train::EpochRow;

/// The last column, where the learning rate changes.
const LEARNING_RATE: &str = "learning_rate";

/// The names and values of an epoch, in the order of their columns; validation values are null
/// without validation rows.
pub fn record(row: &EpochRow) -> Vec<(&'static str, Value)> {
    let validation = row.validation.as_ref();
    let of_validation =
        |value: fn(&Figures) -> f64| validation.map_or(Value::Null, |v| json!(value(v)));
    let mut record = vec![("epoch", json!(row.epoch)), ("train_loss", json!(row.train.loss))];
    match row.train.scores {
        Scores::Classification { accuracy, .. } | Scores::MultiLabel { accuracy, .. } => record
            .extend([
                ("train_accuracy", json!(accuracy)),
                ("val_loss", of_validation(|v| v.loss)),
                ("val_accuracy", of_validation(Figures::score)),
                ("val_recall", of_validation(recall)),
                ("val_f1", of_validation(f1)),
            ]),
        Scores::Regression(RegressionFigures { r2, .. }) => record.extend([
            ("train_r2", json!(r2)),
            ("val_loss", of_validation(|v| v.loss)),
            ("val_r2", of_validation(Figures::score)),
            ("val_rmse", of_validation(rmse)),
        ]),
    }
    record.extend([("patience", json!(row.patience)), ("seconds", json!(row.seconds))]);
    record.extend(row.learning_rate.map(|rate| (LEARNING_RATE, json!(rate))));
    record
}

fn recall(figures: &Figures) -> f64 {
    match figures.scores {
        Scores::Classification { recall, .. } | Scores::MultiLabel { recall, .. } => recall,
        Scores::Regression(_) => f64::NAN,
    }
}

fn f1(figures: &Figures) -> f64 {
    match figures.scores {
        Scores::Classification { f1, .. } | Scores::MultiLabel { f1, .. } => f1,
        Scores::Regression(_) => f64::NAN,
    }
}

fn rmse(figures: &Figures) -> f64 {
    match figures.scores {
        Scores::Classification { .. } | Scores::MultiLabel { .. } => f64::NAN,
        Scores::Regression(RegressionFigures { rmse, .. }) => rmse,
    }
}

/// What the columns of a history depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    task: Task,
    /// Whether the learning rate changes, and has a column.
    learning_rate: bool,
}

impl Columns {
    /// The columns of the first replica, whose history a run keeps.
    pub fn of(run: &Run) -> Self {
        let changes = |replica: &Replica| !replica.rate.is_constant();
        let learning_rate = run.replicas.first().is_some_and(changes);
        Columns { task: run.network.task(), learning_rate }
    }

    /// The line of history.csv above the first epoch: the names of [`record`].
    pub fn header(self) -> String {
        let of_task = match self.task {
            Task::Classification | Task::MultiLabel => {
                "epoch,train_loss,train_accuracy,val_loss,val_accuracy,val_recall,val_f1,patience,seconds"
            }
            Task::Regression => {
                "epoch,train_loss,train_r2,val_loss,val_r2,val_rmse,patience,seconds"
            }
        };
        match self.learning_rate {
            true => format!("{of_task},{LEARNING_RATE}"),
            false => of_task.into(),
        }
    }
}

/// The line of an epoch; null (no validation rows, or a loss that is not finite) is empty.
pub(super) fn line(record: &[(&'static str, Value)]) -> String {
    let mut cells = vec![];
    for (_, value) in record {
        cells.push(if value.is_null() { String::new() } else { value.to_string() });
    }
    cells.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::ReplicaId;

    #[test]
    fn the_header_names_the_record() {
        let classification =
            Scores::Classification { accuracy: 0.5, correct: 1, recall: 0.5, f1: 0.5 };
        let regression =
            Scores::Regression(RegressionFigures { r2: 0.5, rmse: 1.0, mae: 1.0, outputs: vec![] });
        let labels =
            Scores::MultiLabel { accuracy: 0.5, correct: 1, recall: 0.5, f1: 0.5, labels: vec![] };
        for (task, scores, learning_rate) in [
            (Task::Classification, classification.clone(), None),
            (Task::Classification, classification, Some(0.5)),
            (Task::MultiLabel, labels, None),
            (Task::Regression, regression.clone(), None),
            (Task::Regression, regression, Some(0.5)),
        ] {
            let row = EpochRow {
                replica: ReplicaId(0),
                epoch: 1,
                train: Figures { loss: 0.5, rows: 2, scores },
                train_loss_change: f64::INFINITY,
                validation: None,
                validation_loss_change: f64::INFINITY,
                patience: 0,
                seconds: 0.25,
                learning_rate,
            };
            let names: Vec<&str> = record(&row).iter().map(|(name, _)| *name).collect();
            let columns = Columns { task, learning_rate: learning_rate.is_some() };
            assert_eq!(names.join(","), columns.header());
            let end = if learning_rate.is_some() { ",,0,0.25,0.5" } else { ",,0,0.25" };
            assert!(line(&record(&row)).ends_with(end), "no validation, empty cells");
        }
    }
}
