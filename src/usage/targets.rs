//! The rows and targets that a model expects of a file.

use crate::data::{Forecast, Labelled, Targets, Wanted};
use crate::error::{Error, Result};
use crate::metrics::Truth;
use crate::model::Model;
use crate::network::Task;
use crate::run::check_labels;

/// The rows that the model expects of a file.
pub fn wanted(model: &Model) -> Wanted {
    let mut class_names = vec![];
    for (class, &label) in model.labels.iter().enumerate() {
        class_names.extend(model.class_name(class).map(|name| (name.to_owned(), label)));
    }
    if let Some(forecast) = &model.forecast {
        return wanted_moments(model, forecast);
    }
    Wanted {
        row_shape: model.input_layout.of_data(&model.network.input),
        other_shapes: model.row_shapes(),
        has_lengths: model.network.has_lengths(),
        feature_names: model.feature_names.clone(),
        targets: if model.labels.is_empty() { model.network.outputs() } else { 1 },
        target_names: model.output_names().map(<[String]>::to_vec),
        class_names,
        labels: model.labels.clone(),
        prepared: model.prepared.clone(),
        gaps: model.prepared.as_ref().map_or_else(Vec::new, |own| own.gaps.clone()),
        ..Wanted::default()
    }
}

/// The same with words for a missing cell: those of the model's run, and these.
pub fn with_gaps(wanted: Wanted, words: &[String]) -> Wanted {
    let gaps = wanted.gaps.iter().chain(words).cloned().collect();
    Wanted { gaps, ..wanted }
}

/// The moments that a forecast expects of a file: features and targets in a row.
fn wanted_moments(model: &Model, forecast: &Forecast) -> Wanted {
    let targets = forecast.targets(model.network.outputs());
    let own = if forecast.autoregressive { targets } else { 0 };
    let features = model.network.input[0] - own;
    let names = |names: &[String]| names[..features].to_vec();
    Wanted {
        row_shape: vec![features],
        feature_names: model.feature_names.as_deref().map(names),
        targets,
        target_names: model.output_names().and_then(|names| forecast.target_names(names)),
        forecast: Some(forecast.clone()),
        ..Wanted::default()
    }
}

/// The targets as the model's classes or outputs; others are refused.
pub(super) fn truth(model: &Model, data: &Labelled) -> Result<Truth> {
    let columns = data.targets.columns();
    let expected = if model.labels.is_empty() { model.network.outputs() } else { 1 };
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
