//! The figures of a split as JSON.

use serde_json::{Value, json};

use super::figures::{Figures, LabelFigures, Scores};
use super::regression::{OutputFigures, RegressionFigures};

/// The figures of a split: the means, and of labels or outputs a list too.
pub(crate) fn figures_json(figures: &Figures) -> Value {
    match &figures.scores {
        Scores::Classification { accuracy, recall, f1, .. } => {
            json!({ "loss": figures.loss, "accuracy": accuracy, "recall": recall, "f1": f1 })
        }
        Scores::MultiLabel { accuracy, recall, f1, labels, .. } => {
            let labels: Vec<Value> = labels.iter().map(label_json).collect();
            json!({
                "loss": figures.loss, "accuracy": accuracy, "recall": recall, "f1": f1,
                "labels": labels,
            })
        }
        Scores::Regression(RegressionFigures { r2, rmse, mae, outputs }) => {
            let outputs: Vec<Value> = outputs.iter().map(output_json).collect();
            json!({
                "loss": figures.loss, "r2": r2, "rmse": rmse, "mae": mae,
                "outputs": outputs,
            })
        }
    }
}

fn label_json(label: &LabelFigures) -> Value {
    let LabelFigures { accuracy, recall, f1, rows } = label;
    json!({ "accuracy": accuracy, "recall": recall, "f1": f1, "rows": rows })
}

fn output_json(output: &OutputFigures) -> Value {
    let OutputFigures { r2, rmse, mae } = output;
    json!({ "r2": r2, "rmse": rmse, "mae": mae })
}
