//! What a parameter file refuses is refused of parameters from a program too, in the same words.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::params::keys;
use crate::run::{ClassWeight, Clip, Optimizer, Parameters, RateSchedule};

/// The parameters as a file gives them, for this data set.
pub(super) fn checked(parameters: &Parameters, dataset: &Dataset) -> Result<Parameters> {
    // JSON has no such numbers: they would read as a key that is not there.
    if let Some((key, number)) = numbers(parameters).find(|(_, number)| !number.is_finite()) {
        let entry = keys().find(|entry| entry.name == key);
        let allowed = entry.map_or_else(String::new, |entry| entry.allowed());
        return Err(Error::input(format!("found {number}; allowed: {allowed}")).within(key));
    }
    // The key needs a text; arrays may have no name.
    let name = if dataset.name.trim().is_empty() { "data" } else { &dataset.name };
    let named = Parameters { dataset: name.into(), ..parameters.clone() };
    let checked = Parameters::from_json(&named.to_json())?;
    match (&checked.dataset_sha256, &dataset.sha256) {
        (Some(wanted), Some(found)) if !wanted.eq_ignore_ascii_case(found) => {
            Err(Error::input(format!("found {wanted}, but the data have {found}: they are others"))
                .within("DATASET_SHA256"))
        }
        _ => Ok(checked),
    }
}

/// Every real number of the parameters, by its key.
fn numbers(parameters: &Parameters) -> impl Iterator<Item = (&'static str, f64)> {
    let mut numbers = vec![
        ("LR", parameters.learning_rate),
        ("LOSS_TOL", parameters.loss_tolerance),
        ("L2", parameters.l2),
    ];
    numbers.extend(parameters.split.map(|share| ("SPLIT", share)));
    match parameters.clip {
        Some(Clip::Norm(bound) | Clip::Value(bound)) => numbers.push(("GRAD_CLIP", bound)),
        None => {}
    }
    match parameters.optimizer {
        Optimizer::Sgd => {}
        Optimizer::Momentum { momentum } => numbers.push(("MOMENTUM", momentum)),
        Optimizer::Adam { beta1, beta2, epsilon } => {
            numbers.extend([("ADAM_BETA1", beta1), ("ADAM_BETA2", beta2), ("ADAM_EPS", epsilon)]);
        }
    }
    match &parameters.class_weight {
        Some(ClassWeight::Each(weights)) => {
            numbers.extend(weights.iter().map(|&weight| ("CLASS_WEIGHT", weight)));
        }
        Some(ClassWeight::ByLabel(weights)) => {
            numbers.extend(weights.iter().map(|&(_, weight)| ("CLASS_WEIGHT", weight)));
        }
        Some(ClassWeight::Balanced) | None => {}
    }
    match parameters.rate_schedule {
        RateSchedule::Constant => {}
        RateSchedule::Cosine { floor } => numbers.push(("LR_SCHEDULE", floor)),
    }
    numbers.into_iter()
}
