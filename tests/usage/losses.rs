//! Losses of values, from the parameter file to the model and back.

use gpu_mlp::rooms::model::Model;
use gpu_mlp::rooms::plan::Loss;
use ndarray::Array2;
use serde_json::{Value, json};

use crate::made::{identity, identity_file};
use crate::support::{self, Folder};
use crate::training::{self, train};

const ROWS: usize = 60;

/// Two numbers per row.
fn inputs() -> Array2<f64> {
    support::inputs(ROWS, 2)
}

/// One target; one row in ten is an outlier.
fn targets() -> Array2<f64> {
    let x = inputs();
    Array2::from_shape_fn((ROWS, 1), |(row, _)| {
        20.0 + 5.0 * x[[row, 0]] + if row % 10 == 3 { 40.0 } else { 0.0 }
    })
}

/// A folder with the data and own.json.
fn folder(changes: Value) -> Folder {
    let keys = json!({
        "NPZ_DATASET": "values.npz", "LAYER_SIZES": [2, 6, 1], "LAYER_ACTS": ["-", "tanh", "linear"],
        "LR": 0.05, "MAX_EPOCHS": 5, "SPLIT": [0.6, 0.2, 0.2],
    });
    training::folder(&inputs(), &targets(), keys, changes)
}

fn model(folder: &Folder) -> Model {
    Model::from_bytes(&folder.bytes("run/model.safetensors")).unwrap()
}

/// The version and the loss in the description of the model file.
fn described(folder: &Folder) -> [Value; 2] {
    let bytes = folder.bytes("run/model.safetensors");
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let about: Value =
        serde_json::from_str(header["__metadata__"]["gpu_mlp"].as_str().unwrap()).unwrap();
    ["version", "loss"].map(|key| about[key].clone())
}

/// l of an error.
type L = fn(f64) -> f64;

/// The loss of `evaluate` is the mean of l over the rows, in the units of the scaled targets.
#[test]
fn a_model_is_evaluated_by_the_loss_it_was_trained_with() {
    let huber = |e: f64| if e.abs() <= 0.5 { e * e / 2.0 } else { 0.5 * (e.abs() - 0.25) };
    let cases: [(&str, L); 4] = [
        ("mse", |e| e * e),
        ("mae", f64::abs),
        ("huber(0.5)", huber),
        ("sqrt(1 + e^2) - 1", |e| (1.0 + e * e).sqrt() - 1.0),
    ];
    for (text, l) in cases {
        let folder = folder(json!({ "LOSS": text }));
        train(&folder, &[]).ended(0).says(&[&format!("LOSS: {:?}", text)]);
        assert_eq!(folder.json("run/params.json")["parameters"]["LOSS"], text);
        assert_eq!(folder.json("run/summary.json")["loss"], text);
        let model = model(&folder);
        assert_eq!(model.to_bytes().unwrap(), folder.bytes("run/model.safetensors"));
        let Loss::OfValues(own) = model.network.loss() else { panic!("a regression") };
        assert_eq!(own.name, text);
        let inspected = folder.run(&["inspect", "run"]).ended(0).stdout;
        assert!(inspected.contains(&format!("\nloss: {text}\n")), "{inspected}");
        folder.run(&["predict", "run", "values.npz", "-o", "out.csv"]).ended(0);
        let predicted: Vec<f64> =
            folder.read("out.csv").lines().skip(1).map(|line| line.parse().unwrap()).collect();
        let error =
            |(row, value): (usize, &f64)| (value - targets()[[row, 0]]) * model.targets.scale[0];
        let expected = predicted.iter().enumerate().map(error).map(l).sum::<f64>() / ROWS as f64;
        let found = folder.run(&["evaluate", "run", "values.npz", "--json"]).ended(0).stdout;
        let found: Value = serde_json::from_str(&found).unwrap();
        let found = found["loss"].as_f64().unwrap();
        // Outputs are f32, and so are the sums of a block.
        assert!((found - expected).abs() < 1e-5 * expected, "{text}: {found} {expected}");
    }
}

#[test]
fn a_file_has_the_first_version_that_knows_its_loss() {
    for (changes, described_as) in [
        (json!({}), [json!(1), Value::Null]),
        (json!({"LOSS": "MSE"}), [json!(1), Value::Null]),
        (json!({"LOSS": "Huber"}), [json!(3), json!("huber(1)")]),
    ] {
        let folder = folder(changes);
        train(&folder, &[]).ended(0);
        assert_eq!(described(&folder), described_as);
    }
}

#[test]
fn a_run_that_is_gone_on_with_keeps_its_loss() {
    let folder = folder(json!({"LOSS": "mae"}));
    train(&folder, &[]).ended(0);
    let history = folder.read("run/history.csv");
    let found = folder.run(&["evaluate", "run", "--json"]).ended(0).stdout;
    let found: Value = serde_json::from_str(&found).unwrap();
    let summary = folder.json("run/summary.json");
    for key in ["train", "validation", "test"] {
        assert_eq!(found[key], summary[key], "{key}");
    }
    for file in ["summary.json", "model.safetensors"] {
        std::fs::remove_file(folder.path("run").join(file)).unwrap();
    }
    folder.run(&["train", "--resume", "run"]).ended(0);
    let without_time = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned()).collect()
    };
    assert_eq!(without_time(&folder.read("run/history.csv")), without_time(&history));
    assert_eq!(folder.json("run/summary.json")["loss"], "mae");
}

/// One row in ten is an outlier: the squared error follows them, the absolute error hardly does.
#[test]
fn the_absolute_error_is_drawn_less_by_outliers() {
    let off = |loss: &str| {
        let folder = folder(json!({"LOSS": loss, "MAX_EPOCHS": 200}));
        train(&folder, &[]).ended(0);
        folder.run(&["predict", "run", "values.npz", "-o", "out.csv"]).ended(0);
        let predicted = folder.read("out.csv");
        let predicted = predicted.lines().skip(1).map(|line| line.parse::<f64>().unwrap());
        let x = inputs();
        let true_of = |row: usize| 20.0 + 5.0 * x[[row, 0]];
        predicted.enumerate().map(|(row, value)| (value - true_of(row)).abs()).sum::<f64>()
            / ROWS as f64
    };
    let [squared, absolute, huber] = ["mse", "mae", "huber(0.1)"].map(off);
    assert!(absolute < squared / 2.0 && huber < squared / 2.0, "{squared} {absolute} {huber}");
}

#[test]
fn what_is_no_loss_of_the_task_is_refused() {
    let softmax = ["-", "tanh", "softmax"];
    for (changes, words) in [
        (json!({"LOSS": "maee"}), "LOSS: \"maee\" is no loss of values; did you mean mae?"),
        (json!({"LOSS": "huber(0)"}), "LOSS: \"huber(0)\": its number has to be above 0"),
        (json!({"LOSS": "x^2"}), "LOSS: `x` is no known name"),
        (json!({"LOSS": 3}), "LOSS: found 3; allowed: a text such as \"mse\""),
        (
            json!({"LOSS": "mse", "LAYER_SIZES": [2, 6, 2], "LAYER_ACTS": softmax}),
            "LOSS: found \"mse\", but the task is classification (the output decides, or TASK), whose loss is \
             the cross-entropy; leave LOSS out",
        ),
        (
            json!({"LOSS": "mae", "TASK": "multi_label", "LAYER_ACTS": ["-", "tanh", "sigmoid"]}),
            "whose loss is the binary cross-entropy of each label",
        ),
    ] {
        train(&folder(changes), &[]).refused(&[words]);
    }
}

#[test]
fn a_model_file_with_a_loss_that_cannot_be_is_refused() {
    let refusal = |output: &str, labels: Option<&[i64]>, loss: &str| {
        let (mut about, weights) = identity(2, output, labels);
        about["version"] = json!(3);
        about["loss"] = json!(loss);
        let model = Model::from_bytes(&identity_file(&about, &weights));
        model.map(|_| "read all the same").unwrap_err().to_string()
    };
    let message = refusal("linear", None, "hubber(1)");
    assert!(message.contains("the model does not fit together: loss: "), "{message}");
    let message = refusal("softmax", Some(&[0, 1]), "mae");
    assert!(message.contains("loss: a regression may name one, and it alone"), "{message}");
}
