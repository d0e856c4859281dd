//! Rows in other shapes and layouts than the network takes: flat, and with the channels last.

use ndarray::{Array1, Array2, Array4, ArrayD, IxDyn};
use serde_json::{Value, json};

use crate::support::{Folder, without_seconds};

const ROWS: usize = 60;
/// Channels, height and width.
const SHAPE: [usize; 3] = [2, 4, 6];

fn images() -> (Array4<f64>, Array1<i64>) {
    let classes = Array1::from_shape_fn(ROWS, |row| (row % 3) as i64);
    let images = Array4::from_shape_fn((ROWS, 2, 4, 6), |(row, channel, line, column)| {
        let noise = ((row * 31 + channel * 17 + line * 7 + column * 3) as f64 * 0.61).sin();
        let is_bright = channel == 1 && column / 2 == row % 3;
        noise + if is_bright { 2.0 } else { 0.0 }
    });
    (images, classes)
}

/// (rows, height, width, channels)
fn channels_last(images: &Array4<f64>) -> ArrayD<f64> {
    let moved = images.view().permuted_axes([0, 2, 3, 1]);
    moved.as_standard_layout().into_owned().into_dyn()
}

/// Rows of this shape.
fn of_shape(images: ArrayD<f64>, row: &[usize]) -> ArrayD<f64> {
    images.into_shape_with_order(IxDyn(&[&[ROWS], row].concat())).unwrap()
}

fn parameters(folder: &Folder, archive: &str, more: &[(&str, Value)]) -> std::path::PathBuf {
    let mut keys = json!({
        "NPZ_DATASET": archive, "LR": 0.1, "MAX_EPOCHS": 5, "BATCH_SIZE": 8,
        "LAYER_SIZES": null, "LAYER_ACTS": null,
        "LAYERS": [
            {"type": "avgpool2d", "size": [2, 2]},
            {"type": "dense", "units": 3, "activation": "softmax"},
        ],
    });
    for (key, value) in more {
        keys[key] = value.clone();
    }
    folder.parameters(keys)
}

/// The predictions for a file, and the figures of an evaluation on it.
fn used(folder: &Folder, run: &str, file: &str) -> (String, String) {
    folder.run(&["predict", run, file, "-o", "out.csv"]).ended(0);
    let evaluated = folder.run(&["evaluate", run, file, "--json"]).ended(0).stdout;
    let predicted = folder.read("out.csv");
    std::fs::remove_file(folder.path("out.csv")).unwrap();
    (predicted, evaluated)
}

#[test]
fn rows_in_any_shape_and_layout_train_the_same_network() {
    let folder = Folder::new();
    let (x, y) = images();
    folder.archive("first.npz", &x, &y);
    folder.archive("flat.npz", &of_shape(x.clone().into_dyn(), &[48]), &y);
    folder.archive("other.npz", &of_shape(x.clone().into_dyn(), &[8, 6]), &y);
    folder.archive("last.npz", &channels_last(&x), &y);
    folder.archive("flat_last.npz", &of_shape(channels_last(&x), &[48]), &y);
    folder.train(&parameters(&folder, "first.npz", &[]), "first", &[]).ended(0);
    let history = folder.read("first/history.csv");
    let expected = used(&folder, "first", "first.npz");
    let shape = ("INPUT_SHAPE", json!(SHAPE));
    let last = ("INPUT_LAYOUT", json!("channels_last"));
    let last_shape = ("INPUT_SHAPE", json!([4, 6, 2]));
    for (archive, more, others) in [
        ("flat", vec![shape.clone()], ["first.npz", "flat.npz"]),
        ("other", vec![shape], ["first.npz", "flat.npz"]),
        ("last", vec![last.clone()], ["flat_last.npz", "last.npz"]),
        ("flat_last", vec![last, last_shape], ["last.npz", "flat_last.npz"]),
    ] {
        let own = format!("{archive}.npz");
        let trained = folder.train(&parameters(&folder, &own, &more), archive, &[]).ended(0);
        trained.says(&["2 channels of 4 x 6", "(2, 4, 6)", "(2, 2, 3)"]);
        let own_history = folder.read(&format!("{archive}/history.csv"));
        assert_eq!(without_seconds(&own_history), without_seconds(&history), "{archive}");
        for file in [&own, others[0], others[1]] {
            assert_eq!(used(&folder, archive, file), expected, "{archive} on {file}");
        }
        // The run's own splits, in the layout of its parameters.
        folder.run(&["evaluate", archive]).ended(0);
    }
}

#[test]
fn text_has_the_columns_of_the_model_s_data() {
    let folder = Folder::new();
    let (x, y) = images();
    folder.archive("last.npz", &channels_last(&x), &y);
    let more = [("INPUT_LAYOUT", json!("channels_last"))];
    folder.train(&parameters(&folder, "last.npz", &more), "last", &[]).ended(0);
    let flat: Array2<f64> = of_shape(channels_last(&x), &[48]).into_dimensionality().unwrap();
    let lines = flat.outer_iter().map(|row| {
        let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
        cells.join(",") + "\n"
    });
    std::fs::write(folder.path("flat.csv"), lines.collect::<String>()).unwrap();
    folder.run(&["predict", "last", "flat.csv", "-o", "text.csv"]).ended(0);
    folder.run(&["predict", "last", "last.npz", "-o", "archive.csv"]).ended(0);
    assert_eq!(folder.read("text.csv"), folder.read("archive.csv"));
}

#[test]
fn shapes_and_layouts_that_can_not_be_are_refused_before_work() {
    let folder = Folder::new();
    let (x, y) = images();
    folder.archive("flat.npz", &of_shape(x.clone().into_dyn(), &[48]), &y);
    folder.archive("first.npz", &x, &y);
    let refused = |archive: &str, more: &[(&str, Value)], words: &[&str]| {
        folder.train(&parameters(&folder, archive, more), "none", &[]).ended(2).says(words);
        assert!(!folder.path("none").exists());
    };
    let words = ["layer 1 (avgpool2d) takes an image", "48 features", "INPUT_SHAPE", "[3, 4, 4]"];
    refused("flat.npz", &[], &words);
    let shape = [("INPUT_SHAPE", json!([1, 8, 8]))];
    refused("flat.npz", &shape, &["INPUT_SHAPE", "64 elements", "a row has 48 features"]);
    let last = [("INPUT_LAYOUT", json!("channels_last"))];
    refused("flat.npz", &last, &["INPUT_LAYOUT", "48 features, without channels", "INPUT_SHAPE"]);
    let shift = [
        ("AUGMENT", json!({"shift": 1})),
        ("LAYERS", json!([{"type": "dense", "units": 3, "activation": "softmax"}])),
    ];
    refused("flat.npz", &shift, &["AUGMENT: rows are 48 features", "INPUT_SHAPE"]);
    let shift = [("AUGMENT", json!({"shift": 4}))];
    refused("first.npz", &shift, &["AUGMENT: found the shift 4", "less than the 4 elements"]);
    // Rows of another layout than the model's are of another shape.
    folder.train(&parameters(&folder, "first.npz", &[]), "first", &[]).ended(0);
    folder.archive("last.npz", &channels_last(&x), &y);
    let predicted = folder.run(&["predict", "first", "last.npz"]).ended(2);
    predicted.says(&["[60, 4, 6, 2]", "the model takes (rows, 2, 4, 6) or (rows, 48)"]);
}

#[test]
fn images_with_their_channels_last_have_a_line_a_channel() {
    let folder = Folder::new();
    let (x, y) = images();
    // Sums of whole numbers do not depend on their order.
    let x = x.mapv(f64::round);
    folder.archive("first.npz", &x, &y);
    folder.archive("last.npz", &channels_last(&x), &y);
    let table = |file: &str| {
        let shown = folder.run(&["inspect", file]).ended(0).stdout;
        let lines: Vec<String> = shown.lines().map(String::from).collect();
        lines[lines.iter().position(|line| line.starts_with("feature ")).unwrap()..].to_vec()
    };
    assert_eq!(table("first.npz").len(), 3);
    assert_eq!(table("first.npz"), table("last.npz"));
}
