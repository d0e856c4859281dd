//! The parameter file as its reader knows it: what is read, what is refused and in which words.

use std::fs;
use std::path::{Path, PathBuf};

use gpu_mlp::data::Normalization;
use gpu_mlp::params::{
    BatchGradient, ClassWeight, Clip, LayerStack, Optimizer, Parameters, parse_override,
};
use gpu_mlp::{Error, Result};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A complete file; `changes` replace or add keys, null takes one out.
fn file(changes: Value) -> Value {
    let mut keys = json!({
        "NPZ_DATASET": "iris.npz",
        "LAYER_SIZES": [4, 16, 3],
        "LAYER_ACTS": ["-", "linear", "softmax"],
        "LR": 0.1,
        "MAX_EPOCHS": 10,
        "BATCH_SIZE": 5,
    });
    for (key, value) in changes.as_object().into_iter().flatten() {
        keys[key] = value.clone();
    }
    json!({ "parameters": keys })
}

fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Ok(value) => format!("accepted: {value:?}"),
        Err(error @ Error::Input(_)) => error.to_string(),
        Err(error) => format!("not an input error: {error}"),
    }
}

fn written(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn read(text: &str, overrides: &[&str]) -> Result<Parameters> {
    let folder = TempDir::new().unwrap();
    let path = written(&folder, "run.json", text);
    Parameters::read(&path, &overrides.iter().map(|o| o.to_string()).collect::<Vec<_>>())
}

#[test]
#[ignore = "its relu needs Expression::parse"]
fn the_files_of_the_source_document_are_read_unchanged() {
    for name in ["source_iris.json", "source_diabetes.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parameters").join(name);
        let parameters = Parameters::read(&path, &[]).unwrap();
        assert_eq!(Parameters::from_json(&parameters.to_json()), Ok(parameters.resolved()));
    }
}

#[test]
fn what_is_left_out_has_its_default() {
    let mlp = LayerStack::Mlp {
        sizes: vec![4, 16, 3],
        names: None,
        activations: ["-", "linear", "softmax"].map(String::from).to_vec(),
    };
    let mut expected = Parameters::new(mlp, 0.1, 10, 5);
    expected.dataset = "iris.npz".into();
    assert_eq!(Parameters::from_json(&file(json!({}))), Ok(expected.clone()));
    let nulls = json!({"OPTIMIZER": null, "GRAD_CLIP": null, "SPLIT": null, "L2": null});
    assert_eq!(Parameters::from_json(&file(nulls)), Ok(expected));
}

#[test]
fn every_key_reaches_its_field() {
    let p = Parameters::from_json(&file(json!({
        "LAYER_NAMES": ["in", "middle", "out"], "BATCH_GRADIENT": "SUM", "LOSS_TOL": 1e-4,
        "ACC_PATIENCE": 7, "LOSS_PATIENCE": 8.0, "WARMUP_EPOCHS": 0, "GRAD_CLIP": 5,
        "GRAD_CLIP_MODE": "value", "OPTIMIZER": "Adam", "ADAM_BETA1": 0, "L2": 0.5,
        "CLASS_WEIGHT": [0, 1, 2.5], "RANDOM_SEED": u64::MAX, "SPLIT_SEED": 1, "SPLIT": [0.6, 0.3, 0.1],
        "STRATIFY": false, "NORMALIZE": "minmax", "TARGET_NORMALIZE": "none", "DEVICE": "cpu",
    })))
    .unwrap();
    assert_eq!(p.batch_gradient, BatchGradient::Sum);
    assert_eq!((p.loss_tolerance, p.warmup_epochs, p.l2), (1e-4, 0, 0.5));
    assert_eq!((p.accuracy_patience, p.loss_patience), (Some(7), Some(8)));
    assert_eq!(p.clip, Some(Clip::Value(5.0)));
    assert_eq!(p.optimizer, Optimizer::Adam { beta1: 0.0, beta2: 0.999, epsilon: 1e-8 });
    assert_eq!(p.class_weight, Some(ClassWeight::Each(vec![0.0, 1.0, 2.5])));
    assert_eq!((p.random_seed, p.split_seed, p.split), (u64::MAX, Some(1), [0.6, 0.3, 0.1]));
    assert_eq!((p.stratify, p.normalize), (false, Normalization::MinMax));
    assert_eq!((p.target_normalize, p.device.as_str()), (Some(Normalization::None), "cpu"));
    let LayerStack::Mlp { names, .. } = p.layers else { panic!("{:?}", p.layers) };
    assert_eq!(names.unwrap(), ["in", "middle", "out"]);
}

#[test]
fn the_general_form_of_layers_is_read() {
    let layers = json!([{"type": "Dense", "units": 8, "activation": "prelu"},
                        {"type": "dense", "units": 2, "activation": null}]);
    let p = Parameters::from_json(&file(
        json!({"LAYER_SIZES": null, "LAYER_ACTS": null, "LAYERS": layers}),
    ));
    let expected = LayerStack::Dense(vec![(8, "prelu".into()), (2, "linear".into())]);
    assert_eq!(p.map(|p| p.layers), Ok(expected));
}

#[test]
fn refused_values_are_named_with_what_is_allowed() {
    let whole = "a whole number of 1 or more";
    for (key, value, words) in [
        ("NPZ_DATASET", json!(" "), "found \" \"; allowed: the path of an .npz file"),
        ("NPZ_DATASET", json!(null), "missing, and has no default; allowed: the path"),
        ("NPZ_SHA256", json!("12ab"), "found \"12ab\"; allowed: a SHA-256, 64 hexadecimal digits"),
        ("LAYER_SIZES", json!([4]), "found [4]; allowed: a list of 2 or more whole numbers"),
        ("LAYER_SIZES", json!(4), "found 4; allowed: a list of 2 or more whole numbers"),
        (
            "LAYER_SIZES",
            json!([4, 0, 3]),
            ", item 2: found 0; allowed: a whole number of 1 or more",
        ),
        (
            "LAYER_SIZES",
            json!([4, 1e9, 3]),
            ", item 2: found 1000000000.0; allowed: a whole number from 1 to",
        ),
        ("LAYER_ACTS", json!(null), "missing, and has no default; allowed: a list of activations"),
        (
            "LAYER_ACTS",
            json!(["-", "softmax"]),
            ", 2 of them for 3 LAYER_SIZES; allowed: a list of",
        ),
        (
            "LAYER_ACTS",
            json!(["tanh", "-", "softmax"]),
            "with \"tanh\" as item 1; allowed: a list of",
        ),
        ("LAYER_ACTS", json!(["-", "-", "softmax"]), "with \"-\" as item 2"),
        ("LAYER_ACTS", json!(["-", 3, "softmax"]), ", item 2: found 3; allowed: a text"),
        ("LAYER_ACTS", json!(["-", "softmax", "linear"]), "layer 1 (dense) has softmax, which"),
        ("LAYER_NAMES", json!(["a"]), "found [\"a\"], 1 of them for 3 LAYER_SIZES"),
        ("LAYERS", json!([]), "allowed: LAYERS, or LAYER_SIZES with LAYER_ACTS, not both"),
        ("CUSTOM_FUNCTION", json!(2), "found 2; allowed: an expression of x"),
        ("LR", json!(0), "found 0; allowed: a number above 0"),
        ("LR", json!("0.1"), "found \"0.1\"; allowed: a number above 0"),
        (
            "LR",
            json!(1e-60),
            "found 1e-60, which 32-bit floats cannot hold; allowed: a number above 0",
        ),
        ("LR", json!(null), "missing, and has no default; allowed: a number above 0"),
        ("MAX_EPOCHS", json!(0), whole),
        (
            "MAX_EPOCHS",
            json!(5e9),
            "found 5000000000.0; allowed: a whole number from 1 to 4294967295",
        ),
        ("BATCH_SIZE", json!(0), "found 0; allowed: a whole number of 1 or more"),
        ("BATCH_GRADIENT", json!("men"), "allowed: \"mean\", \"sum\"; did you mean mean?"),
        ("LOSS_TOL", json!(-1), "found -1; allowed: a number of 0 or more"),
        ("ACC_PATIENCE", json!(0), whole),
        ("R2_PATIENCE", json!(2), "this network is a classification"),
        ("LOSS_PATIENCE", json!(true), whole),
        ("WARMUP_EPOCHS", json!(-1), "found -1; allowed: a whole number of 0 or more"),
        ("GRAD_CLIP", json!(0), "found 0; allowed: a number above 0"),
        ("GRAD_CLIP_MODE", json!("norms"), "allowed: \"norm\", \"value\"; did you mean norm?"),
        ("OPTIMIZER", json!("adma"), "allowed: \"sgd\", \"adam\"; did you mean adam?"),
        ("ADAM_BETA1", json!(1), "found 1; allowed: a number from 0 to below 1"),
        ("ADAM_BETA2", json!(-0.1), "found -0.1; allowed: a number from 0 to below 1"),
        ("ADAM_EPS", json!(0), "found 0; allowed: a number above 0"),
        ("L2", json!([1]), "found [1]; allowed: a number of 0 or more"),
        (
            "CLASS_WEIGHT",
            json!("even"),
            "found \"even\"; allowed: \"balanced\", or a list of numbers",
        ),
        ("CLASS_WEIGHT", json!([0, 0, 0]), "found [0,0,0]; allowed: \"balanced\", or a list"),
        ("CLASS_WEIGHT", json!([1, -1, 0]), ", item 2: found -1; allowed: a number of 0 or more"),
        ("RANDOM_SEED", json!(-1), "found -1; allowed: a whole number of 0 or more"),
        ("SPLIT_SEED", json!(0.5), "found 0.5; allowed: a whole number of 0 or more"),
        ("SPLIT", json!([0.7, 0.2]), "found [0.7,0.2], whose sum is 0.9; allowed: 2 or 3 numbers"),
        ("SPLIT", json!([0, 1]), "found [0,1]; allowed: 2 or 3 numbers from 0 to 1 with sum 1"),
        ("SPLIT", json!([1]), "found [1]; allowed: 2 or 3 numbers"),
        ("SPLIT", json!([1.5, -0.5]), ", item 1: found 1.5; allowed: a number from 0 to 1"),
        ("STRATIFY", json!("yes"), "found \"yes\"; allowed: true or false"),
        ("NORMALIZE", json!("z-score"), "\"zscore\", \"minmax\", \"none\"; did you mean zscore?"),
        ("TARGET_NORMALIZE", json!("zscore"), "with the output activation softmax"),
        ("INIT", json!("he"), "found \"he\"; allowed: \"auto\", \"source\""),
        ("DEVICE", json!(0), "found 0; allowed: a text such as"),
        ("SCHEDULE", json!(""), "found \"\"; allowed: a text such as"),
        ("EPOCHS", json!(1), "unknown key; did you mean"),
        ("lr", json!(1), "unknown key; keys are upper-case: write LR"),
    ] {
        let message = message(Parameters::from_json(&file(json!({ key: value }))));
        assert!(message.starts_with(key) && message.contains(words), "{key}: {message}");
    }
}

#[test]
fn refused_layers_are_named_with_what_is_allowed() {
    for (layers, words) in [
        (json!({}), "LAYERS: found {}; allowed: a list of 1 or more layers"),
        (json!([]), "LAYERS: found []; allowed: a list of 1 or more layers"),
        (json!([3]), "LAYERS, item 1: found 3; allowed: an object such as"),
        (json!([{"units": 3}]), "LAYERS, item 1: type: missing; allowed: \"dense\""),
        (json!([{"type": "dense"}]), "LAYERS, item 1: units: missing; allowed: the width"),
        (
            json!([{"type": "dense", "units": 0}]),
            "LAYERS, item 1: units: found 0; allowed: a whole",
        ),
        (
            json!([{"type": "dense", "units": 3, "activations": "relu"}]),
            "LAYERS, item 1: activations: unknown field; did you mean activation?; allowed: type",
        ),
        (
            json!([{"type": "dense", "units": 3, "activation": 1}]),
            "LAYERS, item 1: activation: found 1; allowed: an activation",
        ),
        (
            json!([{"type": "conv1d", "filters": 3}]),
            "LAYERS, item 1: type: found \"conv1d\", which is not available yet; allowed: in this",
        ),
        (
            json!([{"type": "danse", "units": 3}]),
            "LAYERS, item 1: type: found \"danse\"; allowed: \"dense\"; did you mean dense?",
        ),
        (json!(null), "LAYER_SIZES: missing, and has no default; allowed: a list of 2 or more"),
    ] {
        let keys = json!({"LAYER_SIZES": null, "LAYER_ACTS": null, "LAYERS": layers});
        let message = message(Parameters::from_json(&file(keys)));
        assert!(message.starts_with(words), "{message}");
    }
}

#[test]
fn overrides_take_the_place_of_the_file() {
    let text = file(json!({"GRAD_CLIP": 5, "LR": 0})).to_string();
    let p = read(&text, &["OPTIMIZER=adam", "GRAD_CLIP=null", "LR=0.5"]).unwrap();
    assert_eq!((p.clip, p.learning_rate), (None, 0.5));
    assert!(matches!(p.optimizer, Optimizer::Adam { .. }));
    assert_eq!(parse_override("LR=0.5"), Ok(("LR", json!(0.5))));
}

#[test]
fn a_refused_override_is_named_as_such() {
    let text = file(json!({})).to_string();
    for (overrides, words) in [
        (&["BATCH_SIZE=0"][..], "--set BATCH_SIZE: found 0; allowed: a whole number of 1 or more"),
        (&["LR=fast"], "--set LR: found \"fast\"; allowed: a number above 0"),
        (&["LR"], "--set LR: found no \"=\"; allowed: KEY=VALUE"),
        (&["BATCHSIZE=3"], "--set BATCHSIZE: unknown key; did you mean BATCH_SIZE?"),
        (&["LR=1", "LR=2"], "--set LR: given twice"),
        (&["R2_PATIENCE=3"], "--set R2_PATIENCE: this network is a classification"),
    ] {
        let message = message(read(&text, overrides));
        assert!(message.starts_with(words), "{message}");
    }
}

#[test]
fn a_refused_file_is_named_with_the_place_in_it() {
    let folder = TempDir::new().unwrap();
    let refused = |name: &str, bytes: &[u8]| {
        let path = written(&folder, name, bytes);
        let message = message(Parameters::read(&path, &[]));
        let start = format!("{}: ", path.display());
        message.strip_prefix(&start).unwrap_or_else(|| panic!("{message}")).to_string()
    };
    let zero = file(json!({"BATCH_SIZE": 0})).to_string();
    let found = "BATCH_SIZE: found 0; allowed: a whole number of 1 or more";
    assert_eq!(refused("zero.json", zero.as_bytes()), found);
    let twice = "{\"parameters\": {\n  \"LR\": 1,\n  \"LR\": 2\n}}";
    assert!(refused("twice.json", twice.as_bytes()).starts_with("line 3, column 6: LR is given"));
    assert!(refused("open.json", b"{\"parameters\": {").starts_with("line 1, column 16: EOF"));
    assert!(refused("latin.json", b"{\"\xe9\": 1}").starts_with("is not UTF-8 text (byte 2)"));
    assert!(refused("large.json", &vec![b' '; (16 << 20) + 1]).starts_with("is larger than 16 MB"));
    let message = message(Parameters::read(folder.path(), &[]));
    assert!(message.ends_with("is a directory; allowed: a JSON file"), "{message}");
}

#[test]
fn a_missing_file_is_answered_with_the_nearest() {
    let folder = TempDir::new().unwrap();
    written(&folder, "iris.json", "");
    let message = message(Parameters::read(&folder.path().join("irs.json"), &[]));
    assert!(message.contains("irs.json: cannot be read ("), "{message}");
    assert!(message.ends_with("; did you mean iris.json?"), "{message}");
}

#[test]
fn the_data_set_is_looked_up_around_the_parameter_file() {
    let folder = TempDir::new().unwrap();
    let parameter_file = folder.path().join("params/iris.json");
    let named = |name: &str| Parameters::from_json(&file(json!({ "NPZ_DATASET": name }))).unwrap();
    // From the last place to the first: each new file goes before those already there.
    for place in ["datasets/some_set.npz", "params/datasets/some_set.npz", "params/some_set.npz"] {
        let path = written(&folder, place, "");
        assert_eq!(named("some_set.npz").locate_dataset(&parameter_file), Ok(path));
    }
    let absolute = written(&folder, "elsewhere/other.npz", "");
    let p = named(&absolute.display().to_string());
    assert_eq!(p.locate_dataset(&parameter_file), Ok(absolute));
    let message = message(named("sme_set").locate_dataset(&parameter_file));
    for words in [
        "params/iris.json: NPZ_DATASET: found \"sme_set\", but there is no such file; looked for sme_set, ",
        "params/sme_set, datasets/sme_set, ",
        "params/datasets/sme_set, ",
        "; did you mean some_set.npz?; README tells how to get",
    ] {
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn what_is_written_tells_every_value_used() {
    let linear = json!({"LAYER_ACTS": ["-", "linear", "Linear"], "RANDOM_SEED": 7});
    let p = Parameters::from_json(&file(linear)).unwrap();
    let keys = p.to_json()["parameters"].clone();
    assert_eq!(keys["SPLIT_SEED"], json!(7));
    assert_eq!(keys["TARGET_NORMALIZE"], json!("zscore"));
    assert_eq!(keys["GRAD_CLIP"], Value::Null);
    assert_eq!(keys["SPLIT"], json!([0.7, 0.3]));
    let softmax = Parameters::from_json(&file(json!({}))).unwrap();
    assert_eq!(softmax.to_json()["parameters"]["TARGET_NORMALIZE"], json!("none"));
}

/// Positive numbers that f32 can hold, of every magnitude.
fn positive() -> impl Strategy<Value = f64> {
    (-37.0..38.0f64).prop_map(|exponent| 10f64.powf(exponent))
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(
        rates in (positive(), positive(), positive(), positive()),
        betas in (0.0..0.9999f64, 0.0..0.9999f64),
        seeds in (any::<u64>(), proptest::option::of(any::<u64>())),
        epochs in (1..=u32::MAX, 1..100_000usize, proptest::option::of(1..=u32::MAX)),
        train in 0.01..1.0f64,
        weights in proptest::option::of(proptest::collection::vec(positive(), 1..5)),
        adam: bool,
    ) {
        let layers = LayerStack::Dense(vec![(5, "prelu(0.1)".into()), (3, "linear".into())]);
        let mut p = Parameters::new(layers, rates.0, epochs.0, epochs.1);
        p.dataset = "a \"b\"/é.npz".into();
        p.dataset_sha256 = Some("0123456789abcdef".repeat(4));
        p.l2 = rates.1;
        p.clip = Some(Clip::Value(rates.2));
        p.r2_patience = epochs.2;
        (p.random_seed, p.split_seed) = seeds;
        p.split = [train, 1.0 - train, 0.0];
        p.class_weight = weights.map(ClassWeight::Each);
        if adam {
            p.optimizer = Optimizer::Adam { beta1: betas.0, beta2: betas.1, epsilon: rates.3 };
        }
        let text = serde_json::to_string_pretty(&p.to_json()).unwrap();
        prop_assert_eq!(read(&text, &[]), Ok(p.resolved()));
    }
}
