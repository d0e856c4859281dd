//! Files and what `--set` puts over them: where they are looked up, and how errors name them.

use gpu_mlp::rooms::error::Place;
use gpu_mlp::rooms::params::parse_override;
use gpu_mlp::rooms::run::{Optimizer, Parameters};
use serde_json::json;
use tempfile::TempDir;

use crate::{all_set, file, message, read, written};

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
        (&["BATCHSIZE=3"], "--set BATCHSIZE: unknown key; it is BATCH_SIZE here"),
        (&["LR=1", "LR=2"], "--set LR: given twice"),
        (&["R2_PATIENCE=3"], "--set R2_PATIENCE: the task is classification"),
    ] {
        let message = message(read(&text, overrides));
        assert!(message.starts_with(words), "{message}");
    }
}

/// What programs read: no message has to be taken apart.
#[test]
fn a_refusal_has_its_file_key_and_part_as_places() {
    let folder = TempDir::new().unwrap();
    let keys = json!({"CLASS_WEIGHT": [1, -1, 0], "NORMALIZE": "zscore"});
    let path = written(&folder, "run.json", file(keys).to_string());
    let name = path.display().to_string();
    let whole = |text: &str| Place::Whole(text.into());
    let place = |overrides: &[&str]| {
        all_set(overrides).and_then(|own| Parameters::read(&path, &own)).unwrap_err().place
    };
    let item = Place::Part("item 2".into());
    assert_eq!(place(&[]), [whole(&name), whole("CLASS_WEIGHT"), item.clone()]);
    assert_eq!(place(&["CLASS_WEIGHT={\"1\": -1}"]), [whole("--set CLASS_WEIGHT"), whole("1")]);
    assert_eq!(place(&["LR=0"]), [whole("--set LR")]);
    assert_eq!(place(&["LR=null"]), [whole(&name), whole("CLASS_WEIGHT"), item.clone()]);
    assert_eq!(place(&["LR=[1"])[0], whole("--set LR"));
    assert_eq!(place(&["R2_PATIENCE=2", "CLASS_WEIGHT=null"]), [whole("--set R2_PATIENCE")]);
    let mlp = "LAYER_SIZES=null";
    let layers = "LAYERS=[{\"type\": \"dense\", \"units\": 0}, {\"type\": \"dense\"}]";
    let first = Place::Part("item 1".into());
    let places = [whole("--set LAYERS"), first, whole("units")];
    assert_eq!(place(&[mlp, "LAYER_ACTS=null", layers]), places);
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
    assert!(refused("large.json", &vec![b' '; (4 << 20) + 1]).starts_with("is larger than 4 MB"));
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
fn the_two_files_of_the_source_document_ship_under_its_names() {
    let value = |path: &str| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    for (shipped, source) in
        [("params_reg.json", "source_diabetes.json"), ("params_clf.json", "source_iris.json")]
    {
        let (shipped_file, source) =
            (value(&format!("params/{shipped}")), value(&format!("tests/parameters/{source}")));
        assert_eq!(shipped_file["parameters"], source["parameters"]);
        // Tests run in the repository's root, where the file is found without its folder.
        let found = Parameters::locate(shipped.as_ref()).unwrap();
        assert_eq!(found, std::path::Path::new("params").join(shipped));
    }
    let given = std::path::Path::new("params/iris.json");
    assert_eq!(Parameters::locate(given).as_deref(), Ok(given));
    let missing = message(Parameters::locate("params_clasf.json".as_ref()));
    assert_eq!(
        missing,
        "params_clasf.json: there is no such file, nor params/params_clasf.json; did you mean \
         params_clf.json?"
    );
}

#[test]
fn the_data_set_is_looked_up_around_the_parameter_file() {
    let folder = TempDir::new().unwrap();
    let parameter_file = folder.path().join("params/iris.json");
    let named = |name: &str| Parameters::from_json(&file(json!({ "DATASET": name }))).unwrap();
    // From the last place to the first: each new file goes before those already there.
    for place in ["datasets/some_set.npz", "params/datasets/some_set.npz", "params/some_set.npz"] {
        let path = written(&folder, place, "");
        assert_eq!(named("some_set.npz").locate_dataset(Some(&parameter_file)), Ok(path));
    }
    let absolute = written(&folder, "elsewhere/other.npz", "");
    let p = named(&absolute.display().to_string());
    assert_eq!(p.locate_dataset(Some(&parameter_file)), Ok(absolute));
    let message = message(named("sme_set").locate_dataset(Some(&parameter_file)));
    for words in [
        "params/iris.json: DATASET: found \"sme_set\", but there is no such file; looked for sme_set, ",
        "params/sme_set, datasets/sme_set, ",
        "params/datasets/sme_set, ",
        "; did you mean some_set.npz?; README tells how to get",
    ] {
        assert!(message.contains(words), "{message}");
    }
}
