//! Model files whose layers of images can't be, or lack tensors.

use gpu_mlp::rooms::model::Model;
use serde_json::{Value, json};

use crate::made::{Tensor, model};

/// A model on images of (2, 4, 4) that has these layers, and a dense one of 2 classes after them.
fn description(layers: &[Value]) -> Value {
    let output = json!({"type": "dense", "units": 2, "activation": "softmax"});
    let layers = [layers, &[output]].concat();
    json!({
        "format": "gpu-mlp", "version": 4, "task": "classification", "dataset": "made", "best_epoch": 1,
        "input_shape": [2, 4, 4], "layers": layers,
        "inputs": {"shift": vec![0.0; 32], "scale": vec![1.0; 32]},
        "targets": null, "labels": [0, 1],
    })
}

#[track_caller]
fn refused(layers: &[Value], tensors: &[Tensor], words: &str) {
    let read = Model::from_bytes(&model(&description(layers), tensors));
    let message = read.map(|_| "read all the same").unwrap_err().to_string();
    assert!(message.contains(words), "{layers:?}: {message}");
}

fn conv2d(more: Value) -> Value {
    let mut layer = json!({
        "type": "conv2d", "filters": 2, "kernel": [3, 3], "stride": [1, 1], "padding": [1, 1], "dilation": [1, 1],
        "bias": true, "activation": "relu",
    });
    for (key, value) in more.as_object().unwrap() {
        layer[key] = value.clone();
    }
    layer
}

fn batch_norm(momentum: Value, epsilon: Value) -> Value {
    json!({"type": "batch_norm", "momentum": momentum, "epsilon": epsilon, "activation": "linear"})
}

fn residual(layers: &[Value]) -> Value {
    json!({"type": "residual", "layers": layers, "activation": "relu"})
}

#[test]
fn fields_that_can_not_be_are_refused() {
    let momentum = r#"layer 0: batch_norm: "momentum" is missing, or out of its range"#;
    let epsilon = r#"layer 0: batch_norm: "epsilon" is missing, or out of its range"#;
    let rate = r#"layer 0: dropout: "rate" is missing, or out of its range"#;
    for (layer, words) in [
        (batch_norm(json!(1.0), json!(1e-5)), momentum),
        (batch_norm(json!(1), json!(1e-5)), momentum),
        (batch_norm(json!(-0.1), json!(1e-5)), momentum),
        (batch_norm(Value::Null, json!(1e-5)), "invalid type: null, expected a number"),
        (batch_norm(json!("much"), json!(1e-5)), "invalid value: string \"much\""),
        (batch_norm(json!(0.9), json!(0.0)), epsilon),
        (batch_norm(json!(0.9), json!(1e300)), epsilon),
        (json!({"type": "batch_norm", "epsilon": 1e-5}), momentum),
        (json!({"type": "layer_norm"}), r#"layer_norm: "epsilon" is missing"#),
        (json!({"type": "dropout", "rate": 1.0}), rate),
        (json!({"type": "dropout"}), rate),
        (conv2d(json!({"bias": 1})), r#""bias" is missing, or neither true nor false"#),
        (conv2d(json!({"dilation": [0, 1]})), "has a dilation of 0; allowed: 1 or more"),
        (
            conv2d(json!({"dilation": 1u64 << 40})),
            "has a dilation of 1099511627776; allowed: up to",
        ),
        (conv2d(json!({"kernel": [3]})), "a list of other than two whole numbers"),
        (conv2d(json!({"kernel": [3, 3, 3]})), "a list of other than two whole numbers"),
        (conv2d(json!({"padding": [3, 1]})), "has a padding of 3 down for a kernel of 3"),
        (conv2d(json!({"padding": ["same", 1]})), "invalid type: string \"same\""),
        (conv2d(json!({"padding": "valid"})), "invalid value: string \"valid\""),
        (
            conv2d(json!({"kernel": [9, 9], "padding": "same"})),
            "the tensor layers.0.weight is missing",
        ),
        (
            conv2d(json!({"kernel": [9, 9]})),
            "has kernels of (2, 2, 9, 9), longer than an image of 4 x 4 padded to 6 x 6",
        ),
        (
            json!({"type": "maxpool2d", "size": [5, 1], "stride": [1, 1]}),
            "has windows of 5 x 1, longer than",
        ),
    ] {
        refused(&[layer], &[], words);
    }
}

#[test]
fn residuals_that_can_not_be_are_refused() {
    let mut deep = conv2d(json!({}));
    for _ in 0..200 {
        deep = residual(&[deep]);
    }
    let long = format!("x{}", " + x".repeat(501));
    let mut with_layers = conv2d(json!({}));
    with_layers["layers"] = json!([conv2d(json!({}))]);
    for (layer, words) in [
        (
            json!({"type": "residual", "activation": "relu"}),
            "has no layers inside it; allowed: 1 or more",
        ),
        (residual(&[]), "has no layers inside it; allowed: 1 or more"),
        (
            residual(&[residual(&[])]),
            "has a layer 1 (residual) inside it that has no layers inside it",
        ),
        (with_layers, "has layers inside it, and takes none"),
        (residual(&[json!({"type": "transformer"})]), "\"transformer\" is no type of layer"),
        (
            residual(&[batch_norm(json!(2), json!(1e-5))]),
            "batch_norm: \"momentum\" is missing, or out of",
        ),
        (
            residual(&[conv2d(json!({"kernel": [2, 2], "padding": 0}))]),
            "can't add its input of (2, 4, 4) to its layers' output of (2, 3, 3)",
        ),
        (
            residual(&[conv2d(json!({"activation": "softmax"}))]),
            "inside it that has softmax, which belongs in the output",
        ),
        (
            residual(&vec![json!({"type": "dropout", "rate": 0.5}); 10_001]),
            "10003 layers; allowed: up to 10000",
        ),
        (
            residual(&vec![conv2d(json!({"activation": long})); 200]),
            "layers: their activations have 401011 characters in all; allowed: up to 400000",
        ),
        (deep, "recursion limit"),
    ] {
        refused(&[layer], &[], words);
    }
}

#[test]
fn tensors_of_these_layers_that_are_missing_or_of_another_shape_are_refused() {
    let (four, ones) = ([1.0f32; 4], [1.0f32; 2]);
    let of_norm = |path: &'static str| {
        ["weight", "bias", "running_mean", "running_var"].map(|name| format!("{path}.{name}"))
    };
    let output: [Tensor; 2] =
        [("layers.1.weight", &[2, 32], &[0.5; 64]), ("layers.1.bias", &[2], &ones)];
    let norm = [batch_norm(json!(0.9), json!(1e-5))];
    let names = of_norm("layers.0");
    let all = names.iter().map(|name| (name.as_str(), &[2usize][..], &ones[..]));
    let whole: Vec<Tensor> = all.chain(output).collect();
    assert!(Model::from_bytes(&model(&description(&norm), &whole)).is_ok());
    for index in 0..4 {
        let mut less = whole.clone();
        let (name, ..) = less.remove(index);
        refused(&norm, &less, &format!("the tensor {name} is missing"));
        let mut other = whole.clone();
        other[index].1 = &[2, 1];
        refused(&norm, &other, &format!("the tensor {name} is of (2, 1); its layer takes (2)"));
    }
    let mut below = whole.clone();
    below[3].2 = &[1.0, -1.0];
    refused(&norm, &below, "layers.0.running_var holds a variance below 0");
    // Inside a residual names are longer; one whose shapes agree has no projection.
    let around = [residual(&norm)];
    refused(&around, &whole, "the tensor layers.0.layers.0.weight is missing");
    let names = of_norm("layers.0.layers.0");
    let inside = names.iter().map(|name| (name.as_str(), &[2usize][..], &ones[..]));
    let mut more: Vec<Tensor> = inside.chain(output).collect();
    assert!(Model::from_bytes(&model(&description(&around), &more)).is_ok());
    more.push(("layers.0.projection.weight", &[2, 2, 1, 1], &four));
    refused(&around, &more, "no layer has a tensor \"layers.0.projection.weight\"");
}
