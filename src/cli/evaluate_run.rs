//! `gpu-mlp evaluate RUN` without data: the figures of the run's own splits.

use std::path::Path;

use serde_json::{Value, json};

use super::console::line;
use super::figures;
use super::job::Job;
use super::placed::placed_choice;
use crate::candidates::{DeviceRequest, choose};
use crate::data::Split;
use crate::error::{Error, Result};
use crate::metrics::figures_json;
use crate::model::Model;
use crate::run::{Loaded, Optimizer, Run};
use crate::usage::evaluate_own_splits;

/// Reads the run's data again, and computes the figures on the device and schedule of its end, or on named ones.
pub(super) async fn run(
    directory: &Path,
    model: &Model,
    request: &DeviceRequest<'_>,
    as_json: bool,
) -> Result<()> {
    let file = directory.join("params.json");
    if !file.exists() {
        return Err(Error::input(
            "params.json is missing, so the run's own data are not known; name data: gpu-mlp \
             evaluate MODEL DATA",
        )
        .within(directory.display()));
    }
    let mut job = Job::of_file(file.clone(), vec![])?;
    // The task of the weights, whatever the targets look like.
    job.parameters.task = Some(model.network.task());
    let mut named_in = file;
    if let Some(of_model) = device_of(model) {
        (job.parameters.device, job.parameters.schedule) = of_model;
        named_in = directory.join("model.safetensors");
    }
    // A model keeps no moments.
    job.parameters.optimizer = Optimizer::Sgd;
    let (Loaded { dataset, parameters, .. }, _) = job.load("; restore them, or name data")?;
    let run = Run::new(&parameters, &dataset).map_err(|error| job.placed(error))?;
    let choice = choose(request, &parameters).await;
    let choice = choice.map_err(|error| placed_choice(error, Some(&named_in), &[]))?;
    let open = async |run| Ok(choice.open(&run).await?.backend);
    let splits = evaluate_own_splits(model, run, open)
        .await
        .map_err(|error| error.within(directory.display()))?;
    let splits = splits.each_ref().map(Option::as_ref);
    if !as_json {
        let title = format!("{}, epoch {}", model.dataset, model.best_epoch);
        return figures::table(&title, splits).iter().try_for_each(|text| line(text));
    }
    let mut object = json!({ "task": model.task_name(), "best_epoch": model.best_epoch });
    for (split, figures) in Split::ALL.into_iter().zip(splits) {
        if let Some(figures) = figures {
            object[split.name()] = figures_json(figures);
        }
    }
    line(&object.to_string())
}

/// The device and schedule of the model; params.json has those on which the run began.
fn device_of(model: &Model) -> Option<(String, String)> {
    let parameters: Value = serde_json::from_str(model.parameters.as_ref()?.get()).ok()?;
    let text = |key: &str| parameters["parameters"][key].as_str().map(String::from);
    Some((text("DEVICE")?, text("SCHEDULE")?))
}
