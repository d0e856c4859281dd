//! `gpu-mlp inspect`

use serde_json::json;

use crate::support::{Folder, inputs, labels, repository, unbroken};

#[test]
fn a_data_set_is_shown_with_its_arrays_classes_and_features() {
    let iris = repository("datasets/iris.npz");
    let ran = Folder::new().run(&["inspect", iris.to_str().unwrap()]).ended(0);
    assert_eq!(ran.stderr, "");
    for words in [
        "(150, 4)",
        "data set: 150 rows of (4)",
        "targets: 3 distinct integers (50 x 0=setosa | 50 x 1=versicolor | 50 x 2=virginica)",
        "feature ",
        "least",
    ] {
        let text = ran.stdout.clone() + &unbroken(&ran.stdout);
        assert!(text.contains(words), "{words}: {}", ran.stdout);
    }
}

#[test]
fn an_archive_that_makes_no_data_set_is_shown_all_the_same() {
    let folder = Folder::new();
    folder.archive("odd.npz", &inputs(5, 2), &labels(4));
    let ran = folder.run(&["inspect", "odd.npz"]).ended(2);
    assert!(ran.stdout.contains("(5, 2)"), "{}", ran.stdout);
    ran.says(&["error: as a data set it can't be used: ", "5 rows but array y has 4"]);
}

#[test]
fn a_model_is_shown_with_its_layers_and_labels() {
    let folder = Folder::new();
    let own = folder.parameters(json!({"LAYER_NAMES": ["in", "middle", "out"]}));
    folder.train(&own, "run", &[]).ended(0);
    let ran = folder.run(&["inspect", "run/model.safetensors"]).ended(0);
    for words in [
        "gpu-mlp model, classification on iris, best epoch ",
        "input: (4)",
        "layer 0: dense: 5, tanh -> (5), middle",
        "layer 1: dense: 3, softmax -> (3), out",
        "layers.0.weight",
        "(5, 4), L2 norm",
        "43 parameters",
        "labels: 0, 1, 2",
        "target names: setosa, versicolor, virginica",
        "reached: {\"train\":{\"loss\":",
        "parameters: {\"parameters\":{\"DATASET\":",
        "input scaling: (value - shift) * scale, 4 of each",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
}

#[test]
fn anything_else_is_refused() {
    let folder = Folder::new();
    folder.write("note.txt", "a text");
    folder.write("empty", "");
    folder.write("cut.npz", &std::fs::read(repository("datasets/iris.npz")).unwrap()[..300]);
    folder.write("false.safetensors", b"\xff\xff\xff\xff\xff\xff\xff\x7f{}");
    folder.write("foreign.safetensors", b"\x02\0\0\0\0\0\0\0{}");
    for (file, words) in [
        ("note.txt", "is neither an NPZ archive nor a model.safetensors"),
        ("empty", "is neither an NPZ archive nor a model.safetensors"),
        ("cut.npz", "cut.npz: "),
        ("false.safetensors", "is no safetensors file"),
        ("foreign.safetensors", "it is no model of gpu-mlp"),
        ("missing.npz", "missing.npz: can't be read"),
        (
            ".",
            "is a directory without a model.safetensors; allowed: a model file, or the directory",
        ),
    ] {
        folder.run(&["inspect", file]).refused(&[words, file]);
    }
}
