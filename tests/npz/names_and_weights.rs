//! The optional arrays: names and weights.

use gpu_mlp::rooms::data::Dataset;
use ndarray::{Array1, array};

use crate::support::{Folder, fixture, header, npy, refused, zip};

fn feature_names(name: &str) -> Option<Vec<String>> {
    Dataset::read(fixture(name)).unwrap().feature_names
}

#[test]
fn names_are_read_as_unicode_of_both_byte_orders_and_as_bytes() {
    let expected = Some(["aé", "日本", "c c"].map(String::from).to_vec());
    assert_eq!(feature_names("names_little.npz"), expected);
    assert_eq!(feature_names("names_big.npz"), expected);
    assert_eq!(feature_names("names_bytes.npz"), expected);
    let targets = Dataset::read(fixture("names_little.npz")).unwrap().target_names;
    assert_eq!(targets, Some(vec!["no".into(), "yes".into()]));
}

#[test]
fn names_that_are_pickled_objects_are_ignored() {
    assert_eq!(feature_names("names_objects.npz"), None);
}

#[test]
fn a_name_too_few_is_refused() {
    refused(&fixture("names_too_few.npz"), &["feature_names", "2 names", "3 features"]);
}

#[test]
fn signals_have_a_name_a_channel() {
    let signals = npy(&header("|u1", "(2, 1, 3)"), &[0; 6]);
    let classes = npy(&header("|u1", "(2,)"), &[0, 1]);
    let folder = Folder::new();
    let read = |names: &[u8], count: usize| {
        let names = npy(&header("|S2", &format!("({count},)")), names);
        let members = [("X.npy", &signals[..]), ("y.npy", &classes), ("feature_names.npy", &names)];
        folder.file("signals.npz", &zip(&members, zip::CompressionMethod::Stored))
    };
    let good = Dataset::read(read(b"mV", 1)).unwrap();
    assert_eq!(good.feature_names, Some(vec!["mV".into()]));
    refused(&read(b"a\0b\0", 2), &["2 names", "1 channels"]);
    // One an input, or one a channel where the channels come last: the network tells.
    assert!(Dataset::read(read(b"a\0b\0c\0", 3)).is_ok());
}

#[test]
fn text_that_is_no_unicode_is_refused() {
    let inputs = npy(&header("|u1", "(2, 1)"), &[0; 2]);
    let classes = npy(&header("|u1", "(2,)"), &[0, 1]);
    let names = npy(&header("<U1", "(1,)"), &[0, 0, 0, 0xff]);
    let members = [("X.npy", &inputs[..]), ("y.npy", &classes), ("feature_names.npy", &names)];
    let folder = Folder::new();
    let path = folder.file("bad.npz", &zip(&members, zip::CompressionMethod::Deflated));
    refused(&path, &["array feature_names", "0xff000000", "no Unicode character"]);
}

/// The answer to an archive of three rows with these weights.
fn with_weights(weights: Array1<f64>) -> gpu_mlp::Result<Dataset> {
    let folder = Folder::new();
    let path = folder.archive(|arrays| {
        arrays.inputs("X", 3, 2).classes("y", 3).add("sample_weight", weights);
    });
    Dataset::read(&path)
}

#[test]
fn weights_are_read_when_there_is_one_a_row() {
    let dataset = with_weights(array![0.0, 1.0, 2.5]).unwrap();
    assert_eq!(dataset.sample_weight, Some(vec![0.0, 1.0, 2.5]));
}

#[test]
fn weights_that_make_no_sense_are_refused() {
    for (weights, expected) in [
        (array![1.0, 1.0], "a weight for each of the 3 rows"),
        (array![1.0, -2.0, 1.0], "holds -2 at row 1"),
        (array![1.0, f64::NAN, 1.0], "the first is NaN at row 1"),
        (array![0.0, 0.0, 0.0], "is zero; some row must count"),
    ] {
        let message = with_weights(weights).unwrap_err().to_string();
        assert!(message.contains("sample_weight") && message.contains(expected), "{message}");
    }
}

#[test]
fn with_an_official_split_the_weights_cover_both_parts() {
    let folder = Folder::new();
    let path = |count: usize| {
        folder.archive(|arrays| {
            arrays.inputs("X_train", 3, 2).classes("y_train", 3);
            arrays.inputs("X_test", 2, 2).classes("y_test", 2);
            arrays.add("sample_weight", Array1::<f32>::ones(count));
        })
    };
    assert_eq!(Dataset::read(path(5)).unwrap().sample_weight, Some(vec![1.0; 5]));
    refused(&path(3), &["sample_weight", "each of the 5 rows", "of training first, then of test"]);
}
