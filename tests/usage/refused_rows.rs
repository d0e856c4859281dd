//! Rows that `gpu-mlp predict` refuses, and leaves no file.

use std::fs::File;

use ndarray::{Array1, Array3, array};
use ndarray_npy::write_npy;
use serde_json::json;

use crate::made::{identity, identity_file};
use crate::support::{Folder, binary};

/// A folder with a model of two named features.
fn folder() -> Folder {
    let folder = Folder::new();
    let (mut description, weights) = identity(2, "softmax", Some(&[0, 1]));
    description["feature_names"] = json!(["width", "length"]);
    folder.write("m.safetensors", identity_file(&description, &weights));
    folder
}

#[test]
fn rows_that_are_none_of_the_model_s_are_refused() {
    let folder = folder();
    for (data, words) in [
        (
            "1\n2\n",
            "has 1 column; the model takes 2, separated by commas, or 3 with the target last",
        ),
        ("1;2\n", "its columns are separated by semicolons; allowed: commas"),
        ("1,2,3,4\n", "has 4 columns; the model takes 2, or 3 with the target last"),
        (
            "width,lenght\n1,2\n",
            "has no column \"length\", which the model takes; did you mean lenght?",
        ),
        (
            "width,length,a,b\n1,2,3,4\n",
            "2 columns that are no feature of the model (\"a\", \"b\")",
        ),
        ("width,length,width\n1,2,3\n", "two columns named \"width\""),
        ("width,length\n1,2\n1,2,3\n", "line 3: 3 columns, where the first line has 2"),
        ("width,length\n1,2\n1,two\n", "line 3, column 2 (length): \"two\" is no number"),
        ("width,1\n1,2\n", "line 1, column 1: \"width\" is no number (a first line of names"),
        ("1,\n", "line 1, column 2: \"\" is no number"),
        (
            "width,length\n1,2\n1,nan\n",
            "line 3, column 2 (length): \"nan\" is NaN; remove such rows",
        ),
        ("width,length\n1e300,2\n", "which f32 can't hold once it is scaled"),
        ("", "has no line"),
        ("\x01\x02", "is no data that is understood"),
    ] {
        folder.write("d.csv", data);
        let predict = ["predict", "m.safetensors", "d.csv", "-o", "out.csv"];
        folder.run(&predict).refused(&["d.csv: ", words]);
        assert_eq!(folder.list("."), ["d.csv", "m.safetensors"], "{data:?}");
    }
    // A header alone is a table of no rows.
    folder.write("d.csv", "width,length\n");
    let ran = folder.run(&["predict", "m.safetensors", "d.csv"]).ended(0);
    assert_eq!(ran.stdout, "class,probability_0,probability_1\n");
}

/// The model bounds the memory of a line, not the file.
#[test]
fn lines_and_columns_without_end_are_refused() {
    let folder = folder();
    folder.write("d.csv", ",".repeat(2 << 20));
    let predict = ["predict", "m.safetensors", "d.csv"];
    folder.run(&predict).refused(&["d.csv: ", "a line has more than 1048768 bytes"]);
    folder.write("d.csv", ",".repeat(1003) + "\n");
    folder.run(&predict).refused(&["has 1004 columns; the model takes 2, and 1 more for targets"]);
    folder.write("d.csv", "1,\"2\n".to_owned() + &"1,2\n".repeat(1 << 19));
    folder.run(&predict).refused(&["a line has more than"]);
}

#[test]
fn arrays_of_another_shape_type_or_length_are_refused() {
    let folder = folder();
    write_npy(folder.path("long.npy"), &Array1::<f64>::zeros(4)).unwrap();
    write_npy(folder.path("wide.npy"), &array![[1.0, 2.0, 3.0]]).unwrap();
    write_npy(folder.path("deep.npy"), &Array3::<f64>::zeros((2, 2, 1))).unwrap();
    write_npy(folder.path("nan.npy"), &array![[1.0, 2.0], [f64::NAN, 0.0]]).unwrap();
    write_npy(folder.path("whole.npy"), &array![[1.0, 2.0], [3.0, 4.0]]).unwrap();
    let bytes = folder.bytes("whole.npy");
    folder.write("cut.npy", &bytes[..bytes.len() - 1]);
    folder.archive("names.npz", &array![[1.0, 2.0], [3.0, 4.0]], &array![0, 1]);
    for (file, words) in [
        ("long.npy", "has the shape [4]; the model takes (rows, 2)"),
        ("wide.npy", "has the shape [1, 3]; the model takes (rows, 2)"),
        ("deep.npy", "has the shape [2, 2, 1]; the model takes (rows, 2)"),
        ("nan.npy", "row 1, column 0 (counted from 0) is NaN"),
        ("cut.npy", "the file is damaged"),
        ("missing.npy", "cannot be read"),
    ] {
        folder.run(&["predict", "m.safetensors", file, "-o", "out.npy"]).refused(&[file, words]);
    }
    assert!(!folder.path("out.npy").exists());
    folder.run(&["predict", "m.safetensors", "names.npz"]).ended(0);
}

#[cfg(unix)]
#[test]
fn places_that_can_not_take_predictions_are_refused() {
    let folder = folder();
    folder.write("d.csv", "1,2\n");
    std::fs::create_dir(folder.path("folder.csv")).unwrap();
    std::os::unix::fs::symlink(folder.path("d.csv"), folder.path("link.csv")).unwrap();
    for (out, words) in [
        ("out.txt", "out.txt: allowed: a name that ends in .csv, .npy or .npz"),
        ("folder.csv", "folder.csv: is a directory"),
        ("none/out.csv", "none/out.csv: can't be written"),
        ("d.csv", "-o d.csv: would replace what is read"),
        ("link.csv", "-o link.csv: would replace what is read"),
    ] {
        folder.run(&["predict", "m.safetensors", "d.csv", "-o", out]).refused(&[words]);
    }
    assert_eq!(folder.read("d.csv"), "1,2\n");
}

#[test]
fn what_was_there_stays_until_all_is_predicted() {
    let folder = folder();
    folder.write("out.csv", "precious");
    folder.write("d.csv", "1,2\n".repeat(20_000) + "1,x\n");
    folder.run(&["predict", "m.safetensors", "d.csv", "-o", "out.csv"]).refused(&["line 20001"]);
    assert_eq!(folder.read("out.csv"), "precious");
    assert_eq!(folder.list("."), ["d.csv", "m.safetensors", "out.csv"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let folder = folder();
    folder.write("d.csv", "1,2\n".repeat(20_000));
    let mut command = folder.command(&["predict", "m.safetensors", "d.csv"]);
    command.stdout(File::options().write(true).open("/dev/full").unwrap());
    let ran = crate::support::Ran::from(command.output().unwrap()).ended(1);
    ran.says(&["can't write standard output", "No space left"]);
    // A limit of 0 on the size of files acts like a full disk.
    for out in ["out.csv", "out.npy", "out.npz"] {
        let shell = format!(
            "ulimit -f 1; exec {} predict m.safetensors d.csv -o {out}",
            binary().display()
        );
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &shell]).current_dir(folder.path("."));
        let ran = crate::support::Ran::from(command.output().unwrap()).ended(1);
        ran.says(&["can't write out.", "File too large", "nothing was kept of it"]);
        assert_eq!(folder.list("."), ["d.csv", "m.safetensors"]);
    }
}
