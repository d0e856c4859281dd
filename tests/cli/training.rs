//! A run to its end, and its files.

use std::fs::File;

use ndarray_npy::NpzWriter;
use serde_json::{Value, json};

use crate::support::{Folder, inputs, labels, repository, unbroken};

const FILES: [&str; 4] = ["history.csv", "model.safetensors", "params.json", "summary.json"];

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_classification_shows_its_table_and_leaves_its_four_files() {
    let folder = Folder::new();
    let iris = repository("params/iris.json");
    let more = ["--set", "ACC_PATIENCE=null", "--set", "MAX_EPOCHS=45"];
    let ran = folder.train(&iris, "run", &more).ended(0);

    let mut table = ran.stdout.lines();
    let head = "Epoch | Loss(tr) | ΔLoss | Acc(tr) | Loss(val) | ΔLoss(v) | Acc(val) | Rec(val) | F1(val) | Pat.";
    let cells = |line: &str| line.split('|').map(|c| c.trim().to_string()).collect::<Vec<_>>();
    assert_eq!(cells(table.next().unwrap()), cells(head));
    let rows: Vec<Vec<String>> = table.map(cells).collect();
    let shown: Vec<u32> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(shown, (1..=20).chain([30, 40]).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.len() == 10), "{rows:?}");

    ran.says(&[
        "parameters: ",
        "    MAX_EPOCHS: 45  (--set)",
        "    LR: 0.05\n",
        "dataset: iris: 150 rows, 4 features, 3 classes",
        "train: 105 rows (35 x 0=setosa | 35 x 1=versicolor | 35 x 2=virginica)",
        "validation: 45 rows (15 x 0=setosa",
        "architecture: input(4) -> hidden1(16, relu) -> hidden2(32, relu) -> output(3, softmax)",
        "stops at: 1) training loss moved by < 1e-8, 4) epoch 45; not in the 10 epochs of warm-up",
        "device: cpu (--backend cpu)",
        "stopped at epoch 45: criterion 4, MAX_EPOCHS reached",
        "final, epoch 45",
        "best, epoch ",
        "/105)",
        "duration: ",
        "saved in run",
    ]);
    let (_, ending) = ran.stderr.split_once("stopped at").unwrap();
    assert!(ending.lines().all(|line| line.chars().count() <= 80), "{ending}");
    assert_eq!(folder.list("run"), FILES);
    assert_eq!(folder.list(""), ["run"]);
    let history = folder.read("run/history.csv");
    let lines: Vec<&str> = history.lines().collect();
    assert_eq!(
        lines[0],
        "epoch,train_loss,train_accuracy,val_loss,val_accuracy,val_recall,val_f1,patience,seconds"
    );
    assert_eq!(lines.len(), 46);
    for (epoch, line) in (1..).zip(&lines[1..]) {
        let numbers: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        assert_eq!((numbers.len(), numbers[0]), (9, f64::from(epoch)), "{line}");
    }
}

#[test]
fn a_quiet_run_tells_where_it_is_saved() {
    let folder = Folder::new();
    let iris = repository("params/iris.json");
    let ran = folder.train(&iris, "run", &["-q"]).ended(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "saved in run\n"));
    assert_eq!(folder.list("run"), FILES);
    folder.train(&iris, "no", &["-q", "-v"]).refused(&["--quiet", "--verbose"]);
    folder.train(&iris, "no", &["-q", "--set", "LR=-1"]).refused(&["LR: found -1"]);
}

#[test]
fn the_summary_of_a_classification_has_the_keys_of_the_specification() {
    let folder = Folder::new();
    folder.train(&repository("params/iris.json"), "run", &[]).ended(0);
    let summary = folder.json("run/summary.json");
    assert_eq!(
        keys(&summary),
        [
            "dataset",
            "task",
            "rows",
            "backend",
            "device",
            "schedule",
            "epochs",
            "best_epoch",
            "stop_reason",
            "train",
            "validation",
            "seconds",
            "steps",
            "microseconds_per_step"
        ]
    );
    assert_eq!((&summary["dataset"], &summary["task"]), (&"iris".into(), &"classification".into()));
    assert_eq!(keys(&summary["rows"]), ["train", "validation", "test"]);
    assert_eq!(summary["rows"]["train"], 105);
    for split in ["train", "validation"] {
        assert_eq!(keys(&summary[split]), ["loss", "accuracy", "recall", "f1"]);
        assert!(summary[split].as_object().unwrap().values().all(Value::is_f64));
    }
    assert_eq!(keys(&summary["seconds"]), ["load", "compile", "train", "evaluate", "total"]);
    assert!(summary["seconds"].as_object().unwrap().values().all(|s| s.as_f64() >= Some(0.0)));
    let epochs = summary["epochs"].as_u64().unwrap();
    assert_eq!(summary["steps"], epochs * 11);
    assert!(summary["best_epoch"].as_u64().unwrap() <= epochs);
    assert!(summary["stop_reason"].is_string() && summary["microseconds_per_step"].is_f64());
}

/// (rows, samples, channels) would train with one channel per sample: the header says how rows are read.
#[test]
fn the_header_says_how_a_signal_is_read_and_what_to_do_where_its_axes_look_exchanged() {
    let folder = Folder::new();
    let own = folder.parameters(json!({
        "NPZ_DATASET": "d.npz", "LAYER_SIZES": null, "LAYER_ACTS": null, "MAX_EPOCHS": 1,
        "LAYERS": [
            {"type": "conv1d", "filters": 2, "kernel": 3},
            {"type": "dense", "units": 2, "activation": "softmax"},
        ],
    }));
    for (shape, read, exchanged) in [
        ((20, 50, 3), "50 channels x 3 samples", true),
        ((20, 3, 50), "3 channels x 50 samples", false),
        ((20, 4, 3), "4 channels x 3 samples", false),
    ] {
        let x = inputs(20, shape.1 * shape.2).into_shape_with_order(shape).unwrap();
        let mut archive = NpzWriter::new(File::create(folder.path("d.npz")).unwrap());
        archive.add_array("X", &x).unwrap();
        archive.add_array("y", &labels(20)).unwrap();
        archive.finish().unwrap();
        let ran = folder.train(&own, read, &[]).ended(0);
        ran.says(&[&format!("dataset: d: 20 rows, {read}, 2 classes")]);
        let remedy = "if the last axis holds the channels: INPUT_LAYOUT=channels_last";
        assert_eq!(unbroken(&ran.stderr).contains(remedy), exchanged, "{}", ran.stderr);
    }
}

/// Targets of a millionth: RMSE and MAE show significant digits, in aligned columns.
#[test]
fn figures_of_small_and_large_targets_show_digits_that_mean_something() {
    for unit in [1e-6, 1e4] {
        let folder = Folder::new();
        let x = inputs(40, 2);
        let y = x.column(0).mapv(|x| unit * (1.0 + x));
        folder.archive("d.npz", &x, &y);
        let own = folder.parameters(json!({
            "NPZ_DATASET": "d.npz", "LAYER_SIZES": [2, 3, 1], "LAYER_ACTS": ["-", "tanh", "linear"],
        }));
        let trained = folder.train(&own, "run", &[]).ended(0);
        let evaluated = folder.run(&["evaluate", "run/model.safetensors", "d.npz"]).ended(0);
        let inspected = folder.run(&["inspect", "d.npz"]).ended(0);
        for text in [&trained.stdout, &trained.stderr, &evaluated.stdout, &inspected.stdout] {
            assert!(!text.contains("0.000000"), "{text}");
        }
        let widths: Vec<usize> = trained.stdout.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{}", trained.stdout);
    }
}

#[test]
fn a_regression_has_its_own_columns_and_figures_and_a_test_split_where_asked() {
    let folder = Folder::new();
    let diabetes = repository("params/diabetes.json");
    let more = ["--set", "MAX_EPOCHS=2", "--set", "SPLIT=[0.6,0.2,0.2]"];
    let ran = folder.train(&diabetes, "run", &more).ended(0);
    assert!(ran.stdout.lines().next().unwrap().ends_with("R²(val) |  RMSE(val) |  Pat."));
    let history = folder.read("run/history.csv");
    let head = "epoch,train_loss,train_r2,val_loss,val_r2,val_rmse,patience,seconds";
    assert_eq!(history.lines().next(), Some(head));
    assert_eq!(history.lines().count(), 3);
    let summary = folder.json("run/summary.json");
    assert_eq!(summary["task"], "regression");
    for split in ["train", "validation", "test"] {
        assert_eq!(keys(&summary[split]), ["loss", "r2", "rmse", "mae", "outputs"]);
        assert_eq!(summary[split]["outputs"].as_array().unwrap().len(), 1);
        assert_eq!(keys(&summary[split]["outputs"][0]), ["r2", "rmse", "mae"]);
    }
}

#[test]
fn the_run_s_own_parameter_file_holds_every_key_and_names_its_data() {
    let folder = Folder::new();
    folder.train(&repository("params/iris.json"), "run", &[]).ended(0);
    let file = folder.json("run/params.json");
    assert_eq!(keys(&file), ["parameters"]);
    let own = &file["parameters"];
    let names: Vec<&str> = gpu_mlp::rooms::params::keys().map(|key| key.name).collect();
    assert_eq!(keys(own), names);
    assert!(std::path::Path::new(own["DATASET"].as_str().unwrap()).is_absolute());
    let hash = own["DATASET_SHA256"].as_str().unwrap();
    assert!(hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{hash}");
    assert_eq!((&own["DEVICE"], &own["SCHEDULE"]), (&"cpu".into(), &"fused".into()));
    assert_eq!((&own["SPLIT_SEED"], &own["TARGET_NORMALIZE"]), (&42.into(), &"none".into()));
}

#[test]
fn without_out_the_run_goes_to_runs_and_never_into_another() {
    let folder = Folder::new();
    let own = folder.parameters(serde_json::json!({}));
    for runs in 1..=3 {
        folder.run(&["train", own.to_str().unwrap()]).ended(0).says(&["saved in runs"]);
        let names = folder.list("runs");
        assert_eq!(names.len(), runs, "{names:?}");
        assert!(names.iter().all(|name| name.starts_with("iris-20")), "{names:?}");
        assert!(names.iter().all(|name| folder.list(&format!("runs/{name}")) == FILES));
    }
}

#[test]
fn layers_are_shown_as_a_table_of_shapes() {
    let folder = Folder::new();
    let file = repository("params/cylinder_bell_funnel.json");
    let ran = folder.train(&file, "run", &["--set", "MAX_EPOCHS=1"]).ended(0);
    let cells = |line: &str| {
        line.split("  ")
            .map(str::trim)
            .filter(|c| !c.is_empty())
            .map(String::from)
            .collect::<Vec<_>>()
    };
    let table: Vec<Vec<String>> = ran
        .stderr
        .lines()
        .skip_while(|line| *line != "architecture:")
        .skip(1)
        .take(12)
        .map(cells)
        .collect();
    let conv1d = "conv1d: 16 filters, kernel 9, stride 1, padding";
    // A long one goes on below.
    let rest = &["same, relu"][..];
    let expected: [&[&str]; 12] = [
        &["layer", "output", "parameters"],
        &["input", "(1, 128)"],
        &["1", conv1d, "(16, 128)", "160"],
        rest,
        &["2", "maxpool1d: size 2, stride 2", "(16, 64)"],
        &["3", conv1d, "(16, 64)", "2320"],
        rest,
        &["4", "maxpool1d: size 64, stride 64", "(16, 1)"],
        &["5", "flatten", "(16)"],
        &["6", "dense: 32, relu", "(32)", "544"],
        &["7", "dense: 3, softmax", "(3)", "99"],
        &["all layers", "3123"],
    ];
    assert_eq!(table, expected);
    let summary = folder.json("run/summary.json");
    assert_eq!(summary["rows"]["test"], 600);
    let ran = folder.run(&["inspect", "run/model.safetensors"]).ended(0);
    for words in [
        "input: (1, 128)",
        "layer 1: maxpool1d: size 2, stride 2 -> (16, 64)",
        "(16, 16, 9), L2 norm",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
}

#[test]
fn the_signals_that_ship_are_told_apart() {
    let folder = Folder::new();
    let file = repository("params/cylinder_bell_funnel.json");
    folder.train(&file, "run", &["--set", "RANDOM_SEED=1"]).ended(0);
    let accuracy = &folder.json("run/summary.json")["test"]["accuracy"];
    assert!(accuracy.as_f64().unwrap() >= 0.97, "{accuracy}");
}
