//! From the keys of a file to [`Parameters`].

#[cfg(feature = "files")]
use std::path::Path;

use serde_json::Value;

use super::given::Given;
#[cfg(feature = "files")]
use super::json::read_file;
use super::keys::given;
use super::overrides::Override;
use super::table::{DefaultValue, blank, keys};
use crate::error::Result;
use crate::run::{LayerStack, Parameters, check_without_data};

impl Parameters {
    /// Reads a parameter file, puts the values of `overrides` in place of the file's, and checks everything
    /// that can be checked without the data. The places of an error are the file and the key.
    #[cfg(feature = "files")]
    pub fn read(path: &Path, overrides: &[Override]) -> Result<Self> {
        let given = given(Some(path.display().to_string()), &read_file(path)?)?;
        checked(&overridden(given, overrides)?)
    }

    /// The same of a data set alone, without a file.
    #[cfg(feature = "files")]
    pub fn of_data(path: &str, overrides: &[Override]) -> Result<Self> {
        let data =
            Override { key: "DATASET", value: path.into(), option: path.into(), adds: false };
        let given = overridden(Given::new(None, vec![]), &[data])?;
        checked(&overridden(given, overrides)?)
    }

    /// The same from a JSON value `{"parameters": {...}}`. The first place of an error is the key.
    pub fn from_json(value: &Value) -> Result<Self> {
        checked(&given(None, value)?)
    }
}

#[cfg(feature = "files")]
fn overridden(mut given: Given, overrides: &[Override]) -> Result<Given> {
    overrides.iter().try_for_each(|own| given.set(own))?;
    Ok(given)
}

fn checked(given: &Given) -> Result<Parameters> {
    let mut parameters = parameters(given)?;
    check_without_data(&parameters).map_err(|e| given.placed(e))?;
    // A run wrote this file before there was TASK: the output alone tells its task.
    if given.get("TASK").is_none() && parameters.dataset_sha256.is_some() {
        parameters.task = Some(parameters.task_by_output()?);
    }
    Ok(parameters)
}

/// The keys that files of all forms may leave to the data.
const LEFT_BY_ALL: [&str; 3] = ["LR", "MAX_EPOCHS", "BATCH_SIZE"];

/// Reads every key in the order of the table: a key may build on earlier ones.
fn parameters(given: &Given) -> Result<Parameters> {
    let mut parameters = blank();
    for key in keys() {
        if key.default == DefaultValue::Required {
            given.required(key.name, &key.allowed())?;
        }
        key.setting.read(key.name, given, &mut parameters)?;
        // Layers of another form leave fewer keys to the data; they come earlier in the table.
        let hides = matches!(parameters.layers, LayerStack::Hidden { .. });
        let is_left = match key.default {
            DefaultValue::OfData(_) => hides || LEFT_BY_ALL.contains(&key.name),
            _ => false,
        };
        if is_left && given.get(key.name).is_none() {
            parameters.left_to_data.push(key.name);
        }
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Clip, Optimizer};

    /// Each key by itself: what the source document's own files say is what is read.
    #[test]
    fn the_files_of_the_source_document_are_read_unchanged() {
        let read = |text| {
            let file = super::super::json::parse(text)?;
            parameters(&given(None, &file)?)
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
