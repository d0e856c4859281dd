//! What is refused, and in which words.

use gpu_mlp::rooms::run::Parameters;
use serde_json::json;

use crate::{file, message};

#[test]
fn refused_values_are_named_with_what_is_allowed() {
    let whole = "a whole number of 1 or more";
    for (key, value, words) in [
        ("DATASET", json!(" "), "found \" \"; allowed: the path of a file"),
        ("DATASET", json!(null), "missing, and has no default; allowed: the path"),
        (
            "DATASET_SHA256",
            json!("12ab"),
            "found \"12ab\"; allowed: a SHA-256, 64 hexadecimal digits",
        ),
        (
            "INPUT_SHAPE",
            json!([]),
            "found []; allowed: a list of 1 to 3 whole numbers of 1 or more",
        ),
        ("INPUT_SHAPE", json!([1, 0]), ", item 2: found 0; allowed: a whole number of 1 or more"),
        ("INPUT_LAYOUT", json!("NHWC"), "allowed: \"channels_first\", \"channels_last\""),
        ("AUGMENT", json!({}), "found {}; allowed: an object such as {\"shift\": 2, \"flip\""),
        ("AUGMENT", json!({"shift": 0}), "shift: found 0; allowed: a whole number of 1 or more"),
        (
            "AUGMENT",
            json!({"shift": [0, 0]}),
            "shift: found [0,0]; allowed: a whole number of 1 or",
        ),
        (
            "AUGMENT",
            json!({"shift": [1]}),
            "shift: found [1]; allowed: a whole number of 1 or more, or",
        ),
        ("AUGMENT", json!({"flip": "up"}), "allowed: \"horizontal\", \"vertical\", \"both\""),
        ("AUGMENT", json!({"turn": 1}), "turn: unknown field"),
        ("LAYER_SIZES", json!([4]), "found [4]; allowed: a list of 2 or more whole numbers"),
        ("LAYER_SIZES", json!(4), "found 4; allowed: a list of 2 or more whole numbers"),
        (
            "LAYER_SIZES",
            json!([4, 0, 3]),
            ", item 2: found 0; allowed: a whole number of 1 or more",
        ),
        (
            "LAYER_SIZES",
            json!([4, 1e9, 3]),
            ", item 2: found 1000000000.0; allowed: a whole number from 1 to",
        ),
        ("LAYER_ACTS", json!(null), "missing, and has no default; allowed: a list of activations"),
        (
            "LAYER_ACTS",
            json!(["-", "softmax"]),
            ", 2 of them for 3 LAYER_SIZES; allowed: a list of",
        ),
        (
            "LAYER_ACTS",
            json!(["tanh", "-", "softmax"]),
            "with \"tanh\" as item 1; allowed: a list of",
        ),
        ("LAYER_ACTS", json!(["-", "-", "softmax"]), "with \"-\" as item 2"),
        ("LAYER_ACTS", json!(["-", 3, "softmax"]), ", item 2: found 3; allowed: a text"),
        ("LAYER_ACTS", json!(["-", "softmax", "linear"]), "layer 1 (dense) has softmax, which"),
        ("LAYER_NAMES", json!(["a"]), "found [\"a\"], 1 of them for 3 LAYER_SIZES"),
        (
            "LAYERS",
            json!([]),
            "allowed: HIDDEN with ACTIVATION, or LAYERS, or LAYER_SIZES with LAYER_ACTS, one of them",
        ),
        ("CUSTOM_FUNCTION", json!(2), "found 2; allowed: an expression of x"),
        ("LOSS", json!(1), "found 1; allowed: a text such as \"mse\" or \"huber(1)\""),
        ("LOSS", json!("mae"), "found \"mae\", but the task is classification"),
        ("LR", json!(0), "found 0; allowed: a number above 0"),
        ("LR", json!("0.1"), "found \"0.1\"; allowed: a number above 0"),
        (
            "LR",
            json!(1e-60),
            "found 1e-60, which 32-bit floats cannot hold; allowed: a number above 0",
        ),
        (
            "LR_SCHEDULE",
            json!(0.5),
            "found 0.5; allowed: \"constant\", \"cosine\", or \"cosine(FLOOR)\"",
        ),
        ("LR_SCHEDULE", json!("cosin"), "or \"cosine(FLOOR)\" with a number from 0 to LR"),
        ("LR_SCHEDULE", json!("cosin"), "; did you mean cosine?"),
        ("LR_SCHEDULE", json!("Konstant(1)"), "; did you mean constant?"),
        ("LR_SCHEDULE", json!("step(3)"), "found \"step(3)\"; allowed: \"constant\","),
        ("LR_SCHEDULE", json!("constant(0.1)"), ", but a constant rate has no number; allowed: "),
        ("LR_SCHEDULE", json!("cosine(0.11)"), ", whose floor is above LR, 0.1; allowed: "),
        ("LR_SCHEDULE", json!("cosine(inf)"), ", whose floor 32-bit floats cannot hold; "),
        ("LR_SCHEDULE", json!("cosine(1e-40)"), ", whose floor 32-bit floats cannot hold; "),
        ("LR_SCHEDULE", json!("cosine(-0.1)"), ", whose floor is not 0 or more; allowed: "),
        ("LR_SCHEDULE", json!("cosine(NaN)"), ", whose floor is not 0 or more; allowed: "),
        ("LR_SCHEDULE", json!("cosine(a)"), ", whose floor is no number in brackets; allowed: "),
        ("LR_SCHEDULE", json!("cosine(0.1"), ", whose floor is no number in brackets; allowed: "),
        ("MAX_EPOCHS", json!(0), whole),
        (
            "MAX_EPOCHS",
            json!(5e9),
            "found 5000000000.0; allowed: a whole number from 1 to 4294967294",
        ),
        ("BATCH_SIZE", json!(0), "found 0; allowed: a whole number of 1 or more"),
        ("BATCH_GRADIENT", json!("men"), "allowed: \"mean\", \"sum\"; did you mean mean?"),
        ("LOSS_TOL", json!(-1), "found -1; allowed: a number of 0 or more"),
        ("ACC_PATIENCE", json!(0), whole),
        ("R2_PATIENCE", json!(2), "the task is classification"),
        ("LOSS_PATIENCE", json!(true), whole),
        ("WARMUP_EPOCHS", json!(-1), "found -1; allowed: a whole number of 0 or more"),
        ("GRAD_CLIP", json!(0), "found 0; allowed: a number above 0"),
        ("GRAD_CLIP_MODE", json!("norms"), "allowed: \"norm\", \"value\"; did you mean norm?"),
        ("OPTIMIZER", json!("adma"), "allowed: \"sgd\", \"adam\"; did you mean adam?"),
        ("MOMENTUM", json!(1), "found 1; allowed: a number from 0 to below 1"),
        ("MOMENTUM", json!(-0.5), "found -0.5; allowed: a number from 0 to below 1"),
        ("ADAM_BETA1", json!(1), "found 1; allowed: a number from 0 to below 1"),
        ("ADAM_BETA2", json!(-0.1), "found -0.1; allowed: a number from 0 to below 1"),
        ("ADAM_EPS", json!(0), "found 0; allowed: a number above 0"),
        ("L2", json!([1]), "found [1]; allowed: a number of 0 or more"),
        (
            "CLASS_WEIGHT",
            json!("even"),
            "found \"even\"; allowed: \"balanced\", or a list of numbers",
        ),
        ("CLASS_WEIGHT", json!([0, 0, 0]), "found [0,0,0]; allowed: \"balanced\", or a list"),
        ("CLASS_WEIGHT", json!({}), "found {}; allowed: \"balanced\", or a list"),
        ("CLASS_WEIGHT", json!({"setosa": 1}), "where \"setosa\" is no label, a whole number"),
        ("CLASS_WEIGHT", json!({"1": -1}), ": 1: found -1; allowed: a number of 0 or more"),
        ("CLASS_WEIGHT", json!({"1": 1, " 1": 2}), ", with the label 1 twice; allowed: "),
        ("CLASS_WEIGHT", json!([1, -1, 0]), ", item 2: found -1; allowed: a number of 0 or more"),
        ("RANDOM_SEED", json!(-1), "found -1; allowed: a whole number of 0 or more"),
        ("SPLIT_SEED", json!(0.5), "found 0.5; allowed: a whole number of 0 or more"),
        ("SPLIT", json!([0.7, 0.2]), "found [0.7,0.2], whose sum is 0.9; allowed: 2 or 3 numbers"),
        ("SPLIT", json!([0, 1]), "found [0,1]; allowed: 2 or 3 numbers from 0 to 1 with sum 1"),
        ("SPLIT", json!([1]), "found [1]; allowed: 2 or 3 numbers"),
        ("SPLIT", json!([1.5, -0.5]), ", item 1: found 1.5; allowed: a number from 0 to 1"),
        ("STRATIFY", json!("yes"), "found \"yes\"; allowed: true or false"),
        ("NORMALIZE", json!("z-score"), "\"zscore\", \"minmax\", \"none\"; did you mean zscore?"),
        ("TARGET_NORMALIZE", json!("zscore"), "with the output activation softmax"),
        ("INIT", json!("he"), "found \"he\"; allowed: \"auto\", \"source\""),
        ("DEVICE", json!(0), "found 0; allowed: a text such as"),
        ("SCHEDULE", json!(""), "found \"\"; allowed: a text such as"),
        ("EPOCHS", json!(1), "unknown key; it is MAX_EPOCHS here"),
        ("lr", json!(1), "unknown key; keys are upper-case: write LR"),
    ] {
        let message = message(Parameters::from_json(&file(json!({ key: value }))));
        assert!(message.starts_with(key) && message.contains(words), "{key}: {message}");
    }
}

#[test]
fn refused_layers_are_named_with_what_is_allowed() {
    for (layers, words) in [
        (json!({}), "LAYERS: found {}; allowed: a list of 1 or more layers"),
        (json!([]), "LAYERS: found []; allowed: a list of 1 or more layers"),
        (json!([3]), "LAYERS, item 1: found 3; allowed: an object such as"),
        (json!([{"units": 3}]), "LAYERS, item 1: type: missing; allowed: \"dense\""),
        (
            json!([{"type": "conv1d", "kernel": 3}]),
            "LAYERS, item 1: filters: missing; allowed: the channels it makes",
        ),
        (
            json!([{"type": "dense", "units": 0}]),
            "LAYERS, item 1: units: found 0; allowed: a whole",
        ),
        (
            json!([{"type": "dense", "units": 3, "activations": "relu"}]),
            "LAYERS, item 1: activations: unknown field; did you mean activation?; allowed: type",
        ),
        (
            json!([{"type": "dense", "units": 3, "dropout": null}]),
            "LAYERS, item 1: dropout: unknown field; allowed: type, units, bias, activation",
        ),
        (
            json!([{"type": "dense", "units": 3, "bias": 0}]),
            "LAYERS, item 1: bias: found 0; allowed: true or false",
        ),
        (
            json!([{"type": "residual", "layers": [], "activation": "relu"}]),
            "LAYERS, item 1: layers: found []; allowed: a list of 1 or more layers",
        ),
        (
            json!([{"type": "residual", "layers": [{"type": "conv2d", "filters": 3}]}]),
            "LAYERS, item 1: layers, item 1: kernel: missing; allowed: the pixels it sees at once",
        ),
        (
            json!([{"type": "conv2d", "filters": 3, "kernel": 3, "padding": [1, "same"]}]),
            "LAYERS, item 1: padding, item 2: found \"same\"; allowed: a whole number of 0 or more",
        ),
        (
            json!([{"type": "dense", "units": 3, "activation": 1}]),
            "LAYERS, item 1: activation: found 1; allowed: an activation",
        ),
        (
            json!([{"type": "conv1d", "filters": 3}]),
            "LAYERS, item 1: kernel: missing; allowed: the samples it sees at once, a whole number",
        ),
        (
            json!([{"type": "conv1d", "filters": 3, "kernel": 3, "padding": "valid"}]),
            "LAYERS, item 1: padding: found \"valid\"; allowed: a whole number from 0 (\"valid\") to 1048575, \
             less than the kernel spans, or \"same\"",
        ),
        (
            json!([{"type": "conv1d", "filters": 3, "kernel": 3, "stride": 0}]),
            "LAYERS, item 1: stride: found 0; allowed: a whole number of 1 or more",
        ),
        (
            json!([{"type": "maxpool1d", "kernel": 3}]),
            "LAYERS, item 1: kernel: unknown field; allowed: type, size, stride",
        ),
        (
            json!([{"type": "avgpool2d", "size": [2, 2, 2]}]),
            "LAYERS, item 1: size: found [2,2,2]; allowed: the pixels of a window: a whole \
             number of 1 or more, or a pair [height, width] of such",
        ),
        (
            json!([{"type": "flatten", "units": 3}]),
            "LAYERS, item 1: units: unknown field; allowed: type",
        ),
        (
            json!([{"type": "danse", "units": 3}]),
            "LAYERS, item 1: type: found \"danse\"; allowed: \"dense\", \"conv1d\", \"conv2d\"",
        ),
    ] {
        let keys = json!({"LAYER_SIZES": null, "LAYER_ACTS": null, "LAYERS": layers});
        let message = message(Parameters::from_json(&file(keys)));
        assert!(message.starts_with(words), "{message}");
    }
}

/// Each would take its time in every layer.
#[test]
fn many_layers_of_long_expressions_are_refused_as_too_much_text() {
    let term: Vec<String> = (0..100).map(|i| format!("sin(x*{i})")).collect();
    let mut acts = vec![term.join("+"); 1001];
    acts[0] = "-".into();
    let given = file(json!({"LAYER_SIZES": vec![3; 1001], "LAYER_ACTS": acts}));
    let message = message(Parameters::from_json(&given));
    assert!(message.contains("LAYER_ACTS: the activations have more than 400000"), "{message}");
}
