//! Rows that have lengths, from the array in an archive to predictions, evaluation and export.

use std::fs::File;

use gpu_mlp::{Dataset, Model};
use ndarray::{Array1, Array2, Array3, ArrayD, Axis, concatenate};
use ndarray_npy::NpzWriter;
use serde_json::{Value, json};

use crate::support::{Folder, unbroken, without_seconds};

const ROWS: usize = 48;
const SAMPLES: usize = 7;

/// Rows of two channels, whose padding is this number.
fn sequences(padding: f64) -> ArrayD<f64> {
    Array3::from_shape_fn((ROWS, 2, SAMPLES), |(row, channel, sample)| {
        let value = ((row * 31 + channel * 17 + sample * 3) as f64 * 0.61).sin();
        if sample < length(row) { value + (row % 3) as f64 } else { padding }
    })
    .into_dyn()
}

fn length(row: usize) -> usize {
    2 + row * 5 % (SAMPLES - 1)
}

fn lengths() -> ArrayD<f64> {
    Array1::from_shape_fn(ROWS, |row| length(row) as f64).into_dyn()
}

fn classes() -> ArrayD<f64> {
    Array1::from_shape_fn(ROWS, |row| (row % 3) as f64).into_dyn()
}

fn save(folder: &Folder, name: &str, arrays: &[(&str, ArrayD<f64>)]) {
    let mut archive = NpzWriter::new(File::create(folder.path(name)).unwrap());
    for (name, array) in arrays {
        archive.add_array(*name, array).unwrap();
    }
    archive.finish().unwrap();
}

fn parameters(folder: &Folder, archive: &str, layers: Value) -> std::path::PathBuf {
    folder.parameters(json!({
        "NPZ_DATASET": archive, "LR": 0.05, "MAX_EPOCHS": 4, "BATCH_SIZE": 8,
        "LAYER_SIZES": null, "LAYER_ACTS": null, "LAYERS": layers,
    }))
}

fn layers() -> Value {
    json!([
        {"type": "batch_norm"},
        {"type": "gru", "units": 4, "return_sequences": true, "bidirectional": true},
        {"type": "global_avgpool"},
        {"type": "dense", "units": 3, "activation": "softmax"},
    ])
}

/// A folder with the rows in `all.npz`, and a run on them.
fn trained() -> Folder {
    let folder = Folder::new();
    let all = [("X", sequences(9.0)), ("y", classes()), ("lengths", lengths())];
    save(&folder, "all.npz", &all);
    let ran = folder.train(&parameters(&folder, "all.npz", layers()), "run", &[]).ended(0);
    ran.says(&["2 channels x 7 samples, rows of 2 to 7 samples, 3 classes"]);
    folder
}

/// The rows with their lengths behind them, flat.
fn flat(padding: f64) -> Array2<f64> {
    let rows = sequences(padding).into_shape_with_order((ROWS, 2 * SAMPLES)).unwrap();
    let lengths = lengths().into_shape_with_order((ROWS, 1)).unwrap();
    concatenate(Axis(1), &[rows.view(), lengths.view()]).unwrap()
}

/// Lines of cells.
fn csv(header: Option<&str>, rows: impl Iterator<Item = Vec<f64>>) -> String {
    let lines = rows.map(|row| {
        let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
        cells.join(",") + "\n"
    });
    header.map(|header| format!("{header}\n")).into_iter().chain(lines).collect()
}

#[test]
fn every_kind_of_file_predicts_the_same_whatever_its_padding() {
    let folder = trained();
    folder.run(&["predict", "run", "all.npz", "-o", "all.csv"]).ended(0);
    let expected = folder.read("all.csv");
    let other = [("X", sequences(-1e300)), ("lengths", lengths())];
    save(&folder, "other.npz", &other);
    ndarray_npy::write_npy(folder.path("flat.npy"), &flat(1e30)).unwrap();
    folder.write("last.csv", csv(None, flat(5.0).outer_iter().map(|row| row.to_vec())));
    // By its name the column of lengths may stand anywhere, and others may be called as they like.
    let names: Vec<String> = (0..2 * SAMPLES).map(|column| format!("c{column}")).collect();
    for (file, name) in [("first.csv", "length"), ("named.csv", " lengths")] {
        let header = format!("{name},{}", names.join(","));
        let rows = flat(3.0)
            .outer_iter()
            .map(|row| {
                let (elements, length) = row.split_at(Axis(0), 2 * SAMPLES);
                length.iter().chain(elements.iter()).copied().collect()
            })
            .collect::<Vec<Vec<f64>>>();
        folder.write(file, csv(Some(&header), rows.into_iter()));
    }
    for file in ["other.npz", "flat.npy", "last.csv", "first.csv", "named.csv"] {
        folder.run(&["predict", "run", file, "-o", "own.csv"]).ended(0);
        assert_eq!(folder.read("own.csv"), expected, "{file}");
        std::fs::remove_file(folder.path("own.csv")).unwrap();
    }
}

#[test]
fn an_evaluation_reads_lengths_from_archives_and_tables() {
    let folder = trained();
    let of = |file: &str| {
        let ran = folder.run(&["evaluate", "run", file, "--json"]).ended(0);
        let mut figures: Value = serde_json::from_str(&ran.stdout).unwrap();
        figures
            .as_object_mut()
            .unwrap()
            .retain(|key, _| !["data", "file", "device"].contains(&key.as_str()));
        figures
    };
    let expected = of("all.npz");
    let other = [("X", sequences(2.0)), ("y", classes()), ("lengths", lengths())];
    save(&folder, "other.npz", &other);
    assert_eq!(of("other.npz"), expected);
    let rows = flat(4.0);
    let rows = rows.outer_iter().zip(classes());
    let rows: Vec<Vec<f64>> =
        rows.map(|(row, class)| row.iter().copied().chain([class]).collect()).collect();
    folder.write("rows.csv", csv(None, rows.into_iter()));
    assert_eq!(of("rows.csv"), expected);
    // Its own splits: what it was trained on.
    let own = folder.run(&["evaluate", "run"]).ended(0).stdout;
    assert!(["train", "validation"].iter().all(|split| own.contains(split)), "{own}");
}

#[test]
fn a_model_and_its_file_say_that_rows_have_lengths() {
    let folder = trained();
    let inspected = folder.run(&["inspect", "run"]).ended(0).stdout;
    assert!(inspected.contains("input: (2, 7), each row with its length"), "{inspected}");
    let inspected = folder.run(&["inspect", "all.npz"]).ended(0).stdout;
    assert!(unbroken(&inspected).contains("rows of 2 to 7 samples"), "{inspected}");
    let checked = folder.run(&["check", "own.json", "--backend", "cpu"]).ended(0).stdout;
    assert!(unbroken(&checked).contains("rows of 2 to 7 samples"), "{checked}");
    let bytes = folder.bytes("run/model.safetensors");
    let model = Model::from_bytes(&bytes).unwrap();
    assert_eq!(model.to_bytes().unwrap(), bytes);
    folder.run(&["export", "run", "--format", "onnx", "-o", "own.onnx"]).ended(0);
    let graph = String::from_utf8_lossy(&folder.bytes("own.onnx")).into_owned();
    assert!(graph.contains("sequence_lens"));
    // On arrays: the length of a row stands behind it.
    let predicted = model.predict(flat(f64::NAN).view()).unwrap();
    assert_eq!(predicted, model.predict(flat(0.0).view()).unwrap());
    let message = model.predict(sequences(0.0).view()).unwrap_err().to_string();
    assert!(
        message.contains("takes (rows, 15): the elements of a row, and its length"),
        "{message}"
    );
    let mut rows = flat(0.0);
    rows[[3, 14]] = 2.5;
    let message = model.predict(rows.view()).unwrap_err().to_string();
    assert!(
        message.contains("row 3 (counted from 0) has the length 2.5; allowed: whole"),
        "{message}"
    );
}

#[test]
fn a_run_with_lengths_goes_on_with_the_same_bits() {
    let folder = trained();
    let all = folder.read("run/history.csv");
    let file = parameters(&folder, "all.npz", layers());
    let more = ["--set", "MAX_EPOCHS=2", "--checkpoint-every", "1"];
    folder.train(&file, "part", &more).ended(0);
    assert_eq!(without_seconds(&folder.read("part/history.csv")), without_seconds(&all)[..3]);
    // Rows of an archive with a split of its own have a length each, too.
    let half = |array: ArrayD<f64>, from: usize, to: usize| {
        array.slice_axis(Axis(0), (from..to).into()).to_owned()
    };
    let split = [
        ("X_train", half(sequences(1.0), 0, 30)),
        ("y_train", half(classes(), 0, 30)),
        ("lengths_train", half(lengths(), 0, 30)),
        ("X_test", half(sequences(1.0), 30, ROWS)),
        ("y_test", half(classes(), 30, ROWS)),
    ];
    save(&folder, "split.npz", &split);
    let file = parameters(&folder, "split.npz", layers());
    folder.train(&file, "none", &[]).refused(&["there is no array lengths_test"]);
    let split = split.into_iter().chain([("lengths_test", half(lengths(), 30, ROWS))]);
    let split: Vec<_> = split.collect();
    save(&folder, "split.npz", &split);
    folder.train(&file, "split", &[]).ended(0);
    let dataset = Dataset::read(folder.path("split.npz")).unwrap();
    assert_eq!(
        dataset.lengths.unwrap(),
        lengths().mapv(|own| own as u32).into_raw_vec_and_offset().0
    );
    folder.run(&["predict", "split", "split.npz", "-o", "split.csv"]).ended(0);
    // One array of the lengths of all parts says the same.
    let parts = ["X_train", "y_train", "X_test", "y_test"];
    let split = split.into_iter().filter(|(name, _)| parts.contains(name));
    let whole: Vec<_> = split.chain([("lengths", lengths())]).collect();
    save(&folder, "whole.npz", &whole);
    let told = folder.run(&["predict", "split", "whole.npz", "-o", "whole.csv"]).ended(0);
    assert!(!told.stderr.contains("not used: lengths"), "{}", told.stderr);
    assert_eq!(folder.read("whole.csv"), folder.read("split.csv"));
    folder.run(&["evaluate", "split", "split.npz"]).ended(0);
}

#[test]
fn what_lacks_lengths_or_has_others_is_refused_before_work() {
    let folder = trained();
    let refused = |file: &str, words: &[&str]| {
        for command in ["predict", "evaluate"] {
            folder.run(&[command, "run", file]).ended(2).says(words);
        }
    };
    save(&folder, "none.npz", &[("X", sequences(0.0)), ("y", classes())]);
    refused("none.npz", &["holds no array lengths; the model takes the samples that each row has"]);
    for wrong in [0.0, 8.0, 2.5] {
        let mut own = lengths();
        own[[4]] = wrong;
        save(&folder, "wrong.npz", &[("X", sequences(0.0)), ("y", classes()), ("lengths", own)]);
        let words = format!("{wrong}");
        refused(
            "wrong.npz",
            &["row 4 (counted from 0)", &words, "allowed: whole numbers from 1 to"],
        );
        folder
            .train(&parameters(&folder, "wrong.npz", layers()), "other", &[])
            .ended(2)
            .says(&["row 4 (counted from 0)", "allowed: whole numbers from 1 to"]);
    }
    let few = lengths().slice_axis(Axis(0), (0..5).into()).to_owned();
    save(&folder, "few.npz", &[("X", sequences(0.0)), ("y", classes()), ("lengths", few)]);
    refused("few.npz", &["48"]);
    let rows = sequences(0.0).into_shape_with_order((ROWS, 2 * SAMPLES)).unwrap();
    ndarray_npy::write_npy(folder.path("short.npy"), &rows).unwrap();
    let ran = folder.run(&["predict", "run", "short.npy"]).ended(2);
    ran.says(&["the model takes (rows, 15): the 14 elements of a row, and its length"]);
    folder.write("short.csv", csv(None, rows.rows().into_iter().map(|row| row.to_vec())));
    folder.run(&["predict", "run", "short.csv"]).ended(2).says(&["the model takes 15"]);
    // Layers that have no meaning for it, and a model that takes none.
    let conv = json!([
        {"type": "conv1d", "filters": 3, "kernel": 3},
        {"type": "global_avgpool"},
        {"type": "dense", "units": 3, "activation": "softmax"},
    ]);
    let file = parameters(&folder, "all.npz", conv);
    folder.train(&file, "conv", &[]).ended(2).says(&["LAYERS: layer 1 (conv1d) would mix"]);
    let file = parameters(&folder, "none.npz", layers());
    folder.train(&file, "plain", &[]).ended(0);
    for command in ["predict", "evaluate"] {
        folder.run(&[command, "plain", "all.npz"]).ended(0).says(&["not used: lengths"]);
    }
}

#[test]
fn test_rows_alone_bring_their_lengths_and_a_header_has_to_name_them() {
    let folder = trained();
    let all = folder.run(&["evaluate", "run", "all.npz", "--json"]).ended(0).stdout;
    let arrays = [("X_test", sequences(9.0)), ("y_test", classes()), ("lengths_test", lengths())];
    save(&folder, "alone.npz", &arrays);
    assert_eq!(folder.run(&["evaluate", "run", "alone.npz", "--json"]).ended(0).stdout, all);
    // A target behind the elements is no length.
    let names: Vec<String> = (0..2 * SAMPLES).map(|element| format!("e{element}")).collect();
    let header = format!("{},class", names.join(","));
    let rows = flat(0.0).outer_iter().map(|row| row.to_vec()).collect::<Vec<_>>();
    folder.write("target.csv", csv(Some(&header), rows.into_iter()));
    let refused = folder.run(&["predict", "run", "target.csv"]).ended(2);
    refused.says(&["target.csv: has no column \"lengths\", the samples that each row has"]);
}
