//! Odd but allowed: small data, strange names, extreme numbers. No run may panic.

use ndarray::{Array1, Array2};
use serde_json::{Value, json};

use crate::support::{Folder, inputs, labels, repository};

#[test]
fn settings_at_their_edges_train() {
    let softmax = |hidden: &str| json!({"LAYER_ACTS": ["-", hidden, "softmax"]});
    let cases: Vec<Value> = vec![
        json!({"BATCH_SIZE": u32::MAX - 1}),
        json!({"RANDOM_SEED": u64::MAX, "SPLIT_SEED": u64::MAX - 1}),
        json!({"SPLIT": [0.5, 0.25, 0.25]}),
        json!({"SPLIT": [0.3, 0, 0.7]}),
        json!({"SPLIT": [0.01, 0.99]}),
        json!({"NORMALIZE": "none"}),
        json!({"NORMALIZE": "minmax"}),
        json!({"LAYER_SIZES": [4, 1, 3]}),
        json!({"LAYER_SIZES": [4, 3], "LAYER_ACTS": ["-", "softmax"]}),
        json!({"LAYER_SIZES": [4, 1, 1, 1, 3], "LAYER_ACTS": ["-", "elu", "selu", "gelu", "softmax"]}),
        json!({"CLASS_WEIGHT": [0, 0, 1]}),
        json!({"CLASS_WEIGHT": "balanced", "STRATIFY": false}),
        json!({"GRAD_CLIP": 1e-30, "GRAD_CLIP_MODE": "value"}),
        json!({"OPTIMIZER": "adam", "BATCH_GRADIENT": "sum", "L2": 0.5, "INIT": "source"}),
        json!({"WARMUP_EPOCHS": u32::MAX - 1, "LOSS_TOL": 1e30}),
        softmax("prelu"),
        softmax("leaky_relu(0.3)"),
        softmax("x*tanh(softplus(x))"),
        softmax("if(x > 0, x, 0.1*x)"),
        softmax("1e-30*x"),
    ];
    for changes in cases {
        let folder = Folder::new();
        let own = folder.parameters(changes.clone());
        folder.train(&own, "run", &[]).ended(0);
        assert_eq!(folder.list("run").len(), 4, "{changes}");
    }
}

#[test]
fn expressions_that_are_not_finite_where_a_network_goes_are_refused() {
    for hidden in ["1/x", "x^x", "exp(exp(x))", "x^400"] {
        let folder = Folder::new();
        let own = folder.parameters(json!({"LAYER_ACTS": ["-", hidden, "softmax"]}));
        let words = [&format!("layer 1: the activation \"{hidden}\""), "is not finite at x = "];
        folder.train(&own, "run", &[]).refused(&words);
        assert_eq!(folder.list(""), ["own.json"], "{hidden}");
    }
}

#[test]
fn expressions_with_edges_and_poles_end_a_run_or_do_not_but_never_panic() {
    // ln and sqrt have a value everywhere; the poles lie between the tried values.
    for hidden in ["ln(x)", "sqrt(x)", "1/(x - 0.1)", "1/(x - 0.1)^3", "x^9", "exp(x/200)"] {
        let folder = Folder::new();
        let own = folder.parameters(json!({"LAYER_ACTS": ["-", hidden, "softmax"]}));
        let ran = folder.train(&own, "run", &[]);
        let code = ran.code.unwrap();
        assert!(code < 2, "{hidden}: {}", ran.stderr);
        ran.ended(code);
        assert!(folder.path("run/summary.json").exists(), "{hidden}");
    }
}

/// Trains a network on given rows.
#[track_caller]
fn trains(x: &Array2<f64>, y: &Array1<f64>, activation: &str, outputs: usize) -> Folder {
    let folder = Folder::new();
    folder.archive("set.npz", x, y);
    let own = folder.parameters(json!({
        "NPZ_DATASET": "set.npz",
        "LAYER_SIZES": [x.ncols(), 3, outputs],
        "LAYER_ACTS": ["-", "relu", activation],
    }));
    folder.train(&own, "run", &[]).ended(0);
    folder.run(&["inspect", "run/model.safetensors"]).ended(0);
    folder.run(&["inspect", "set.npz"]).ended(0);
    folder
}

#[test]
fn the_smallest_data_train() {
    let y = Array1::from(vec![1.5, -2.5]);
    trains(&inputs(2, 1), &y, "linear", 1);
    trains(&Array2::zeros((6, 1)), &Array1::from(vec![0., 0., 0., 1., 1., 1.]), "sigmoid", 1);
    trains(&inputs(4, 1), &Array1::from(vec![-5., -5., 9e15, 9e15]), "softmax", 2);
}

#[test]
fn one_row_is_no_rows() {
    let folder = Folder::new();
    folder.archive("set.npz", &inputs(2, 1), &Array1::from(vec![1.5, -2.5]));
    let own = folder.parameters(json!({
        "NPZ_DATASET": "set.npz", "LAYER_SIZES": [1, 1], "LAYER_ACTS": ["-", "linear"],
        "WARMUP_EPOCHS": 1, "R2_PATIENCE": 1,
    }));
    folder.train(&own, "run", &[]).ended(0).says(&[
        "dataset: set: 2 rows, 1 feature, 1 target\n",
        "train: 1 row\nvalidation: 1 row\n",
        "better validation R² for 1 epoch,",
        "not in the 1 epoch of warm-up",
    ]);
}

#[test]
fn a_constant_target_is_met() {
    let folder = trains(&inputs(10, 2), &Array1::from_elem(10, 7.0), "linear", 1);
    let figures = |run: &str| {
        let validation = &folder.json(&format!("{run}/summary.json"))["validation"];
        ["loss", "rmse", "mae", "r2"].map(|name| validation[name].as_f64().unwrap())
    };
    // The scale of a constant is 1, so the errors are those of the outputs, not 0.
    let [loss, rmse, mae, r2] = figures("run");
    assert!(0.0 < mae && mae <= rmse && r2 == 0.0, "{mae} {rmse} {r2}");
    // One target of scale 1: the same sum. The loss of a row has three roundings of f32 (difference,
    // square, division), the error one or two: less than 8 · 2^-24.
    assert!((rmse * rmse - loss).abs() <= 8.0 * 0.5f64.powi(24) * loss, "{rmse} {loss}");
    // Linear least squares with the solution 0: every step shortens the way to it.
    let mut more = vec!["--set", "LAYER_SIZES=[2,1]", "--set", "LAYER_ACTS=[\"-\",\"linear\"]"];
    more.extend(["--set", "MAX_EPOCHS=2000"]);
    folder.train(&folder.path("own.json"), "linear", &more).ended(0);
    let [_, rmse, ..] = figures("linear");
    assert!(rmse < 1e-12, "{rmse}");
}

#[test]
fn huge_values_train_when_scaled() {
    let x = inputs(20, 2) * 1e30 + 1e31;
    trains(&x, &(&x.column(0).to_owned() * 10.0), "linear", 1);
}

#[test]
fn rows_of_weight_zero_do_not_count() {
    let folder = Folder::new();
    let mut weights = Array1::zeros(12);
    weights.slice_mut(ndarray::s![..8]).fill(1.0);
    folder.weighted_archive("set.npz", &inputs(12, 2), &labels(12), Some(&weights));
    let own = folder.parameters(json!({
        "NPZ_DATASET": "set.npz", "LAYER_SIZES": [2, 2], "LAYER_ACTS": ["-", "softmax"],
        "BATCH_SIZE": 1,
    }));
    folder.train(&own, "run", &[]).ended(0);
    assert!(folder.json("run/summary.json")["validation"]["loss"].is_f64());
}

#[test]
fn names_with_blanks_accents_and_escapes_work() {
    let folder = Folder::new();
    let name = "d é\u{1b}[31m t";
    let data = folder
        .write(&format!("{name}.npz"), std::fs::read(repository("datasets/iris.npz")).unwrap());
    let own = folder.parameters(json!({
        "NPZ_DATASET": data.file_name().unwrap().to_str(), "LAYER_NAMES": ["a b", "ü\u{7}", "-"],
    }));
    let ran = folder.train(&own, "deep/ly/my run", &[]).ended(0);
    assert!(!ran.stderr.contains('\u{1b}') && !ran.stderr.contains('\u{7}'), "{}", ran.stderr);
    assert_eq!(folder.list("deep/ly/my run").len(), 4);
    folder.train(&folder.path("deep/ly/my run/params.json"), "again", &[]).ended(0);
    let model = |run: &str| folder.bytes(&format!("{run}/model.safetensors"));
    assert_eq!(model("again"), model("deep/ly/my run"));
}

/// params.json could not name the data again.
#[cfg(target_os = "linux")]
#[test]
fn data_whose_path_is_no_text_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let below = folder.path("").join(std::ffi::OsStr::from_bytes(b"d\xff"));
    std::fs::create_dir(&below).unwrap();
    std::fs::copy(repository("datasets/iris.npz"), below.join("set.npz")).unwrap();
    let own = folder.parameters(json!({"NPZ_DATASET": "set.npz"}));
    let mut command = folder.command(&["train", own.to_str().unwrap(), "--out", "run"]);
    let ran = crate::support::Ran::from(command.current_dir(&below).output().unwrap());
    ran.refused(&["own.json: DATASET: found \"", "d\\xFF/set.npz\", a path that is not UTF-8"]);
    assert_eq!(std::fs::read_dir(&below).unwrap().count(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_whose_name_is_no_text_works() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let own = folder.parameters(json!({}));
    let mut command = folder.command(&["train", own.to_str().unwrap(), "--out"]);
    command.arg(std::ffi::OsStr::from_bytes(b"r\xffn"));
    crate::support::Ran::from(command.output().unwrap()).ended(0).says(&["saved in r"]);
}
