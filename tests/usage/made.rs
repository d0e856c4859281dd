//! Model files made by hand after docs/model-file.md: networks with known outputs.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};

/// A tensor: name, shape, values.
pub type Tensor<'a> = (&'a str, &'a [usize], &'a [f32]);

/// The bytes of a model file.
pub fn model(description: &Value, tensors: &[Tensor]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(_, _, v)| v.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (*name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap())
    });
    let metadata = HashMap::from([("gpu_mlp".to_string(), description.to_string())]);
    safetensors::serialize(views, Some(metadata)).unwrap()
}

/// One dense layer of identity weights on `width` unscaled inputs.
pub fn identity(width: usize, activation: &str, labels: Option<&[i64]>) -> (Value, Vec<f32>) {
    let task = if labels.is_some() { "classification" } else { "regression" };
    let none = json!({ "shift": vec![0.0; width], "scale": vec![1.0; width] });
    let description = json!({
        "format": "gpu-mlp",
        "version": 1,
        "task": task,
        "dataset": "made",
        "best_epoch": 1,
        "input_shape": [width],
        "layers": [{ "type": "dense", "units": width, "activation": activation }],
        "inputs": none,
        "targets": if labels.is_some() { Value::Null } else { none.clone() },
        "labels": labels,
    });
    let diagonal = |i: usize| if i.is_multiple_of(width + 1) { 1.0 } else { 0.0 };
    (description, (0..width * width).map(diagonal).collect())
}

/// The file of such a network.
pub fn identity_file(description: &Value, weights: &[f32]) -> Vec<u8> {
    let width = weights.len().isqrt();
    let bias = vec![0.0; width];
    model(
        description,
        &[("layers.0.weight", &[width, width], weights), ("layers.0.bias", &[width], &bias)],
    )
}
