//! Archives with validation rows of their own, weights by their names, and arrays that are not used.

use gpu_mlp::rooms::data::{Dataset, Targets};
use ndarray::array;

use crate::support::{Arrays, Folder, counting, refused};

fn read(fill: impl FnOnce(&mut Arrays)) -> Dataset {
    let folder = Folder::new();
    Dataset::read(folder.archive(fill)).unwrap()
}

#[test]
fn validation_rows_come_between_training_and_test_by_each_of_their_names() {
    for ending in ["val", "valid", "validation"] {
        let dataset = read(|arrays| {
            arrays.inputs("X_train", 3, 2).classes("y_train", 3);
            arrays.add("X_test", array![[9.0, 8.0]]).add("y_test", array![7_i64]);
            arrays.add(&format!("X_{ending}"), array![[5.0, 6.0], [7.0, 8.0]]);
            arrays.add(&format!("y_{ending}"), array![1_i64, 0]);
        });
        assert_eq!((dataset.own_validation, dataset.own_test), (Some(3), Some(5)), "{ending}");
        assert_eq!(dataset.targets, Targets::Integers(array![[0], [1], [0], [1], [0], [7]]));
        assert_eq!(dataset.inputs.rows(4..5), array![[7.0, 8.0]]);
        assert_eq!(dataset.unused, None);
    }
}

#[test]
fn names_of_parts_are_of_either_case() {
    let dataset = read(|arrays| {
        arrays.inputs("x_train", 3, 2).classes("y_train", 3);
        arrays.inputs("x_val", 2, 2).classes("Y_val", 2);
        arrays.inputs("x_test", 4, 2).classes("y_test", 4);
    });
    assert_eq!((dataset.own_validation, dataset.own_test), (Some(3), Some(5)));
    assert_eq!(dataset.inputs.nrows(), 9);
}

#[test]
fn validation_rows_need_no_test_rows_and_stand_beside_x_too() {
    let beside_train = read(|arrays| {
        arrays.inputs("X_train", 3, 2).classes("y_train", 3);
        arrays.inputs("X_val", 2, 2).classes("y_val", 2);
    });
    assert_eq!((beside_train.own_validation, beside_train.own_test), (Some(3), None));
    let beside_x = read(|arrays| {
        arrays.inputs("X", 1, 2).classes("y", 1).inputs("X_val", 2, 2).classes("y_val", 2);
    });
    assert_eq!((beside_x.own_validation, beside_x.inputs.nrows()), (Some(1), 3));
}

#[test]
fn half_a_validation_part_is_refused() {
    let folder = Folder::new();
    let path = folder.archive(|arrays| {
        arrays.inputs("X", 4, 2).classes("y", 4).inputs("X_val", 2, 2);
    });
    refused(&path, &["found X_val alone", "y_val"]);
    let path = folder.archive(|arrays| {
        arrays.inputs("X", 4, 2).classes("y", 4).inputs("X_val", 2, 3).classes("y_val", 2);
    });
    refused(&path, &["rows of X have the shape (2,) but rows of X_val (3,)"]);
}

#[test]
fn weights_have_several_names_and_may_come_a_part_at_a_time() {
    for name in ["sample_weight", "sample_weights", "weight", "weights"] {
        let whole = read(|arrays| {
            arrays.inputs("X", 3, 2).classes("y", 3).add(name, array![1.0, 2.0, 3.0]);
        });
        assert_eq!((whole.sample_weight, whole.unused), (Some(vec![1.0, 2.0, 3.0]), None));
        let parts = read(|arrays| {
            arrays.inputs("X_train", 2, 2).classes("y_train", 2);
            arrays.inputs("X_val", 1, 2).classes("y_val", 1);
            arrays.inputs("X_test", 2, 2).classes("y_test", 2);
            arrays.add(&format!("{name}_train"), array![4.0, 5.0]);
            arrays.add(&format!("{name}_test"), array![6.0, 7.0]);
        });
        assert_eq!(parts.sample_weight, Some(vec![4.0, 5.0, 1.0, 6.0, 7.0]), "{name}");
        assert_eq!(parts.unused, None);
    }
}

#[test]
fn weights_that_contradict_each_other_are_refused() {
    let folder = Folder::new();
    let twice = |other| {
        folder.archive(|arrays| {
            arrays.inputs("X", 2, 2).classes("y", 2);
            arrays.add("sample_weight", array![1.0, 2.0]).add("weights", other);
        })
    };
    refused(&twice(array![1.0, 3.0]), &["sample_weight and weights", "differ", "save one"]);
    assert_eq!(Dataset::read(twice(array![1.0, 2.0])).unwrap().sample_weight, Some(vec![1.0, 2.0]));
    let path = folder.archive(|arrays| {
        arrays.inputs("X_train", 2, 2).classes("y_train", 2);
        arrays.inputs("X_test", 1, 2).classes("y_test", 1);
        arrays.add("weight", array![1.0, 2.0, 3.0]).add("weight_test", array![4.0]);
    });
    refused(&path, &["weight and weight_test", "differ"]);
}

#[test]
fn every_other_array_is_named() {
    let dataset = read(|arrays| {
        arrays.inputs("X", 4, 2).classes("y", 4).inputs("data", 3, 1).classes("groups", 4);
    });
    assert_eq!(dataset.inputs, counting(4, 2));
    assert_eq!(dataset.unused.as_deref(), Some("data (float64, 3 x 1), groups (int64, 4)"));
    let folder = Folder::new();
    let path = folder.archive(|arrays| {
        arrays.inputs("arr_0", 4, 2).classes("arr_1", 4);
    });
    refused(&path, &["no inputs and targets", "arr_0 (float64, 4 x 2), arr_1 (int64, 4)"]);
}

#[test]
fn every_array_that_is_not_used_is_named_however_many_there_are() {
    for (count, start) in
        [(13, "more_0 (int64, 1), more_1 "), (101, "101 arrays: more_0 (int64, 1), ")]
    {
        let unused = read(|arrays| {
            arrays.inputs("X", 3, 2).classes("y", 3);
            for at in 0..count {
                arrays.add(&format!("more_{at}"), array![1_i64]);
            }
        })
        .unused
        .unwrap();
        assert!(unused.starts_with(start), "{unused}");
        for at in 0..count {
            assert!(unused.contains(&format!("more_{at} (int64, 1)")), "{at}: {unused}");
        }
    }
}

/// Arrays of two parts are no pair.
#[test]
fn validation_rows_are_those_of_one_ending() {
    let dataset = read(|arrays| {
        arrays.inputs("X", 4, 2).classes("y", 4).inputs("X_val", 3, 2);
        arrays.inputs("X_validation", 2, 2).classes("y_validation", 2);
    });
    assert_eq!((dataset.own_validation, dataset.inputs.nrows()), (Some(4), 6));
    assert_eq!(dataset.unused.as_deref(), Some("X_val (float64, 3 x 2)"));
}
