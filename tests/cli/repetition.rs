//! The same seed gives the same bits.

use crate::support::{Folder, repository, without_seconds};

/// Runs `file` again in several ways; each leaves the same history and the same model.
#[track_caller]
fn the_same_bits_whatever_the_way(file: &str, more: &[&str]) {
    let folder = Folder::new();
    let file = repository(file);
    folder.train(&file, "first", more).ended(0);
    folder.train(&file, "second", more).ended(0);
    folder.train(&file, "one", &[more, &["--threads", "1"]].concat()).ended(0);
    folder.train(&file, "two", &[more, &["--threads", "2"]].concat()).ended(0);
    folder.train(&folder.path("first/params.json"), "own", &[]).ended(0);
    folder.train(&folder.path("own/params.json"), "own of own", &["--json"]).ended(0);
    let history = folder.read("first/history.csv");
    for run in ["second", "one", "two", "own", "own of own"] {
        let again = folder.read(&format!("{run}/history.csv"));
        assert_eq!(without_seconds(&again), without_seconds(&history), "{run}");
        let model = |run: &str| folder.bytes(&format!("{run}/model.safetensors"));
        assert!(model(run) == model("first"), "{run}: another model");
        let parameters = |run: &str| folder.read(&format!("{run}/params.json"));
        assert_eq!(parameters(run), parameters("first"), "{run}");
    }
}

#[test]
fn a_classification_repeats_itself() {
    the_same_bits_whatever_the_way("params/iris.json", &[]);
}

#[test]
fn a_regression_repeats_itself() {
    // A small last batch, and more validation rows than a thread takes at once.
    let more = ["--set", "MAX_EPOCHS=3", "--set", "SPLIT=[0.3,0.7]"];
    the_same_bits_whatever_the_way("params/diabetes.json", &more);
}

#[test]
fn another_seed_is_another_run() {
    let folder = Folder::new();
    let file = repository("params/iris.json");
    folder.train(&file, "first", &[]).ended(0);
    folder.train(&file, "other", &["--set", "RANDOM_SEED=18446744073709551615"]).ended(0);
    assert_ne!(folder.bytes("first/model.safetensors"), folder.bytes("other/model.safetensors"));
    let seed = &folder.json("other/params.json")["parameters"]["RANDOM_SEED"];
    assert_eq!(seed.as_u64(), Some(u64::MAX));
}

#[test]
fn a_network_of_signals_repeats_itself() {
    let more = ["--set", "MAX_EPOCHS=2", "--set", "SPLIT=[0.3,0.7]"];
    the_same_bits_whatever_the_way("params/cylinder_bell_funnel.json", &more);
}
