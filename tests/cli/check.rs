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
        "devices:\n    cpu: fused, layered; memory ",
        "it can be trained\n",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    assert_eq!((ran.stderr.as_str(), folder.list("")), ("", vec!["own.json".to_string()]));
    // A convolution is no chain of dense layers.
    let signals = repository("params/cylinder_bell_funnel.json");
    let ran = folder.run(&["check", signals.to_str().unwrap(), "--device", "cpu"]).ended(0);
    assert!(ran.stdout.contains("    cpu: layered; memory "), "{}", ran.stdout);
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
        (&["--set", "NPZ_DATASET=none.npz"], "NPZ_DATASET: found \"none.npz\""),
        (&["--set", "SCHEDULE=none"], "--set SCHEDULE: found \"none\"; allowed on this device"),
        (&["--device", "no such card"], "--device no such card; allowed: auto"),
        (&["--lr", "0.1"], "--lr: settings are keys of the parameter file; write --set LR=0.1"),
    ] {
        folder.run(&[&["check", own], more].concat()).refused(&[words]);
    }
}
