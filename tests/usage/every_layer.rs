//! Models with every layer of images and signals: their files, predictions and descriptions.

use gpu_mlp::rooms::model::Model;
use ndarray::{Array1, Array3, Array4, ArrayD, Axis};
use serde_json::{Value, json};

use crate::support::{Folder, unbroken};

const ROWS: usize = 48;

fn images() -> ArrayD<f64> {
    Array4::from_shape_fn((ROWS, 2, 7, 8), |(row, channel, line, column)| {
        ((row * 31 + channel * 17 + line * 7 + column * 3) as f64 * 0.61).sin() + (row % 3) as f64
    })
    .into_dyn()
}

fn signals() -> ArrayD<f64> {
    Array3::from_shape_fn((ROWS, 2, 19), |(row, channel, sample)| {
        ((row * 31 + channel * 17 + sample * 3) as f64 * 0.61).sin() + (row % 3) as f64
    })
    .into_dyn()
}

/// Every layer of images, some inside residuals.
fn layers_of_images() -> Value {
    json!([
        {"type": "conv2d", "filters": 4, "kernel": [3, 2], "padding": "same", "dilation": [1, 2], "bias": false},
        {"type": "batch_norm", "momentum": 0.75, "epsilon": 0.001, "activation": "prelu"},
        {"type": "dropout", "rate": 0.25},
        {"type": "residual", "activation": "relu", "layers": [
            {"type": "maxpool2d", "size": [1, 2]},
            {"type": "residual", "layers": [
                {"type": "conv2d", "filters": 4, "kernel": 3, "padding": [1, 1], "activation": "tanh"},
                {"type": "batch_norm"},
            ]},
            {"type": "conv2d", "filters": 6, "kernel": 1},
        ]},
        {"type": "layer_norm", "epsilon": 0.01},
        {"type": "avgpool2d", "size": [2, 1], "stride": 1},
        {"type": "global_avgpool"},
        {"type": "dense", "units": 3, "bias": false, "activation": "softmax"},
    ])
}

/// Every layer of signals.
fn layers_of_signals() -> Value {
    json!([
        {"type": "conv1d", "filters": 4, "kernel": 3, "stride": 2, "dilation": 2, "activation": "relu"},
        {"type": "residual", "layers": [
            {"type": "batch_norm", "activation": "relu"},
            {"type": "dropout", "rate": 0.5},
            {"type": "conv1d", "filters": 4, "kernel": 3, "padding": 1},
        ]},
        {"type": "avgpool1d", "size": 3, "stride": 1},
        {"type": "layer_norm"},
        {"type": "maxpool1d"},
        {"type": "global_maxpool"},
        {"type": "dense", "units": 3, "activation": "softmax"},
    ])
}

/// Recurrent layers, in one direction and in both, of every sample and of the last.
fn layers_of_sequences() -> Value {
    json!([
        {"type": "rnn", "units": 4, "return_sequences": true, "activation": "x*sigmoid(x)"},
        {"type": "batch_norm"},
        {"type": "residual", "layers": [
            {"type": "gru", "units": 3, "return_sequences": true, "bidirectional": true},
            {"type": "dropout", "rate": 0.25},
        ]},
        {"type": "lstm", "units": 5, "bidirectional": true},
        {"type": "dense", "units": 3, "activation": "softmax"},
    ])
}

/// A folder with the data and a run of two epochs.
fn trained(x: &ArrayD<f64>, layers: Value) -> Folder {
    let folder = Folder::new();
    let y: Array1<i64> = (0..ROWS as i64).map(|row| row % 3).collect();
    folder.archive("rows.npz", x, &y);
    let file = folder.parameters(json!({
        "NPZ_DATASET": "rows.npz", "MAX_EPOCHS": 2, "LAYER_SIZES": null, "LAYER_ACTS": null,
        "LAYERS": layers,
    }));
    folder.train(&file, "run", &[]).ended(0);
    folder
}

fn all() -> [(ArrayD<f64>, Value); 3] {
    let sequences = (signals(), layers_of_sequences());
    [(images(), layers_of_images()), (signals(), layers_of_signals()), sequences]
}

#[test]
fn a_model_that_is_read_back_predicts_the_same_bits() {
    for (x, layers) in all() {
        let folder = trained(&x, layers);
        let bytes = folder.bytes("run/model.safetensors");
        let model = Model::from_bytes(&bytes).unwrap();
        let again = model.to_bytes().unwrap();
        assert_eq!(again, bytes, "read and written again, the same file");
        let again = Model::from_bytes(&again).unwrap();
        assert_eq!(again.predict(x.view()).unwrap(), model.predict(x.view()).unwrap());
        // What the run reached with the weights that it had in memory.
        let found = folder.run(&["evaluate", "run", "--json"]).ended(0).stdout;
        let found: Value = serde_json::from_str(&found).unwrap();
        let summary = folder.json("run/summary.json");
        for split in ["train", "validation"] {
            assert_eq!(found[split], summary[split], "{split}");
        }
    }
}

#[test]
fn a_prediction_does_not_depend_on_the_rows_beside_it() {
    for (x, layers) in all() {
        let folder = trained(&x, layers);
        let model = Model::from_bytes(&folder.bytes("run/model.safetensors")).unwrap();
        let running = model.tensors.iter().filter(|tensor| tensor.name.contains("running_"));
        assert!(running.clone().count() > 0);
        for tensor in running {
            // They were 0 and 1.
            let moved = tensor.values.iter().all(|&value| value != 0.0 && value != 1.0);
            assert!(moved, "{}: {:?}", tensor.name, tensor.values);
        }
        let all = model.predict(x.view()).unwrap();
        assert_eq!(model.predict(x.view()).unwrap(), all, "nothing is left out at random");
        for row in [0, 1, ROWS - 1] {
            let alone = x.select(Axis(0), &[row]);
            assert_eq!(model.predict(alone.view()).unwrap().row(0), all.row(row));
            // Among others, one of them far from all.
            let mut others = x.select(Axis(0), &[5, row, 7]);
            others.index_axis_mut(Axis(0), 0).fill(1e4);
            assert_eq!(model.predict(others.view()).unwrap().row(1), all.row(row));
        }
    }
}

#[test]
fn an_evaluation_takes_running_values_and_leaves_out_nothing() {
    for (x, layers) in all() {
        let folder = trained(&x, layers);
        let model = Model::from_bytes(&folder.bytes("run/model.safetensors")).unwrap();
        let all = model.predict(x.view()).unwrap();
        // Two rows, whose own statistics are others.
        for rows in [[0, 1], [7, 20]] {
            let y: Array1<i64> = rows.iter().map(|&row| row as i64 % 3).collect();
            folder.archive("two.npz", &x.select(Axis(0), &rows), &y);
            let found = folder.run(&["evaluate", "run", "two.npz", "--json"]).ended(0).stdout;
            let found: Value = serde_json::from_str(&found).unwrap();
            let expected = rows.map(|row| -all[[row, row % 3]].ln()).iter().sum::<f64>() / 2.0;
            let loss = found["loss"].as_f64().unwrap();
            assert!((loss - expected).abs() < 1e-6, "{loss} and {expected}");
        }
    }
}

#[test]
fn inspect_shows_layers_inside_each_other_and_their_tensors() {
    let folder = trained(&images(), layers_of_images());
    let text = folder.run(&["inspect", "run"]).ended(0).stdout;
    assert!(text.lines().take(40).all(|line| line.chars().count() <= 80), "{text}");
    let text = unbroken(&text);
    for words in [
        "layer 0: conv2d: 4 filters, kernel 3 x 2, stride 1 x 1, padding same, dilation 1 x 2, no bias, linear -> \
         (4, 7, 8), 48 parameters",
        "layer 1: batch_norm: momentum 0.75, epsilon 0.001, prelu -> (4, 7, 8), 9 parameters",
        "layer 2: dropout: rate 0.25 -> (4, 7, 8) layer 3",
        "layer 3: residual: relu -> (6, 7, 4), 216 parameters",
        "layer 3.0: maxpool2d: size 1 x 2, stride 1 x 2 -> (4, 7, 4) layer 3.1",
        "layer 3.1: residual: linear -> (4, 7, 4), 156 parameters",
        "layer 3.1.1: batch_norm: linear -> (4, 7, 4), 8 parameters",
        "layer 3.projection: conv2d: 6 filters, kernel 1 x 1, stride 1 x 2, padding 0, linear -> (6, 7, 4), 30 parameters",
        "layer 4: layer_norm: epsilon 0.01 -> (6, 7, 4), 12 parameters",
        "layer 6: global_avgpool -> (6) layer 7",
        "layers.1.running_mean (4), L2 norm",
        "layers.3.layers.1.layers.0.weight (4, 4, 3, 3), L2 norm",
        "layers.3.layers.1.layers.1.running_var (4), L2 norm",
        "layers.3.projection.weight (6, 4, 1, 1), L2 norm",
        "303 parameters",
    ] {
        assert!(text.contains(words), "{words:?} is not in: {text}");
    }
}
