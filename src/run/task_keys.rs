//! The keys that depend on the task: `LOSS`, the patience and `TARGET_NORMALIZE`.

use super::forecast::forecast;
use super::layer_stack::LayerStack;
use super::parameters::Parameters;
use super::stopping::Stopping;
use crate::data::Normalization;
use crate::error::{Error, Result};
use crate::network::{Activation, Output, Task};
use crate::plan::ValueLoss;

/// Checks all that needs no data: the layers, and the keys that depend on the task.
pub(crate) fn check_without_data(parameters: &Parameters) -> Result<()> {
    forecast(parameters)?;
    let layers = parameters.network_layers()?;
    if let (LayerStack::Hidden { .. }, None) = (&parameters.layers, parameters.task) {
        // The targets decide.
        return Ok(());
    }
    let output = Output::of(&layers).map_err(|e| e.within(parameters.layers.key()))?;
    match parameters.task {
        // The data decide.
        None if output.units == 0 => {}
        // The targets decide.
        None if output.has_labels() => value_loss(parameters, Task::Regression).map(|_| ())?,
        None => {
            stopping(parameters, output.task())?;
            value_loss(parameters, output.task())?;
        }
        Some(task) => {
            output.check(task).map_err(|e| e.within("TASK"))?;
            stopping(parameters, task)?;
            value_loss(parameters, task)?;
        }
    }
    target_normalize(parameters, output.activation).map(|_| ())
}

/// `LOSS`, which only values have.
pub(super) fn value_loss(parameters: &Parameters, task: Task) -> Result<Option<ValueLoss>> {
    let Some(text) = &parameters.loss else { return Ok(None) };
    let own = match task {
        Task::Classification => "cross-entropy",
        Task::MultiLabel => "binary cross-entropy of each label",
        Task::Regression => {
            let loss = ValueLoss::parse(text).map_err(|e| e.within("LOSS"))?;
            return Ok(Some(loss));
        }
    };
    Err(Error::input(format!(
        "found {text:?}, but the task is {} (the output decides, or TASK), whose loss is the \
         {own}; leave LOSS out",
        task.name()
    ))
    .within("LOSS"))
}

/// The criteria that stop a run; the patience of another task is refused.
pub(super) fn stopping(parameters: &Parameters, task: Task) -> Result<Stopping> {
    let (own, other, other_given, score_patience) = match task {
        Task::Classification | Task::MultiLabel => {
            ("ACC_PATIENCE", "R2_PATIENCE", parameters.r2_patience, parameters.accuracy_patience)
        }
        Task::Regression => {
            ("R2_PATIENCE", "ACC_PATIENCE", parameters.accuracy_patience, parameters.r2_patience)
        }
    };
    if other_given.is_some() {
        return Err(Error::input(format!(
            "the task is {} (the output decides, or TASK); use {own}",
            task.name()
        ))
        .within(other));
    }
    Ok(Stopping {
        max_epochs: parameters.max_epochs,
        loss_tolerance: parameters.loss_tolerance,
        score_patience,
        loss_patience: parameters.loss_patience,
        warmup_epochs: parameters.warmup_epochs,
    })
}

/// Scaled targets make sense for a linear output only: no other reaches all their values.
pub(super) fn target_normalize(
    parameters: &Parameters,
    output: &Activation,
) -> Result<Normalization> {
    let linear = matches!(output, Activation::Linear);
    match parameters.target_normalize {
        None if linear => Ok(Normalization::ZScore),
        None | Some(Normalization::None) => Ok(Normalization::None),
        Some(kind) if linear => Ok(kind),
        Some(kind) => Err(Error::input(format!(
            "found {:?} with the output activation {}; allowed: \"none\", or a \
             linear output",
            kind.name(),
            output
        ))
        .within("TARGET_NORMALIZE")),
    }
}
