//! A model of images, from the parameter file to predictions: means of squares that tell classes apart.

use ndarray::{Array1, Array4, Axis, s};
use serde_json::{Value, json};

use crate::support::{Folder, unbroken};

const ROWS: usize = 60;

/// Images of 2 channels of 4 x 6; the class is the bright third of the first channel.
fn images() -> (Array4<f64>, Array1<i64>) {
    let classes = Array1::from_shape_fn(ROWS, |row| (row % 3) as i64);
    let mut images = Array4::from_shape_fn((ROWS, 2, 4, 6), |(row, channel, line, column)| {
        ((row * 31 + channel * 17 + line * 7 + column * 3) as f64 * 0.61).sin()
    });
    for (row, &class) in classes.iter().enumerate() {
        let third = 2 * class as usize;
        images.slice_mut(s![row, 0, .., third..third + 2]).mapv_inplace(|x| x + 2.0);
    }
    (images, classes)
}

#[test]
fn images_are_trained_on_predicted_and_evaluated() {
    let folder = Folder::new();
    let (x, y) = images();
    folder.archive("images.npz", &x, &y);
    let file = folder.parameters(json!({
        "NPZ_DATASET": "images.npz", "LR": 0.1, "MAX_EPOCHS": 20, "BATCH_SIZE": 8,
        "LAYER_SIZES": null, "LAYER_ACTS": null,
        "LAYERS": [
            {"type": "avgpool2d", "size": [4, 2]},
            {"type": "dense", "units": 3, "activation": "softmax"},
        ],
    }));
    let trained = folder.train(&file, "run", &[]).ended(0);
    trained.says(&["2 channels of 4 x 6", "avgpool2d: size 4 x 2, stride 4 x 2", "(2, 1, 3)"]);
    let layer = &folder.json("run/params.json")["parameters"]["LAYERS"][0];
    assert_eq!(*layer, json!({"type": "avgpool2d", "size": [4, 2], "stride": [4, 2]}));
    let inspected = unbroken(&folder.run(&["inspect", "run"]).ended(0).stdout);
    assert!(inspected.contains("2 channels, the 4 x 6 elements of each alike"), "{inspected}");
    let found = folder.run(&["evaluate", "run", "images.npz", "--json"]).ended(0).stdout;
    let found: Value = serde_json::from_str(&found).unwrap();
    // A square's mean is 2 above the others of its channel.
    assert_eq!(found["accuracy"], 1.0);
    folder.run(&["predict", "run", "images.npz", "-o", "out.csv"]).ended(0);
    assert_eq!(folder.read("out.csv").lines().count(), ROWS + 1);
}

#[test]
fn rows_of_lines_and_columns_are_images_of_one_channel_before_a_layer_of_images() {
    let folder = Folder::new();
    let (x, y) = images();
    folder.archive("gray.npz", &x.index_axis(Axis(1), 0).to_owned(), &y);
    let with = |pool: Value| {
        folder.parameters(json!({
            "NPZ_DATASET": "gray.npz", "LR": 0.1, "MAX_EPOCHS": 20, "BATCH_SIZE": 8,
            "LAYER_SIZES": null, "LAYER_ACTS": null,
            "LAYERS": [pool, {"type": "dense", "units": 3, "activation": "softmax"}],
        }))
    };
    let file = with(json!({"type": "avgpool2d", "size": [4, 2]}));
    let trained = folder.train(&file, "run", &[]).ended(0);
    trained.says(&["1 channel of 4 x 6", "(1, 4, 6)", "(1, 1, 3)"]);
    let found = folder.run(&["evaluate", "run", "gray.npz", "--json"]).ended(0).stdout;
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["accuracy"], 1.0);
    folder.run(&["predict", "run", "gray.npz", "-o", "out.csv"]).ended(0);
    let inspected = unbroken(&folder.run(&["inspect", "run"]).ended(0).stdout);
    assert!(inspected.contains("1 channel, the 4 x 6 elements of each alike"), "{inspected}");
    // The same rows are 4 channels of 6 samples to a layer of signals.
    let file = with(json!({"type": "avgpool1d"}));
    folder.train(&file, "signals", &[]).ended(0).says(&["4 channels x 6 samples", "(4, 3)"]);
}
