//! `gpu-mlp check`

use serde_json::json;

use crate::support::{Folder, repository};

#[test]
fn a_file_that_can_be_trained_is_told_and_nothing_is_written() {
    let folder = Folder::new();
    let own = folder.parameters(json!({}));
    let own = own.to_str().unwrap();
    let ran = folder.run(&["check", own, "--backend", "cpu", "--set", "LR=0.5"]).ended(0);
    for words in [
        "    LR: 0.5  (--set)",
        "dataset: iris: 150 rows, 4 features, 3 classes",
        "architecture: input(4) -> hidden1(5, tanh) -> output(3, softmax), 43 parameters",
        "devices:\n    cpu: fused, blocked, layered; memory ",
        "it can be trained\n",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    assert_eq!((ran.stderr.as_str(), folder.list("")), ("", vec!["own.json".to_string()]));
    // A convolution is no chain of dense layers.
    let signals = repository("params/cylinder_bell_funnel.json");
    let ran = folder.run(&["check", signals.to_str().unwrap(), "--device", "cpu"]).ended(0);
    assert!(ran.stdout.contains("    cpu: blocked, layered; memory "), "{}", ran.stdout);
}

#[test]
fn what_train_refuses_is_refused() {
    let folder = Folder::new();
    let own = folder.parameters(json!({}));
    let own = own.to_str().unwrap();
    for (more, words) in [
        (
            &["--set", "LAYER_SIZES=[3,5,3]"][..],
            "--set LAYER_SIZES: found [3, 5, 3]; its first number",
        ),
        (&["--set", "NPZ_DATASET=none.npz"], "DATASET: found \"none.npz\""),
        (&["--set", "SCHEDULE=none"], "--set SCHEDULE: found \"none\"; allowed on this device"),
        (&["--device", "no such card"], "--device no such card; allowed: auto"),
        (&["--lr", "0.1"], "--lr: settings are keys of the parameter file; write --set LR=0.1"),
    ] {
        folder.run(&[&["check", own], more].concat()).refused(&[words]);
    }
}

#[test]
fn the_memory_of_the_cpu_includes_the_data() {
    let folder = Folder::new();
    let memory = |rows: usize| -> f64 {
        folder.archive("data.npz", &crate::support::inputs(rows, 8), &crate::support::labels(rows));
        let own = folder.parameters(json!({
            "NPZ_DATASET": folder.path("data.npz"), "LAYER_SIZES": [8, 2], "LAYER_ACTS": ["-", "softmax"],
        }));
        let ran = folder.run(&["check", own.to_str().unwrap(), "--backend", "cpu"]).ended(0);
        let text = ran.stdout.split_once("; memory ").unwrap().1;
        assert!(text.lines().next().unwrap().ends_with(", data included"), "{text}");
        text.split_once(" MiB").unwrap().0.parse().unwrap()
    };
    // 12 bytes per input and target: 8 when read, 4 in training.
    let expected = (100_000 * (8 + 1) * 12) as f64 / f64::from(1 << 20);
    let found = memory(100_000);
    assert!((found - expected).abs() < 1.0, "{found}, expected {expected}");
    assert!(memory(200) < found, "of less data");
}

#[test]
fn every_line_has_eighty_columns() {
    let names = (0..12).map(|layer| format!("a layer of the name {layer}"));
    let expression = format!("max(0, x){}", " + 0.01*x".repeat(20));
    let mut activations = vec!["-"];
    activations.resize(11, &expression);
    activations.push("softmax");
    let chain = json!({
        "LAYER_SIZES": vec![4; 11].into_iter().chain([3]).collect::<Vec<_>>(),
        "LAYER_NAMES": names.collect::<Vec<_>>(),
        "LAYER_ACTS": activations,
        "ACC_PATIENCE": 100, "LOSS_PATIENCE": 1000, "LOSS_TOL": 1e-12, "WARMUP_EPOCHS": 20,
    });
    let dense = |units: usize, activation: &str| json!({"type": "dense", "units": units, "activation": activation});
    let table = json!({
        "LAYER_SIZES": null, "LAYER_ACTS": null, "LAYERS": [dense(8, &expression), dense(3, "softmax")],
    });
    // Paths stay whole.
    let is_path = |line: &str| line.starts_with("parameters: ") || line.contains("DATASET");
    let long = |text: &str| {
        let mut lines = text.lines().filter(|line| !is_path(line));
        lines.any(|line| line.chars().count() > 80)
    };
    for changes in [chain, table] {
        let folder = Folder::new();
        let own = folder.parameters(changes);
        let ran = folder.run(&["check", own.to_str().unwrap()]).ended(0);
        assert!(!long(&ran.stdout), "{}", ran.stdout);
        let ran = folder.train(&own, "run", &["-v"]).ended(0);
        let header = ran.stderr.split_once("\nstopped at").unwrap().0;
        assert!(!long(header), "{header}");
        assert!(!long(
            folder.run(&["inspect", "run"]).ended(0).stdout.split_once("reached:").unwrap().0
        ));
    }
    assert!(!long(&Folder::new().run(&["devices"]).ended(0).stdout));
}
