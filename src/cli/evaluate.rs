//! `gpu-mlp evaluate`

use std::path::PathBuf;

use serde_json::{Value, json};

use super::class_table::{class_table, precision_table};
use super::console::{decimal, line, message, percent, r_squared};
use super::csv_header::Header;
use super::evaluate_run;
use super::model_device::ModelDevice;
use super::row_progress::RowProgress;
use super::wrap::wrapped;
use crate::data::{Labelled, Wanted};
use crate::error::{Error, Result};
use crate::metrics::{Metrics, Quality, RegressionFigures};
use crate::model::Model;
use crate::text::shown;
use crate::usage::{evaluate, wanted, with_gaps};

/// The most classes whose confusion is a matrix in JSON; with more it lists the pairs that occur.
const MOST_OF_MATRIX: usize = 1000;

/// Tells how good a model is on data with targets.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A run's directory, or a model.safetensors
    model: PathBuf,
    /// The data: an .npz archive, or CSV with a target column; - is CSV on standard input [default: the
    /// splits of the run whose directory is given]
    data: Option<PathBuf>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Whether the first line of CSV is a header, where the line itself does not tell
    #[arg(long, value_enum)]
    header: Option<Header>,
    /// A word of CSV that stands for a missing cell, as an empty cell, NA, nan and ? do
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    na: Vec<String>,
    #[command(flatten)]
    device: ModelDevice,
}

pub(super) async fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { model, data, json, header, na, device } = arguments;
    let file = Model::locate(model)?;
    let network = Model::read(&file)?;
    let Some(data) = data else {
        if !model.is_dir() {
            return Err(Error::input(
                "the data are missing; allowed: gpu-mlp evaluate MODEL DATA, or the directory of \
                 a run alone, for its own splits",
            )
            .within(model.display()));
        }
        return evaluate_run::run(model, &network, &device.request(), *json).await;
    };
    let wanted = Wanted { header: header.map(Header::is_there), ..with_gaps(wanted(&network), na) };
    let labelled = if data.as_os_str() == "-" {
        Labelled::from_csv(std::io::stdin(), "standard input", &wanted)?
    } else {
        Labelled::read(data, &wanted)?
    };
    if let Some(note) = &labelled.note {
        message(&wrapped(&format!("{}: {note}", data.display())));
    }
    if let Some(column) = &labelled.assumed_target {
        message(&format!("the target is the column {column:?}, which is no feature"));
    }
    let open = device.opener().await?;
    let progress = RowProgress::new(Some(labelled.rows()));
    let metrics = evaluate(&network, &labelled, open, |done| progress.done(done))
        .await
        .map_err(|error| error.within(data.display()))?;
    drop(progress);
    if *json {
        return line(&as_json(&network, &metrics).to_string());
    }
    let what = if labelled.own_test { "test rows" } else { "rows" };
    let (name, file) = (shown(&network.dataset), data.display());
    line(&wrapped(&format!("{name} on {file}: {} {what}", metrics.rows)))?;
    line(&format!("loss {}", decimal(metrics.loss)))?;
    table(&network, &metrics)
}

/// The figures as JSON.
fn as_json(model: &Model, metrics: &Metrics) -> Value {
    let mut json = json!({
        "task": model.task_name(), "rows": metrics.rows, "loss": metrics.loss,
    });
    let own = match &metrics.quality {
        Quality::Classification { .. } => of_classes(model, &metrics.quality),
        Quality::MultiLabel { accuracy, correct, precision, recall, f1, labels } => {
            let names = model.output_names();
            let mut list = vec![];
            for (index, label) in labels.iter().enumerate() {
                list.push(json!({
                    "name": names.map(|names| &names[index]),
                    "rows": label.rows,
                    "precision": label.precision,
                    "recall": label.recall,
                    "f1": label.f1,
                }));
            }
            json!({
                "accuracy": accuracy,
                "correct": correct, "precision": precision, "recall": recall, "f1": f1,
                "labels": list,
            })
        }
        Quality::Regression(RegressionFigures { r2, rmse, mae, outputs }) => {
            let names = model.output_names();
            let mut list = vec![];
            for (index, output) in outputs.iter().enumerate() {
                list.push(json!({
                    "name": names.map(|names| &names[index]),
                    "r2": output.r2, "rmse": output.rmse, "mae": output.mae,
                }));
            }
            json!({ "r2": r2, "rmse": rmse, "mae": mae, "outputs": list })
        }
    };
    if let (Value::Object(all), Value::Object(own)) = (&mut json, own) {
        all.extend(own);
    }
    json
}

/// The figures of classes; nothing for other figures.
fn of_classes(model: &Model, quality: &Quality) -> Value {
    let Quality::Classification {
        accuracy,
        correct,
        precision,
        recall,
        f1,
        classes,
        confusion,
        roc_auc,
        average_precision,
    } = quality
    else {
        return Value::Null;
    };
    let mut list = vec![];
    for (index, class) in classes.iter().enumerate() {
        list.push(json!({
            "label": model.labels[index],
            "name": model.class_name(index),
            "rows": class.rows,
            "precision": class.precision,
            "recall": class.recall,
            "f1": class.f1,
        }));
    }
    let mut json = json!({
        "accuracy": accuracy,
        "correct": correct, "precision": precision, "recall": recall, "f1": f1,
    });
    if classes.len() == 2 {
        json["roc_auc"] = json!(roc_auc);
        json["average_precision"] = json!(average_precision);
    }
    json["classes"] = list.into();
    if classes.len() <= MOST_OF_MATRIX {
        json["confusion"] = (0..classes.len()).map(|class| confusion.row(class)).collect();
    } else {
        let label = |class: usize| model.labels[class];
        json["confused"] = confusion
            .pairs()
            .map(|(of, predicted, rows)| json!([label(of), label(predicted), rows]))
            .collect();
    }
    json
}

fn table(model: &Model, metrics: &Metrics) -> Result<()> {
    match &metrics.quality {
        Quality::Classification { accuracy, correct, roc_auc, average_precision, .. } => {
            line(&format!("accuracy {} ({correct}/{})", percent(*accuracy), metrics.rows))?;
            if model.labels.len() == 2 {
                let figure = |value: &Option<f64>| {
                    value.map_or("undefined: one class is missing".into(), |v| format!("{v:.4}"))
                };
                line(&format!("ROC AUC {}", figure(roc_auc)))?;
                line(&format!("average precision {}", figure(average_precision)))?;
            }
            class_table(model, &metrics.quality)
        }
        Quality::MultiLabel { accuracy, correct, precision, recall, f1, labels } => {
            let all = format!("({correct}/{} with every label right)", metrics.rows);
            line(&format!("accuracy {} {all}", percent(*accuracy)))?;
            let names: Vec<String> = match model.output_names() {
                Some(names) => names.iter().map(|name| shown(name).into_owned()).collect(),
                None => (0..labels.len()).map(|label| label.to_string()).collect(),
            };
            precision_table("label", &names, labels, [*precision, *recall, *f1])
        }
        Quality::Regression(RegressionFigures { r2, rmse, mae, outputs }) => {
            let figures = |r2: f64, rmse, mae| {
                format!("R² {}  RMSE {}  MAE {}", r_squared(r2), decimal(rmse), decimal(mae))
            };
            line(&figures(*r2, *rmse, *mae))?;
            if outputs.len() < 2 {
                return Ok(());
            }
            let names = model.output_names();
            outputs.iter().enumerate().try_for_each(|(index, o)| {
                let name = names.map_or_else(
                    || format!("output {index}"),
                    |names| shown(&names[index]).into_owned(),
                );
                line(&wrapped(&format!("    {name}: {}", figures(o.r2, o.rmse, o.mae))))
            })
        }
    }
}
