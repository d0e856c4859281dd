//! The parameter file as its reader knows it.

mod files;
mod reference;
mod refused;

use std::fs;
use std::path::PathBuf;

use gpu_mlp::Result;
use gpu_mlp::rooms::data::{ForecastTarget, Normalization, SplitMode};
use gpu_mlp::rooms::error::ErrorKind;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use gpu_mlp::rooms::network::layers::flatten::Flatten;
use gpu_mlp::rooms::network::layers::maxpool1d::MaxPool1d;
use gpu_mlp::rooms::network::{InputLayout, Layer};
use gpu_mlp::rooms::params::Override;
use gpu_mlp::rooms::plan::Padding;
use gpu_mlp::rooms::run::{
    Augment, BatchGradient, ClassWeight, Clip, Flip, LayerStack, Optimizer, Parameters,
    RateSchedule, Shift,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A complete file; `changes` replace or add keys, null takes one out.
fn file(changes: Value) -> Value {
    let mut keys = json!({
        "DATASET": "iris.npz",
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
        Err(error) if error.kind == ErrorKind::Input => error.to_string(),
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
    Parameters::read(&path, &all_set(overrides)?)
}

/// The values of several `--set`.
fn all_set(texts: &[&str]) -> Result<Vec<Override>> {
    texts.iter().map(|text| Override::set(text)).collect()
}

#[test]
fn the_files_of_the_source_document_are_read_unchanged() {
    for name in ["source_iris.json", "source_diabetes.json"] {
        let path = std::env::current_dir().unwrap().join("tests/parameters").join(name);
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
    let mut expected = Parameters::new(mlp).learning_rate(0.1).max_epochs(10).batch_size(5);
    expected.dataset = "iris.npz".into();
    assert_eq!(Parameters::from_json(&file(json!({}))), Ok(expected.clone()));
    let nulls = json!({"OPTIMIZER": null, "GRAD_CLIP": null, "SPLIT": null, "L2": null});
    assert_eq!(Parameters::from_json(&file(nulls)), Ok(expected));
}

#[test]
fn comments_are_passed_over() {
    let plain = json!({"CLASS_WEIGHT": {"1": 2}});
    let mut file_with = file(json!({
        "_why": "the rare class", "$schema": "x", "CLASS_WEIGHT": {"_rare": "twice", "1": 2},
    }));
    (file_with["$schema"], file_with["_author"]) = (json!("https://example.org"), json!(["me"]));
    assert_eq!(Parameters::from_json(&file_with), Parameters::from_json(&file(plain)));
    let of = |layer: Value| {
        let keys = json!({"LAYER_SIZES": null, "LAYER_ACTS": null, "LAYERS": [layer]});
        Parameters::from_json(&file(keys))
    };
    let commented = json!({"type": "dense", "units": 3, "_note": "the output"});
    assert_eq!(of(commented), of(json!({"type": "dense", "units": 3})));
}

#[test]
fn class_weights_by_label_are_those_of_the_list() {
    let read = |weights: Value| {
        let p = Parameters::from_json(&file(json!({ "CLASS_WEIGHT": weights }))).unwrap();
        assert_eq!(Parameters::from_json(&p.to_json()), Ok(p.resolved()));
        let dataset = gpu_mlp::rooms::data::Dataset::read("datasets/iris.npz").unwrap();
        gpu_mlp::rooms::run::Run::new(&p, &dataset).unwrap().folds[0].class_weights.clone()
    };
    assert_eq!(read(json!({"2": 3, "0": 0.5})), [0.5, 1.0, 3.0]);
    assert_eq!(read(json!({"2": 3, "0": 0.5})), read(json!([0.5, 1, 3])));
}

#[test]
fn every_key_reaches_its_field() {
    let p = Parameters::from_json(&file(json!({
        "LAYER_NAMES": ["in", "middle", "out"], "BATCH_GRADIENT": "SUM", "LOSS_TOL": 1e-4,
        "ACC_PATIENCE": 7, "LOSS_PATIENCE": 8.0, "WARMUP_EPOCHS": 0, "GRAD_CLIP": 5,
        "GRAD_CLIP_MODE": "value", "OPTIMIZER": "Adam", "ADAM_BETA1": 0, "L2": 0.5,
        "CLASS_WEIGHT": [0, 1, 2.5], "RANDOM_SEED": u64::MAX, "SPLIT_SEED": 1, "SPLIT": [0.6, 0.3, 0.1],
        "SPLIT_MODE": "ordered", "WINDOW": 12, "HORIZON": [1, 6], "AUTOREGRESSIVE": true,
        "FORECAST": "value", "GROUPS": "site",
        "STRATIFY": false, "NORMALIZE": "minmax", "TARGET_NORMALIZE": "none", "DEVICE": "cpu",
        "LR_SCHEDULE": "cosine(0.1)",
    })))
    .unwrap();
    assert_eq!(p.batch_gradient, BatchGradient::Sum);
    assert_eq!((p.loss_tolerance, p.warmup_epochs, p.l2), (1e-4, 0, 0.5));
    assert_eq!((p.accuracy_patience, p.loss_patience), (Some(7), Some(8)));
    assert_eq!(p.rate_schedule, RateSchedule::Cosine { floor: 0.1 });
    assert_eq!(p.clip, Some(Clip::Value(5.0)));
    assert_eq!(p.optimizer, Optimizer::Adam { beta1: 0.0, beta2: 0.999, epsilon: 1e-8 });
    assert_eq!(p.class_weight, Some(ClassWeight::Each(vec![0.0, 1.0, 2.5])));
    assert_eq!((p.random_seed, p.split_seed, p.split), (u64::MAX, Some(1), [0.6, 0.3, 0.1]));
    assert_eq!(p.split_mode, Some(SplitMode::Ordered));
    assert_eq!((p.window, p.horizons, p.autoregressive), (Some(12), Some(vec![1, 6]), Some(true)));
    assert_eq!((p.forecast, p.groups.as_deref()), (Some(ForecastTarget::Value), Some("site")));
    assert_eq!((p.stratify, p.normalize), (false, Normalization::MinMax));
    assert_eq!((p.target_normalize, p.device.as_str()), (Some(Normalization::None), "cpu"));
    let LayerStack::Mlp { names, .. } = p.layers else { panic!("{:?}", p.layers) };
    assert_eq!(names.unwrap(), ["in", "middle", "out"]);
}

#[test]
fn every_key_of_rows_reaches_its_field() {
    let p = Parameters::from_json(&file(json!({
        "INPUT_SHAPE": [2, 2], "INPUT_LAYOUT": "channels_last",
        "AUGMENT": {"shift": [0, 2], "flip": "horizontal"},
    })))
    .unwrap();
    let shift = Some(Shift::Pair([0, 2]));
    assert_eq!(p.augment, Some(Augment { shift, flip: Some(Flip::Horizontal) }));
    assert_eq!(Parameters::from_json(&p.to_json()).unwrap().augment, p.augment);
    assert_eq!(
        (p.input_shape, p.input_layout),
        (Some(vec![2, 2]), Some(InputLayout::ChannelsLast))
    );
}

#[test]
fn keys_of_a_forecast_go_together() {
    let read = |keys: Value| Parameters::from_json(&file(keys));
    let p = read(json!({"WINDOW": 3})).unwrap().resolved();
    assert_eq!((p.horizons, p.autoregressive), (Some(vec![1]), Some(true)));
    assert_eq!(p.forecast, Some(ForecastTarget::Change));
    assert_eq!((p.split_mode, p.split_seed), (Some(SplitMode::Ordered), None));
    let p = read(json!({"WINDOW": 3, "AUTOREGRESSIVE": false, "HORIZON": 2})).unwrap();
    assert_eq!(p.resolved().forecast, Some(ForecastTarget::Value));
    let written = p.to_json();
    assert_eq!(written["parameters"]["HORIZON"], json!(2));
    let p = read(json!({"GROUPS": "patient", "RANDOM_SEED": 5})).unwrap().resolved();
    assert_eq!((p.split_mode, p.split_seed), (Some(SplitMode::Grouped), Some(5)));
    for (keys, words) in [
        (json!({"HORIZON": 2}), "HORIZON: belongs to a forecast, and there is no WINDOW"),
        (
            json!({"WINDOW": 3, "HORIZON": 0}),
            "HORIZON: found 0; allowed: a whole number of 1 or more, or a list",
        ),
        (json!({"WINDOW": 3, "HORIZON": [1, 1]}), "each once"),
        (json!({"WINDOW": 3, "HORIZON": []}), "each once"),
        (json!({"WINDOW": 0}), "WINDOW: found 0; allowed: a whole number of 1 or more"),
        (
            json!({"WINDOW": 3, "SPLIT_MODE": "random"}),
            "SPLIT_MODE: found \"random\", and windows that overlap",
        ),
        (
            json!({"WINDOW": 3, "SPLIT_MODE": "grouped"}),
            "SPLIT_MODE: found \"grouped\", and windows",
        ),
        (
            json!({"GROUPS": "who", "SPLIT_MODE": "random"}),
            "GROUPS: belongs to SPLIT_MODE \"grouped\", or to a forecast with WINDOW",
        ),
        (json!({"WINDOW": 3, "INPUT_SHAPE": [2, 2]}), "INPUT_SHAPE: has no meaning with WINDOW"),
        (
            json!({"WINDOW": 3, "AUTOREGRESSIVE": false, "FORECAST": "change"}),
            "FORECAST: found \"change\", and AUTOREGRESSIVE false leaves out the value",
        ),
    ] {
        let refused = read(keys.clone()).unwrap_err().to_string();
        assert!(refused.contains(words), "{keys}: {refused}");
    }
}

#[test]
fn momentum_goes_with_sgd_alone() {
    let read = |keys: Value| Parameters::from_json(&file(keys));
    let momentum = read(json!({"MOMENTUM": 0.9})).unwrap();
    assert_eq!(momentum.optimizer, Optimizer::Momentum { momentum: 0.9 });
    assert_eq!(read(json!({"MOMENTUM": 0})).unwrap().optimizer, Optimizer::Sgd);
    assert!(read(json!({"OPTIMIZER": "adam", "MOMENTUM": 0})).is_ok());
    let refused = read(json!({"OPTIMIZER": "adam", "MOMENTUM": 0.9})).unwrap_err().to_string();
    let words = "MOMENTUM: found 0.9, which only OPTIMIZER \"sgd\" has; allowed: 0; the momentum of \"adam\" is \
                 ADAM_BETA1";
    assert_eq!(refused, words);
}

#[test]
fn the_general_form_of_layers_is_read() {
    let layers = json!([{"type": "Dense", "units": 8, "activation": "prelu"},
                        {"type": "dense", "units": 2, "activation": null}]);
    let p = Parameters::from_json(&file(
        json!({"LAYER_SIZES": null, "LAYER_ACTS": null, "LAYERS": layers}),
    ));
    let expected = LayerStack::General(vec![Layer::dense(8, "prelu"), Layer::dense(2, "linear")]);
    assert_eq!(p.map(|p| p.layers), Ok(expected));
}

#[test]
fn layers_of_signals_have_the_defaults_of_other_frameworks() {
    let layers = json!([{"type": "conv1d", "filters": 4, "kernel": 5},
                        {"type": "maxpool1d"},
                        {"type": "CONV1D", "filters": 2, "kernel": 3, "stride": 2, "padding": "Same", "activation": "tanh"},
                        {"type": "conv1d", "filters": 2, "kernel": 3, "padding": 2},
                        {"type": "maxpool1d", "size": 3},
                        {"type": "maxpool1d", "size": 3, "stride": 1},
                        {"type": "flatten"},
                        {"type": "dense", "units": 2}]);
    let keys = json!({"LAYER_SIZES": null, "LAYER_ACTS": null, "LAYERS": layers});
    let p = Parameters::from_json(&file(keys)).unwrap();
    assert_eq!(p.layers, LayerStack::General(signal_layers()));
}

/// The layers of that test, every field spelt out.
fn signal_layers() -> Vec<Layer<String>> {
    let conv1d = |filters, kernel, stride, padding, activation: &str| {
        Layer::activated(Conv1d { stride, padding, ..Conv1d::new(filters, kernel) }, activation)
    };
    vec![
        conv1d(4, 5, 1, Padding::Each(0), "linear"),
        Layer::plain(MaxPool1d { size: 2, stride: 2 }),
        conv1d(2, 3, 2, Padding::Same, "tanh"),
        conv1d(2, 3, 1, Padding::Each(2), "linear"),
        Layer::plain(MaxPool1d { size: 3, stride: 3 }),
        Layer::plain(MaxPool1d { size: 3, stride: 1 }),
        Layer::plain(Flatten),
        Layer::dense(2, "linear"),
    ]
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
        momentum in 0.0..0.9999f64,
        floor in prop_oneof![Just(0.0), positive()],
    ) {
        let mut layers = signal_layers();
        layers.push(Layer::dense(5, "prelu(0.1)"));
        layers.push(Layer::dense(3, "linear"));
        let layers = LayerStack::General(layers);
        let mut p = Parameters::new(layers).learning_rate(rates.0).max_epochs(epochs.0).batch_size(epochs.1);
        p.dataset = "a \"b\"/é.npz".into();
        p.dataset_sha256 = Some("0123456789abcdef".repeat(4));
        p.l2 = rates.1;
        p.clip = Some(Clip::Value(rates.2));
        p.r2_patience = epochs.2;
        if adam {
            p.rate_schedule = RateSchedule::Cosine { floor: floor.min(rates.0) };
        }
        p.loss = adam.then(|| "huber(0.5)".into());
        (p.random_seed, p.split_seed) = seeds;
        p.split = [train, 1.0 - train, 0.0];
        p.class_weight = weights.map(ClassWeight::Each);
        if adam {
            p.optimizer = Optimizer::Adam { beta1: betas.0, beta2: betas.1, epsilon: rates.3 };
        } else if momentum > 0.1 {
            p.optimizer = Optimizer::Momentum { momentum };
        }
        let text = serde_json::to_string_pretty(&p.to_json()).unwrap();
        prop_assert_eq!(read(&text, &[]), Ok(p.resolved()));
    }
}
