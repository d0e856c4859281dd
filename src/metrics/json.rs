//! The figures of a split for programs.

use serde_json::{Value, json};

use super::figures::{Figures, LabelFigures, Scores};
use super::regression::{OutputFigures, RegressionFigures};

/// The figures of a split: means over outputs, and but for classes a list an output.
pub(crate) fn figures_json(figures: &Figures) -> Value {
    match &figures.scores {
        Scores::Classification { accuracy, recall, f1, .. } => {
            json!({ "loss": figures.loss, "accuracy": accuracy, "recall": recall, "f1": f1 })
        }
        Scores::MultiLabel { accuracy, recall, f1, labels, .. } => {
            let label = |l: &LabelFigures| json!({ "accuracy": l.accuracy, "recall": l.recall, "f1": l.f1, "rows": l.rows });
            json!({
                "loss": figures.loss, "accuracy": accuracy, "recall": recall, "f1": f1,
                "labels": labels.iter().map(label).collect::<Vec<_>>(),
            })
        }
        Scores::Regression(RegressionFigures { r2, rmse, mae, outputs }) => {
            let output = |o: &OutputFigures| json!({ "r2": o.r2, "rmse": o.rmse, "mae": o.mae });
            json!({
                "loss": figures.loss, "r2": r2, "rmse": rmse, "mae": mae,
                "outputs": outputs.iter().map(output).collect::<Vec<_>>(),
            })
        }
    }
}
