//! Settings that are refused: exit code 2, one message, nothing written.

use serde_json::json;

use crate::support::{Folder, inputs, labels, repository};

/// Arguments after `train FILE --out run`, and words of the answer.
const WRONG: &[(&[&str], &[&str])] = &[
    (&["--set", "LRR=1"], &["--set LRR: unknown key; did you mean LR?"]),
    (&["--set", "LR"], &["--set LR: found no \"=\""]),
    (&["--set", "LR=fast"], &["--set LR: found \"fast\"; allowed: a number above 0"]),
    (&["--set", "LR=0"], &["--set LR: found 0; allowed: a number above 0"]),
    (&["--set", "LR=1", "--set", "LR=2"], &["--set LR: given twice"]),
    (
        &["--set", "LR_SCHEDULE=cosin"],
        &["--set LR_SCHEDULE: found \"cosin\"; allowed: ", "did you mean cosine?"],
    ),
    (
        &["--set", "LR_SCHEDULE=cosine(0.2)"],
        &["--set LR_SCHEDULE: found \"cosine(0.2)\", whose floor is above LR, 0.1; allowed: "],
    ),
    (&["--set", "MAX_EPOCHS=4294967296"], &["--set MAX_EPOCHS: ", "from 1 to 4294967294"]),
    (&["--set", "BATCH_SIZE=2.5"], &["--set BATCH_SIZE: found 2.5"]),
    (&["--set", "RANDOM_SEED=-1"], &["--set RANDOM_SEED: found -1"]),
    (&["--set", "LAYER_SIZES=[4,5,1e9]"], &["--set LAYER_SIZES, item 3: "]),
    (&["--set", "LAYER_SIZES=[7,5,3]"], &["--set LAYER_SIZES: found [7, 5, 3]", "has to be 4"]),
    (&["--set", "LAYER_SIZES=[4,5,4]"], &["tells 4 classes apart", "has 3 (labels 0, 1, 2)"]),
    (&["--set", "SPLIT=[1,0]", "--set", "ACC_PATIENCE=5"], &["--set ACC_PATIENCE: there are no"]),
    (&["--set", "SPLIT=[0.5,0.4]"], &["--set SPLIT: found [0.5,0.4], whose sum is 0.9"]),
    (&["--set", "R2_PATIENCE=5"], &["--set R2_PATIENCE: ", "classification", "use ACC_PATIENCE"]),
    (
        &["--set", "LAYER_ACTS=[\"-\",\"x * (2 + \",\"softmax\"]"],
        &["--set LAYER_ACTS", "\n    x * (2 +\n            ^"],
    ),
    (&["--set", "LAYER_ACTS=[\"-\",\"softmax\",\"softmax\"]"], &["--set LAYER_ACTS: ", "output"]),
    (&["--set", "CLASS_WEIGHT=[1,2]"], &["--set CLASS_WEIGHT: found 2 numbers; allowed: 3"]),
    (&["--set", "CLASS_WEIGHT=[1e-20,1,1]"], &["--set CLASS_WEIGHT", "allowed: 0, or from 1e-12"]),
    (
        &[
            "--set",
            "LAYER_SIZES=[4,20000,20000,3]",
            "--set",
            "LAYER_ACTS=[\"-\",\"relu\",\"relu\",\"softmax\"]",
        ],
        &["400080000 weights; allowed: up to 134217728"],
    ),
    (
        &["--set", "NPZ_DATASET=irs.npz"],
        &["found \"irs.npz\"", "looked for irs.npz, ", "datasets/"],
    ),
    (
        &["--set", "NPZ_SHA256=00000000000000000000000000000000000000000000000000000000000000ff"],
        &["DATASET_SHA256: found 0000", "the data are not those of that run"],
    ),
    (&["--set", "DEVICE=tpu"], &["--set DEVICE: found \"tpu\"; allowed: auto"]),
    (&["--set", "SCHEDULE=tiled"], &["--set SCHEDULE: found \"tiled\""]),
    (&["--device", "nonsense"], &["--device nonsense; allowed: auto"]),
    (
        &["--backend", "gpu", "--device", "cpu"],
        &["--backend gpu and --device cpu exclude each other"],
    ),
    (&["--backend", "cpu", "--device", "0"], &["--backend cpu and --device 0 exclude each other"]),
    (&["--device", "99"], &["--device 99; there is no such number", "cpu"]),
];

#[test]
fn wrong_settings_are_refused_before_anything_is_written() {
    for (arguments, words) in WRONG {
        let folder = Folder::new();
        let own = folder.parameters(json!({}));
        let own = own.to_str().unwrap();
        folder.run(&[&["train", own, "--out", "run"], *arguments].concat()).refused(words);
        folder.run(&[&["train", own], *arguments].concat()).refused(words);
        assert_eq!(folder.list(""), ["own.json"], "{arguments:?}");
    }
}

#[test]
fn a_wrong_file_is_refused_by_name_and_key() {
    let cases = [
        ("", "EOF"),
        ("a text", "line 1"),
        ("{}", "found an object without keys"),
        ("[]", "found a list"),
        ("{\"parameters\": {}}", "DATASET: missing"),
        ("{\"parameters\": {\"NPZ_DATSET\": 1}}", "NPZ_DATSET: unknown key; did you mean DATASET?"),
    ];
    for (text, words) in cases {
        let folder = Folder::new();
        let file = folder.write("file.json", text);
        folder.train(&file, "run", &[]).refused(&["file.json: ", words]);
        assert_eq!(folder.list(""), ["file.json"]);
    }
    let folder = Folder::new();
    folder.write("iris.json", "{}");
    folder.train(&folder.path("irs.json"), "run", &[]).refused(&["irs.json", "mean iris.json?"]);
    let own = folder.parameters(json!({"TARGET_NORMALIZE": "zscore"}));
    let words = ["own.json: TARGET_NORMALIZE: found \"zscore\"", "softmax", "linear output"];
    folder.train(&own, "run", &[]).refused(&words);
    let own = folder.parameters(json!({"CLASS_WEIGHT": [1, 2], "SCHEDULE": "auto"}));
    folder.train(&own, "run", &[]).refused(&["own.json: CLASS_WEIGHT: found 2 numbers"]);
    let own = folder.parameters(json!({"SCHEDULE": "tiled"}));
    folder.train(&own, "run", &[]).refused(&["own.json: SCHEDULE: found \"tiled\""]);
}

#[test]
fn a_directory_that_holds_a_run_or_is_none_is_left_alone() {
    let folder = Folder::new();
    let own = folder.parameters(json!({}));
    folder.train(&own, "run", &[]).ended(0);
    let before = folder.bytes("run/history.csv");
    folder.train(&own, "run", &[]).refused(&["--out run: already holds a run (params.json)"]);
    assert_eq!(folder.bytes("run/history.csv"), before);
    folder.train(&own, "own.json", &[]).refused(&["--out own.json: is no directory"]);
    folder.train(&own, "", &[]).refused(&["--out <DIR>"]);
    assert_eq!(folder.list(""), ["own.json", "run"]);
}

#[test]
fn a_directory_that_can_not_be_made_is_refused() {
    let folder = Folder::new();
    let own = folder.parameters(json!({}));
    // Refused before the header of the run.
    folder.train(&own, "own.json/run", &[]).refused(&["--out own.json/run: can't be made: "]);
    assert_eq!(folder.list(""), ["own.json"]);
}

#[test]
fn overrides_take_numbers_lists_and_bare_words_and_are_shown() {
    let folder = Folder::new();
    let iris = repository("params/iris.json");
    let more =
        ["--set", "MAX_EPOCHS=2", "--set", "LAYER_SIZES=[4, 6, 2, 3]", "--set", "OPTIMIZER =adam"];
    folder.train(&iris, "run", &more).ended(0).says(&[
        "    MAX_EPOCHS: 2  (--set)\n",
        "    LAYER_SIZES: [4,6,2,3]  (--set)\n",
        "    OPTIMIZER: \"adam\"  (--set)\n",
        "    RANDOM_SEED: 42\n",
        "hidden1(6, relu) -> hidden2(2, relu)",
    ]);
    let written = folder.json("run/params.json");
    assert_eq!(written["parameters"]["OPTIMIZER"], "adam");
}

#[test]
fn what_no_memory_holds_is_refused_before_anything_is_written() {
    // A kernel of 2^20 over 2,000 positions, a filter's columns: 8 GB; times 64 channels, 537 GB.
    let folder = Folder::new();
    folder.archive("long.npz", &inputs(4, 2000), &labels(4));
    let layers = r#"LAYERS=[{"type":"conv1d","filters":64,"kernel":1,"padding":"same"},
        {"type":"conv1d","filters":1,"kernel":1048576,"padding":"same"},
        {"type":"dense","units":2,"activation":"softmax"}]"#;
    let own = folder.parameters(json!({"NPZ_DATASET": "long.npz"}));
    let keys = ["--set", layers, "--set", "LAYER_SIZES=null", "--set", "LAYER_ACTS=null"];
    if cfg!(target_os = "linux") {
        folder
            .train(&own, "none", &keys)
            .refused(&["cpu: the network and its batches need", "available"]);
        assert!(!folder.path("none").exists());
    }
}

#[test]
fn a_schedule_is_chosen_by_name_where_it_fits() {
    let folder = Folder::new();
    let own = folder.parameters(json!({}));
    folder.train(&own, "fast", &["--schedule", "Fused", "-v"]).ended(0).says(&["us/step", "fused"]);
    folder.train(&own, "slow", &["--schedule", "layered"]).ended(0);
    let schedule = |run: &str| folder.json(&format!("{run}/summary.json"))["schedule"].clone();
    assert_eq!((schedule("fast"), schedule("slow")), ("fused".into(), "layered".into()));
    folder.train(&own, "none", &["--schedule", "two"]).refused(&["--schedule two", "\"layered\""]);
    let prelu = folder.parameters(json!({"LAYER_ACTS": ["-", "prelu", "softmax"]}));
    folder.train(&prelu, "none", &["--schedule", "fused"]).refused(&["prelu can't be fused"]);
    folder.train(&prelu, "auto", &["-v"]).ended(0).says(&["prelu can't be fused"]);
    let constant = folder.parameters(json!({"LAYER_ACTS": ["-", "3", "softmax"]}));
    folder.train(&constant, "none", &[]).refused(&["LAYER_ACTS", "is 3 for every x"]);
}
