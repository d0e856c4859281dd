//! The model file: its description, and files that are refused.

use gpu_mlp::rooms::model::Model;
use serde_json::{Value, json};

use crate::made::{identity, identity_file, model};
use crate::support::Folder;

#[test]
fn a_file_tells_all_it_takes_to_use_the_model() {
    let folder = Folder::new();
    let own = folder
        .parameters(json!({"LAYER_NAMES": ["in", "middle", "out"], "SPLIT": [0.6, 0.2, 0.2]}));
    folder.train(&own, "run", &[]).ended(0);
    let bytes = folder.bytes("run/model.safetensors");
    let model = Model::from_bytes(&bytes).unwrap();
    assert_eq!(model.to_bytes().unwrap(), bytes, "read and written again, the same file");
    assert_eq!((model.dataset.as_str(), model.task_name()), ("iris", "classification"));
    assert_eq!(model.layer_names, ["middle", "out"]);
    assert_eq!(model.labels, [0, 1, 2]);
    assert_eq!(model.class_name(2), Some("virginica"));
    assert_eq!(model.feature_names.as_ref().unwrap()[0], "sepal length (cm)");
    assert_eq!(model.inputs.shift.len(), 4);
    let reached: Value = serde_json::from_str(model.metrics.as_ref().unwrap().get()).unwrap();
    let summary = folder.json("run/summary.json");
    for split in ["train", "validation", "test"] {
        assert_eq!(reached[split], summary[split], "{split}");
    }
    let parameters: Value = serde_json::from_str(model.parameters.as_ref().unwrap().get()).unwrap();
    assert_eq!(parameters, folder.json("run/params.json"));
    let names: Vec<&str> = model.tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names, ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]);
    assert_eq!(model.tensors[0].shape, [5, 4]);
}

/// The message of a description with some keys changed; null takes one out.
fn refusal(changes: Value) -> String {
    let (mut description, weights) = identity(2, "softmax", Some(&[0, 1]));
    for (key, value) in changes.as_object().unwrap() {
        if value == "absent" {
            description.as_object_mut().unwrap().remove(key);
        } else {
            description[key] = value.clone();
        }
    }
    message(&identity_file(&description, &weights))
}

#[track_caller]
fn message(bytes: &[u8]) -> String {
    Model::from_bytes(bytes).map(|_| "read all the same").unwrap_err().to_string()
}

#[test]
fn descriptions_that_do_not_fit_together_are_refused() {
    let long = format!("x{}", " + x".repeat(501));
    for (changes, words) in [
        (json!({"format": "other"}), "is of the format \"other\"; allowed: \"gpu-mlp\""),
        (
            json!({"version": 7}),
            "format version 7; this program reads versions 1 to 6: a newer gpu-mlp wrote it",
        ),
        (json!({"version": "absent"}), "format version missing"),
        (json!({"task": "regression"}), "task: found \"regression\" with an output of 2 x softmax"),
        (json!({"input_shape": [3]}), "inputs: 2 shifts and 2 scales; expected: 3 of each"),
        (json!({"input_shape": []}), "input_shape: []"),
        (json!({"input_layout": "channels_last"}), "input_layout; allowed: \"channels_last\", of"),
        (json!({"row_shape": [3, 1]}), "row_shape; allowed: 1 to 3 sizes, 2 elements in all"),
        (json!({"input_shape": [0]}), "the input has no elements"),
        (json!({"input_shape": [1u64 << 40, 1u64 << 40]}), "input_shape: "),
        (json!({"layers": []}), "there is no layer"),
        (
            json!({"layers": vec![json!({"type": "dense", "units": 2}); 10_001]}),
            "layers: 10001 of them; allowed: up to 10000",
        ),
        (
            json!({"layers": vec![json!({"type": "dense", "units": 2, "activation": long}); 200]}),
            "layers: their activations have 401000 characters in all; allowed: up to 400000",
        ),
        (json!({"layers": "absent"}), "missing field `layers`"),
        (
            json!({"layers": [{"type": "dense", "units": 3, "activation": "softmax"}]}),
            "labels: 2 of them; expected: 3",
        ),
        (
            json!({"layers": [{"type": "dense", "activation": "softmax"}]}),
            "layer 0: dense: \"units\" is missing",
        ),
        (json!({"layers": [{"type": "dense", "units": 2, "activation": "exec(x)"}]}), "layer 0: "),
        (
            json!({"layers": [{"type": "transformer"}]}),
            "\"transformer\" is no type of layer; allowed: dense",
        ),
        (
            json!({"layers": [{"type": "dense", "units": 2, "activation": "softmax", "output_shape": [3]}]}),
            "layer 0: output_shape is not (2), which its sizes make",
        ),
        (
            json!({"layers": [{"type": "dense", "units": 1u64 << 20}, {"type": "dense", "units": 1u64 << 20}]}),
            "allowed: up to",
        ),
        (json!({"labels": [1, 0]}), "labels: 2 of them; expected: 2, ascending"),
        (json!({"labels": [0, 1, 2]}), "labels: 3 of them; expected: 2"),
        (json!({"labels": null}), "labels: 0 of them; expected: 2"),
        (json!({"inputs": {"shift": [0.0], "scale": [1.0, 1.0]}}), "inputs: 1 shifts and 2 scales"),
        (
            json!({"targets": {"shift": [0.0], "scale": [1.0]}}),
            "targets: a regression has a scaling",
        ),
        (json!({"feature_names": ["a"]}), "feature_names: 1 of them for inputs of (2)"),
        (
            json!({"forecast": {"window": 2, "horizons": [1], "autoregressive": true, "change": true}}),
            "forecast; allowed: that of a network of windows whose outputs are values",
        ),
        (json!({"best_epoch": -1}), "its metadata \"gpu_mlp\" can't be used: invalid value"),
    ] {
        let message = refusal(changes.clone());
        assert!(message.contains(words), "{changes}: {message}");
    }
}

#[test]
fn tensors_that_are_not_those_of_the_layers_are_refused() {
    let (about, weights) = identity(2, "softmax", Some(&[0, 1]));
    let (weight, bias) = ("layers.0.weight", "layers.0.bias");
    let zeros = [0.0; 4];
    for (tensors, words) in [
        (vec![(weight, &[2usize, 2][..], &weights[..])], "the tensor layers.0.bias is missing"),
        (
            vec![(weight, &[4, 1], &weights), (bias, &[2], &zeros[..2])],
            "the tensor layers.0.weight is of (4, 1); its layer takes (2, 2)",
        ),
        (
            vec![
                (weight, &[2, 2], &weights),
                (bias, &[2], &zeros[..2]),
                ("more", &[1], &zeros[..1]),
            ],
            "no layer has a tensor \"more\"",
        ),
        (vec![(weight, &[2, 2], &[f32::NAN; 4]), (bias, &[2], &zeros[..2])], "not finite"),
    ] {
        let message = message(&model(&about, &tensors));
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn bytes_that_are_no_model_are_refused() {
    let (about, weights) = identity(2, "softmax", Some(&[0, 1]));
    let whole = identity_file(&about, &weights);
    let with_header =
        |header: &str| [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
    for (bytes, words) in [
        (vec![], "less than the 8 bytes"),
        (vec![0xff; 64], "its header claims 18446744073709551615 bytes; allowed: up to"),
        ([&(60u64 << 20).to_le_bytes()[..], b"{}"].concat(), "its header is cut short"),
        (with_header("{"), "is no safetensors file"),
        (with_header("{}"), "it is no model of gpu-mlp"),
        (with_header("[[[["), "is no safetensors file"),
        (with_header(&"[".repeat(100_000)), "is no safetensors file"),
        (whole[..whole.len() - 1].to_vec(), "is no safetensors file, or a damaged one"),
        ([&whole[..], &[0]].concat(), "is no safetensors file, or a damaged one"),
    ] {
        let message = message(&bytes);
        assert!(message.contains(words), "{message}");
    }
    let text = String::from_utf8_lossy(&whole).into_owned();
    let at = text.find("\"data_offsets\":[0,").unwrap();
    let mut apart = whole.clone();
    apart[at + "\"data_offsets\":[".len()] = b'9';
    assert!(message(&apart).contains("safetensors"), "{}", message(&apart));
}
