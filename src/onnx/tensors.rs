//! The tensors of a model's layers.

use crate::error::{Error, Result};
use crate::model::{Model, ModelTensor};
use crate::network::PlacedLayer;

/// The tensor of a layer with this end of its name.
pub(super) fn tensor<'a>(
    model: &'a Model,
    placed: &PlacedLayer,
    name: &str,
) -> Result<&'a ModelTensor> {
    let name = format!("{}.{name}", placed.path);
    let found = model.tensors.iter().find(|tensor| tensor.name == name);
    found.ok_or_else(|| Error::input(format!("the model has no tensor {name}")))
}
