//! The arrays that are taken, and their use.

use gpu_mlp::rooms::data::{Dataset, Targets};
use ndarray::{Array1, Array2, Array3, array};

use crate::support::{Folder, counting, refused};

#[test]
fn each_accepted_pair_of_names_is_found() {
    for (x, y) in [("X", "y"), ("data", "target"), ("x", "labels")] {
        let folder = Folder::new();
        let path = folder.archive(|arrays| {
            arrays.inputs(x, 4, 2).classes(y, 4);
        });
        let dataset = Dataset::read(&path).unwrap();
        assert_eq!(dataset.inputs, counting(4, 2));
        assert_eq!(dataset.row_shape, [2]);
        assert_eq!(dataset.targets, Targets::Integers(array![[0], [1], [0], [1]]));
        assert_eq!(dataset.own_test, None);
    }
}

#[test]
fn of_two_pairs_x_and_y_come_first_and_an_official_split_before_both() {
    let folder = Folder::new();
    let pairs = folder.archive(|arrays| {
        arrays.inputs("data", 5, 2).classes("target", 5).inputs("X", 4, 2).classes("y", 4);
    });
    assert_eq!(Dataset::read(&pairs).unwrap().inputs.nrows(), 4);
    let split = folder.archive(|arrays| {
        arrays.inputs("X", 4, 2).classes("y", 4);
        arrays
            .inputs("X_train", 3, 2)
            .classes("y_train", 3)
            .inputs("X_test", 6, 2)
            .classes("y_test", 6);
    });
    assert_eq!(Dataset::read(&split).unwrap().inputs.nrows(), 9);
}

#[test]
fn an_official_split_is_joined_with_the_training_rows_first() {
    let folder = Folder::new();
    let path = folder.archive(|arrays| {
        arrays.inputs("X_train", 3, 2).classes("y_train", 3);
        arrays.add("X_test", array![[9.0, 8.0]]).add("y_test", array![7_i64]);
    });
    let dataset = Dataset::read(&path).unwrap();
    assert_eq!(dataset.own_test, Some(3));
    assert_eq!(dataset.inputs, array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [9.0, 8.0]]);
    assert_eq!(dataset.targets, Targets::Integers(array![[0], [1], [0], [7]]));
}

#[test]
fn signals_keep_their_channels_and_lie_flat() {
    let folder = Folder::new();
    let path = folder.archive(|arrays| {
        arrays
            .add("X", Array3::from_shape_fn((2, 3, 4), |(n, c, t)| (100 * n + 10 * c + t) as f32));
        arrays.classes("y", 2);
    });
    let dataset = Dataset::read(&path).unwrap();
    assert_eq!(dataset.row_shape, [3, 4]);
    assert_eq!(dataset.inputs.dim(), (2, 12));
    assert_eq!(dataset.inputs.to_reals()[[1, 11]], 123.0);
}

#[test]
fn integers_and_booleans_are_integer_targets_and_floats_are_real_ones() {
    let folder = Folder::new();
    let read = |fill: fn(&mut crate::support::Arrays)| {
        let path = folder.archive(|arrays| {
            arrays.inputs("X", 2, 2);
            fill(arrays);
        });
        Dataset::read(&path).unwrap().targets
    };
    let booleans = read(|arrays| {
        arrays.add("y", array![true, false]);
    });
    assert_eq!(booleans, Targets::Integers(array![[1], [0]]));
    let integers = read(|arrays| {
        arrays.add("y", array![[1_u8, 2], [3, 4]]);
    });
    assert_eq!(integers, Targets::Integers(array![[1, 2], [3, 4]]));
    let reals = read(|arrays| {
        arrays.add("y", array![1.0_f32, 2.5]);
    });
    assert_eq!(reals, Targets::Reals(array![[1.0], [2.5]]));
}

#[test]
fn the_name_is_the_stem_and_the_hash_is_of_the_bytes() {
    let iris = std::env::current_dir().unwrap().join("datasets/iris.npz");
    let folder = Folder::new();
    let copy = folder.file("my flowers.npz", &std::fs::read(&iris).unwrap());
    let dataset = Dataset::read(&copy).unwrap();
    assert_eq!(dataset.name, "my flowers");
    assert_eq!(dataset.path.as_deref(), Some(copy.as_path()));
    assert_eq!(dataset.sha256, Dataset::read(&iris).unwrap().sha256);
    let hash = dataset.sha256.unwrap();
    assert!(
        hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
        "{hash}"
    );
}

#[test]
fn missing_arrays_are_named_with_what_is_there() {
    let folder = Folder::new();
    let other = folder.archive(|arrays| {
        arrays.inputs("foo", 4, 2);
    });
    refused(
        &other,
        &["found no inputs and targets", "foo (float64, 4 x 2)", "X and y", "data and target"],
    );
    let half = folder.archive(|arrays| {
        arrays.inputs("X", 4, 2);
    });
    refused(&half, &["found X but not y"]);
    let split = folder.archive(|arrays| {
        arrays.inputs("X_train", 3, 2).classes("y_train", 3);
    });
    refused(&split, &["found X_train and y_train but not X_test and y_test"]);
}

#[test]
fn arrays_of_the_caller_pass_the_same_checks() {
    let targets = || Targets::Reals(array![[1.0], [2.0]]);
    let dataset =
        Dataset::from_arrays("mine", counting(2, 3).view().into_dyn(), targets()).unwrap();
    assert_eq!(dataset.name, "mine");
    assert_eq!(dataset.inputs, counting(2, 3));
    assert_eq!((dataset.path, dataset.sha256), (None, None));

    let message = |inputs: Array2<f64>, targets| {
        let inputs = inputs.view().into_dyn();
        Dataset::from_arrays("mine", inputs, targets).unwrap_err().to_string()
    };
    assert!(
        message(counting(3, 3), targets()).contains("mine: array X has 3 rows but array y has 2")
    );
    assert!(message(array![[f64::NAN], [1.0]], targets()).contains("NaN at row 0, column 0"));
    assert!(
        message(counting(1, 1), Targets::Reals(array![[1.0]]))
            .contains("a single row cannot be split")
    );
    let line = Array1::<f64>::zeros(2);
    let error = Dataset::from_arrays("mine", line.view().into_dyn(), targets()).unwrap_err();
    assert!(error.to_string().contains("X.reshape(-1, 1)"), "{error}");
}

#[test]
fn weights_of_the_caller_pass_the_same_checks() {
    let targets = Targets::Integers(array![[1], [2]]);
    let dataset = Dataset::from_arrays("mine", counting(2, 1).view().into_dyn(), targets).unwrap();
    let weighted = dataset.clone().with_sample_weight(vec![1.0, 0.5]).unwrap();
    assert_eq!(weighted.sample_weight, Some(vec![1.0, 0.5]));
    let message = dataset.with_sample_weight(vec![1.0]).unwrap_err().to_string();
    assert!(message.contains("mine: array sample_weight has the shape (1,)"), "{message}");
}

#[test]
fn the_data_sets_that_ship_have_the_sizes_that_their_table_states() {
    for (name, rows, features, targets) in [
        ("iris", 150, 4, 3),
        ("wine", 178, 13, 3),
        ("breast_cancer", 569, 30, 2),
        ("digits", 1797, 64, 10),
        ("diabetes", 442, 10, 1),
        ("example60", 60, 3, 2),
    ] {
        let folder = std::env::current_dir().unwrap().join("datasets");
        let dataset = Dataset::read(folder.join(name).with_extension("npz")).unwrap();
        assert_eq!(dataset.inputs.dim(), (rows, features), "{name}");
        assert_eq!(dataset.feature_names.unwrap().len(), features, "{name}");
        assert_eq!(dataset.target_names.unwrap().len(), targets, "{name}");
        assert_eq!(matches!(dataset.targets, Targets::Integers(_)), name != "diabetes", "{name}");
    }
}

#[test]
fn a_column_major_view_of_the_caller_is_read_in_row_order() {
    let transposed = counting(3, 2);
    let view = transposed.t().into_dyn();
    let dataset = Dataset::from_arrays("t", view, Targets::Integers(array![[0], [1]])).unwrap();
    assert_eq!(dataset.inputs, array![[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]]);
}
