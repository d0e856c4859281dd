//! Inputs that are refused: each message names the file, the array, what was found, and a remedy.

use ndarray::{Array, Array1, Array2, Array4, Array5, array};

use crate::support::{Arrays, Folder, counting, fixture, header, npy, refused, zip};

/// Writes an archive and checks the message it is refused with.
#[track_caller]
fn archive_refused(fill: impl FnOnce(&mut Arrays), expected: &[&str]) {
    let folder = Folder::new();
    refused(&folder.archive(fill), expected);
}

#[test]
fn files_that_are_no_archives_are_told_for_what_they_are() {
    let folder = Folder::new();
    for (bytes, expected) in [
        (&b""[..], "an empty file"),
        (&npy(&header("<f8", "(1,)"), &[0; 8]), "a plain .npy file"),
        (b"sepal,petal\n1.0,2.0\n", "a CSV or other text file"),
        (b"\x1f\x8b\x08\x00", "a gzip file"),
        (b"\x80\x04\x95\x10", "a Python pickle, which is never loaded"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"\x00\x01\x02\x03", "a file of an unknown format"),
        (b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "an archive without arrays"),
        (b"PK\x03\x04 and no more", "truncated or damaged"),
    ] {
        refused(&folder.file("set.npz", bytes), &[expected]);
    }
    refused(&folder.path().join("absent.npz"), &["cannot be read"]);
    refused(folder.path(), &["cannot be read"]);
}

#[test]
fn an_archive_of_other_files_is_told_from_one_of_arrays() {
    let folder = Folder::new();
    let bytes = zip(&[("readme.txt", b"hello")], zip::CompressionMethod::Stored);
    refused(&folder.file("set.npz", &bytes), &["the archive holds no arrays", "X and y"]);
}

#[test]
fn pickled_objects_are_never_loaded() {
    let expected = "pickled Python objects, which are never loaded";
    let numbers = "numbers become an array of numbers by .astype('float32')";
    refused(&fixture("x_objects.npz"), &[expected, "array X", numbers, "np.savez(..., X=X)"]);
    // Text does not convert to integers: the remedy numbers the classes.
    let labels = "names, y = np.unique(y.astype(str), return_inverse=True)";
    refused(&fixture("y_objects.npz"), &[expected, "array y", labels, "np.savez(..., y=y)"]);
}

#[test]
fn text_complex_numbers_records_and_dates_are_refused_with_a_remedy() {
    refused(&fixture("x_text.npz"), &["array X", "text (<U32)", "encode the text as numbers"]);
    refused(
        &fixture("y_text.npz"),
        &["array y", "text (<U1)", "np.unique(y, return_inverse=True)"],
    );
    refused(&fixture("x_complex.npz"), &["array X", "complex numbers (<c8)", "real numbers"]);
    refused(
        &fixture("x_records.npz"),
        &["array X", "structured records", "side by side as columns"],
    );
    refused(&fixture("y_dates.npz"), &["array y", "dates (<M8[D])"]);
}

#[test]
fn two_arrays_of_one_name_are_refused() {
    refused(&fixture("x_twice.npz"), &["two arrays named X"]);
}

#[test]
fn an_unsupported_compression_is_refused() {
    refused(&fixture("bzip2.npz"), &["array X", "compression method is not supported", "np.savez"]);
}

#[test]
fn an_encrypted_member_is_refused() {
    let mut bytes = std::fs::read(fixture("version_1.npz")).unwrap();
    // The encryption bit of the flags, in each local header and each entry of the table.
    for at in 0..bytes.len() - 10 {
        match &bytes[at..at + 4] {
            b"PK\x03\x04" => bytes[at + 6] |= 1,
            b"PK\x01\x02" => bytes[at + 8] |= 1,
            _ => {}
        }
    }
    let folder = Folder::new();
    refused(&folder.file("secret.npz", &bytes), &["array X", "encrypted", "without a password"]);
}

#[test]
fn inputs_need_two_or_three_dimensions() {
    archive_refused(
        |a| {
            a.add("X", Array1::<f32>::zeros(4)).classes("y", 4);
        },
        &["array X has the shape (4,)", "(rows, features)", "X=X.reshape(-1, 1)"],
    );
    archive_refused(
        |a| {
            a.add("X", Array5::<f32>::zeros((4, 2, 2, 2, 2))).classes("y", 4);
        },
        &["array X has the shape (4, 2, 2, 2, 2)", "X=X.reshape(len(X), -1)"],
    );
    archive_refused(
        |a| {
            a.add("X", Array::from_elem((), 1.0)).classes("y", 4);
        },
        &["the shape ()"],
    );
}

#[test]
fn targets_need_one_or_two_dimensions() {
    archive_refused(
        |a| {
            a.inputs("X", 4, 2).add("y", Array4::<f32>::zeros((4, 1, 1, 1)));
        },
        &["array y has the shape (4, 1, 1, 1)", "(rows,) and (rows, outputs)"],
    );
}

#[test]
fn empty_and_single_row_arrays_are_refused() {
    archive_refused(
        |a| {
            a.inputs("X", 0, 2).classes("y", 0);
        },
        &["array X has zero rows"],
    );
    archive_refused(
        |a| {
            a.inputs("X", 4, 0).classes("y", 4);
        },
        &["array X has zero columns"],
    );
    archive_refused(
        |a| {
            a.inputs("X", 4, 2).add("y", Array2::<f32>::zeros((4, 0)));
        },
        &["array y has zero outputs"],
    );
    archive_refused(
        |a| {
            a.inputs("X", 1, 2).classes("y", 1);
        },
        &["a single row cannot be split"],
    );
}

#[test]
fn rows_without_their_target_are_refused_with_both_counts() {
    archive_refused(
        |a| {
            a.inputs("X", 4, 2).classes("y", 5);
        },
        &["array X has 4 rows but array y has 5"],
    );
}

#[test]
fn values_that_are_not_finite_are_counted_and_the_first_is_placed() {
    let mut inputs = counting(4, 3);
    inputs[[2, 1]] = f64::NAN;
    inputs[[3, 0]] = f64::INFINITY;
    archive_refused(
        |a| {
            a.add("X", inputs).classes("y", 4);
        },
        &["array X holds 2 values that are not finite", "NaN at row 2, column 1", "counted from 0"],
    );
    archive_refused(
        |a| {
            a.inputs("X", 2, 2).add("y", array![1.0, f64::NEG_INFINITY]);
        },
        &["array y holds 1 value that is not finite", "-inf at row 1"],
    );
    let mut signals = Array::<f32, _>::zeros((2, 3, 4));
    signals[[1, 2, 3]] = f32::NAN;
    archive_refused(
        |a| {
            a.add("X", signals).classes("y", 2);
        },
        &["NaN at row 1, channel 2, position 3"],
    );
}

#[test]
fn the_parts_of_an_official_split_must_fit_each_other() {
    let split = |train: usize, columns: usize| {
        move |a: &mut Arrays| {
            a.inputs("X_train", train, 2).classes("y_train", train);
            a.inputs("X_test", 2, columns).classes("y_test", 2);
        }
    };
    archive_refused(split(3, 3), &["rows of X_train have the shape (2,) but rows of X_test (3,)"]);
    archive_refused(split(1, 2), &["array X_train has one row"]);
    archive_refused(
        |a| {
            a.inputs("X_train", 3, 2).classes("y_train", 3);
            a.inputs("X_test", 2, 2).add("y_test", Array2::<i64>::zeros((2, 2)));
        },
        &["y_train has 1 outputs a row but y_test has 2"],
    );
    archive_refused(
        |a| {
            a.inputs("X_train", 3, 2).classes("y_train", 3);
            a.add("X_test", array![[0.0, 1.0], [f64::NAN, 1.0]]).classes("y_test", 2);
        },
        &["array X_test holds 1 value", "NaN at row 1, column 0"],
    );
}
