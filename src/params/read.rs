//! From keys to [`Parameters`]: which type each key has, which values it allows, what it is by default.

#[cfg(feature = "files")]
use std::path::Path;

use serde_json::Value;

use super::choices::{BATCH_GRADIENT, Choices, GRAD_CLIP_MODE, INIT, NORMALIZE, TASK};
use super::found::{ABOVE_ZERO, BELOW_ONE, Found, ZERO_OR_MORE, ZERO_TO_ONE};
#[cfg(feature = "files")]
use super::json::read_file;
use super::keys::Keys;
use super::layers::layer_stack;
use crate::error::Result;
use crate::run::{ClassWeight, Clip, Optimizer, Parameters, check_without_data};

impl Parameters {
    /// Reads a parameter file, puts the values of `overrides` (`KEY=VALUE`, see
    /// [`parse_override`](super::parse_override)) in place of the file's, and checks everything
    /// that can be checked without the data. Errors start with the file and the key.
    #[cfg(feature = "files")]
    pub fn read(path: &Path, overrides: &[String]) -> Result<Self> {
        let mut keys = Keys::new(Some(path.display().to_string()), &read_file(path)?)?;
        keys.set(overrides)?;
        checked(&keys)
    }

    /// The same from a JSON value `{"parameters": {...}}`. Errors start with the key.
    pub fn from_json(value: &Value) -> Result<Self> {
        checked(&Keys::new(None, value)?)
    }
}

fn checked(keys: &Keys) -> Result<Parameters> {
    let mut parameters = parameters(keys)?;
    check_without_data(&parameters).map_err(|e| keys.placed(e))?;
    // A run wrote this file, before there was TASK: its output alone told what it trained for.
    if keys.get("TASK").is_none() && parameters.dataset_sha256.is_some() {
        parameters.task = Some(parameters.task_by_output()?);
    }
    Ok(parameters)
}

/// Reads every key by itself.
fn parameters(keys: &Keys) -> Result<Parameters> {
    let dataset = keys.required("NPZ_DATASET", DATASET)?.text(DATASET)?.into();
    let layers = layer_stack(keys)?;
    let learning_rate = keys.required("LR", "a number above 0")?.number(&ABOVE_ZERO)?;
    let max_epochs = count(&keys.required("MAX_EPOCHS", "a whole number of 1 or more")?)?;
    let batch_size = count(&keys.required("BATCH_SIZE", "a whole number of 1 or more")?)?;
    let default = Parameters::new(layers)
        .learning_rate(learning_rate)
        .max_epochs(max_epochs)
        .batch_size(batch_size as usize);
    Ok(Parameters {
        dataset,
        dataset_sha256: keys.optional("NPZ_SHA256", sha256)?,
        layers: default.layers,
        custom_function: keys
            .optional("CUSTOM_FUNCTION", |f| Ok(f.text("an expression of x")?.into()))?,
        task: keys.or("TASK", default.task, |f| f.choice(TASK))?,
        loss: keys.optional("LOSS", |f| Ok(f.text(LOSS)?.into()))?,
        learning_rate,
        max_epochs,
        batch_size: default.batch_size,
        batch_gradient: keys
            .or("BATCH_GRADIENT", default.batch_gradient, |f| f.choice(BATCH_GRADIENT))?,
        loss_tolerance: keys.or("LOSS_TOL", default.loss_tolerance, |f| f.number(&ZERO_OR_MORE))?,
        accuracy_patience: keys.optional("ACC_PATIENCE", count)?,
        r2_patience: keys.optional("R2_PATIENCE", count)?,
        loss_patience: keys.optional("LOSS_PATIENCE", count)?,
        warmup_epochs: keys.or("WARMUP_EPOCHS", default.warmup_epochs, |f| whole(f, 0))?,
        clip: clip(keys)?,
        optimizer: optimizer(keys)?,
        l2: keys.or("L2", default.l2, |f| f.number(&ZERO_OR_MORE))?,
        class_weight: keys.optional("CLASS_WEIGHT", class_weight)?,
        random_seed: keys.or("RANDOM_SEED", default.random_seed, |f| f.whole(0, u64::MAX))?,
        split_seed: keys.optional("SPLIT_SEED", |f| f.whole(0, u64::MAX))?,
        split: keys.or("SPLIT", default.split, split)?,
        stratify: keys.or("STRATIFY", default.stratify, Found::boolean)?,
        normalize: keys.or("NORMALIZE", default.normalize, |f| f.choice(NORMALIZE))?,
        target_normalize: keys.optional("TARGET_NORMALIZE", |f| f.choice(NORMALIZE))?,
        initialization: keys.or("INIT", default.initialization, |f| f.choice(INIT))?,
        device: keys.or("DEVICE", default.device, |f| Ok(f.text(DEVICE)?.into()))?,
        schedule: keys.or("SCHEDULE", default.schedule, |f| Ok(f.text(SCHEDULE)?.into()))?,
    })
}

const DATASET: &str = "the path of an .npz file, a text";
const LOSS: &str = "a text such as \"mse\" or \"huber(1)\"";
const DEVICE: &str = "a text such as \"auto\" or \"cpu\"";
const SCHEDULE: &str = "a text such as \"auto\"";
const SHA256: &str = "a SHA-256, 64 hexadecimal digits";
const SPLIT: &str = "2 or 3 numbers from 0 to 1 with sum 1: train (above 0), validation, test";
const CLASS_WEIGHT: &str = "\"balanced\", or a list of numbers of 0 or more, one a class and not all 0, or an object such as \
     {\"1\": 5} with a number for each label that is not to weigh 1";

/// How far the numbers of SPLIT may be from sum 1: they are written in decimals.
const SPLIT_TOLERANCE: f64 = 1e-9;

fn whole(found: &Found, least: u32) -> Result<u32> {
    found.whole(u64::from(least), u64::from(u32::MAX - 1)).map(|whole| whole as u32)
}

fn count(found: &Found) -> Result<u32> {
    whole(found, 1)
}

fn sha256(found: &Found) -> Result<String> {
    let text = found.text(SHA256)?;
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text.to_lowercase());
    }
    Err(found.refuse(SHA256))
}

/// The mode is checked even where nothing is clipped.
fn clip(keys: &Keys) -> Result<Option<Clip>> {
    let (_, norm) = GRAD_CLIP_MODE[0];
    let mode = keys.or("GRAD_CLIP_MODE", norm, |f| f.choice(GRAD_CLIP_MODE))?;
    Ok(keys.optional("GRAD_CLIP", |f| f.number(&ABOVE_ZERO))?.map(mode))
}

/// Optimizers by name, each with what reads its numbers.
const OPTIMIZER: Choices<fn(&Keys) -> Result<Optimizer>> = &[("sgd", sgd), ("adam", adam)];

/// The numbers of every optimizer are checked, whichever is chosen.
fn optimizer(keys: &Keys) -> Result<Optimizer> {
    let (_, default) = OPTIMIZER[0];
    let chosen = keys.or("OPTIMIZER", default, |f| f.choice(OPTIMIZER))?;
    for (_, read) in OPTIMIZER {
        read(keys)?;
    }
    let chosen = chosen(keys)?;
    let is_sgd = matches!(chosen, Optimizer::Sgd | Optimizer::Momentum { .. });
    match keys.get("MOMENTUM") {
        Some(momentum) if !is_sgd && sgd(keys)? != Optimizer::Sgd => {
            let reason = ", which only OPTIMIZER \"sgd\" has";
            Err(momentum.refuse_because(reason, "0; the momentum of \"adam\" is ADAM_BETA1"))
        }
        _ => Ok(chosen),
    }
}

/// Plain where there is no momentum.
fn sgd(keys: &Keys) -> Result<Optimizer> {
    let momentum = keys.or("MOMENTUM", 0.0, |f| f.number(&BELOW_ONE))?;
    Ok(if momentum > 0.0 { Optimizer::Momentum { momentum } } else { Optimizer::Sgd })
}

fn adam(keys: &Keys) -> Result<Optimizer> {
    Ok(Optimizer::Adam {
        beta1: keys.or("ADAM_BETA1", 0.9, |f| f.number(&BELOW_ONE))?,
        beta2: keys.or("ADAM_BETA2", 0.999, |f| f.number(&BELOW_ONE))?,
        epsilon: keys.or("ADAM_EPS", 1e-8, |f| f.number(&ABOVE_ZERO))?,
    })
}

fn class_weight(found: &Found) -> Result<ClassWeight> {
    if found.is("balanced") {
        return Ok(ClassWeight::Balanced);
    }
    if found.is_object() {
        return weights_by_label(found);
    }
    let weights = found.list(CLASS_WEIGHT, |weight| weight.number(&ZERO_OR_MORE))?;
    if weights.iter().all(|&weight| weight == 0.0) {
        return Err(found.refuse(CLASS_WEIGHT));
    }
    Ok(ClassWeight::Each(weights))
}

fn weights_by_label(found: &Found) -> Result<ClassWeight> {
    let weight = |(label, weight): (&str, Found)| match label.trim().parse::<i64>() {
        Ok(label) => Ok((label, weight.number(&ZERO_OR_MORE)?)),
        Err(_) => {
            let reason = format!(", where {label:?} is no label, a whole number");
            Err(found.refuse_because(&reason, CLASS_WEIGHT))
        }
    };
    let entries = found.entries(CLASS_WEIGHT)?;
    let weights = entries.into_iter().map(weight).collect::<Result<Vec<_>>>()?;
    let mut labels: Vec<i64> = weights.iter().map(|(label, _)| *label).collect();
    labels.sort_unstable();
    if let Some(twice) = labels.windows(2).find(|pair| pair[0] == pair[1]) {
        let reason = format!(", with the label {} twice", twice[0]);
        return Err(found.refuse_because(&reason, CLASS_WEIGHT));
    }
    if weights.is_empty() {
        return Err(found.refuse(CLASS_WEIGHT));
    }
    Ok(ClassWeight::ByLabel(weights))
}

fn split(found: &Found) -> Result<[f64; 3]> {
    let parts = found.list(SPLIT, |part| part.number(&ZERO_TO_ONE))?;
    let split = match parts[..] {
        [train, validation] => [train, validation, 0.0],
        [train, validation, test] => [train, validation, test],
        _ => return Err(found.refuse(SPLIT)),
    };
    let sum: f64 = split.iter().sum();
    if (sum - 1.0).abs() > SPLIT_TOLERANCE {
        // Rounded, so that 0.7 + 0.2 is shown as 0.9.
        let reason = format!(", whose sum is {}", (sum * 1e12).round() / 1e12);
        return Err(found.refuse_because(&reason, SPLIT));
    }
    if split[0] == 0.0 { Err(found.refuse(SPLIT)) } else { Ok(split) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each key by itself: what the source document's own files say is what is read.
    #[test]
    fn the_files_of_the_source_document_are_read_unchanged() {
        let read = |text| {
            let file = super::super::json::parse(text)?;
            parameters(&Keys::new(None, &file)?)
        };
        let classification = read(include_str!("../../tests/parameters/source_iris.json"));
        let regression = read(include_str!("../../tests/parameters/source_diabetes.json"));
        let (Ok(iris), Ok(diabetes)) = (&classification, &regression) else {
            panic!("{classification:?} {regression:?}")
        };
        assert_eq!((iris.dataset.as_str(), iris.learning_rate), ("iris.npz", 0.001));
        assert_eq!((iris.max_epochs, iris.batch_size, iris.warmup_epochs), (1000, 5, 20));
        assert_eq!((iris.accuracy_patience, iris.r2_patience), (Some(20), None));
        assert_eq!((iris.optimizer, iris.clip, iris.l2), (Optimizer::Sgd, None, 0.0));
        let adam = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        assert_eq!((diabetes.optimizer, diabetes.l2), (adam, 0.01));
        assert_eq!((diabetes.clip, diabetes.loss_tolerance), (Some(Clip::Norm(5.0)), 1e-7));
        assert_eq!((diabetes.r2_patience, diabetes.random_seed), (Some(10), 42));
    }
}
