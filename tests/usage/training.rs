//! Folders to train in.

use ndarray::Array2;
use ndarray_npy::WritableElement;
use serde_json::Value;

use crate::support::{Folder, Ran};

/// A folder with a data set and own.json: `keys`, which `changes` replace or add to.
pub fn folder<Y: WritableElement>(
    x: &Array2<f64>,
    y: &Array2<Y>,
    mut keys: Value,
    changes: Value,
) -> Folder {
    let folder = Folder::new();
    folder.archive(keys["NPZ_DATASET"].as_str().unwrap(), x, y);
    for (key, value) in changes.as_object().unwrap() {
        keys[key] = value.clone();
    }
    folder.parameters(keys);
    folder
}

/// `gpu-mlp train own.json --out run`, then `more`.
pub fn train(folder: &Folder, more: &[&str]) -> Ran {
    folder.train(&folder.path("own.json"), "run", more)
}
