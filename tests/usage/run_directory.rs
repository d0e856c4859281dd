//! A run's directory in place of its model.

use serde_json::{Value, json};

use crate::support::{Folder, repository};

fn trained(folder: &Folder, changes: Value) {
    folder.train(&folder.parameters(changes), "run", &[]).ended(0);
}

/// A regression with weights, Adam, a test split and an output that is far from 0.
fn regression() -> Value {
    json!({
        "NPZ_DATASET": repository("datasets/diabetes.npz"),
        "LAYER_SIZES": [10, 8, 1],
        "LAYER_ACTS": ["-", "tanh", "linear"],
        "OPTIMIZER": "adam",
        "SPLIT": [0.6, 0.2, 0.2],
    })
}

#[test]
fn evaluate_without_data_has_the_figures_of_the_summary() {
    for changes in [json!({}), regression(), json!({"SPLIT": [1, 0], "SCHEDULE": "layered"})] {
        let folder = Folder::new();
        trained(&folder, changes);
        let ran = folder.run(&["evaluate", "run", "--json"]).ended(0);
        let found: Value = serde_json::from_str(&ran.stdout).unwrap();
        let summary = folder.json("run/summary.json");
        for key in ["task", "best_epoch", "train", "validation", "test"] {
            // The same device, schedule, rows and weights: to the bit.
            assert_eq!(found.get(key), summary.get(key), "{key}");
        }
        let table = folder.run(&["evaluate", "run"]).ended(0).stdout;
        assert!(table.contains("    train ") && table.contains(", epoch "), "{table}");
        assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    }
}

#[test]
fn a_run_s_directory_is_taken_wherever_a_model_is() {
    let folder = Folder::new();
    trained(&folder, json!({}));
    let iris = repository("datasets/iris.npz");
    let iris = iris.to_str().unwrap();
    for command in [
        &["predict", "MODEL", iris][..],
        &["evaluate", "MODEL", iris],
        &["inspect", "MODEL"],
        &["export", "MODEL", "-o", "-"],
    ] {
        let of = |model: &str| {
            let with =
                |word: &&str| if *word == "MODEL" { model.to_owned() } else { word.to_string() };
            let words: Vec<String> = command.iter().map(with).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let output = folder.command(&words).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            output.stdout
        };
        assert_eq!(of("run"), of("run/model.safetensors"), "{command:?}");
    }
    folder.run(&["export", "run"]).ended(0).says(&["saved in run/model.onnx"]);
}

#[test]
fn what_is_no_run_or_another_run_is_refused() {
    let folder = Folder::new();
    trained(&folder, json!({}));
    folder.write("empty/note.txt", "");
    let words = "is a directory without a model.safetensors";
    folder.run(&["evaluate", "empty"]).refused(&[words]);
    folder.run(&["predict", "empty", "x.csv"]).refused(&[words]);
    folder.run(&["evaluate", "run/model.safetensors"]).refused(&["the data are missing"]);
    let mut parameters = folder.json("run/params.json");
    parameters["parameters"]["LAYER_SIZES"] = json!([4, 6, 3]);
    folder.write("run/params.json", parameters.to_string());
    folder
        .run(&["evaluate", "run"])
        .refused(&["params.json and model.safetensors are not of one run"]);
    parameters["parameters"]["DATASET_SHA256"] = json!("0".repeat(64));
    folder.write("run/params.json", parameters.to_string());
    folder.run(&["evaluate", "run"]).refused(&["the data are not those of that run; restore them"]);
    std::fs::remove_file(folder.path("run/params.json")).unwrap();
    folder.run(&["evaluate", "run"]).refused(&["run: params.json is missing"]);
}
