//! `gpu-mlp predict`: every format in and out gives the same numbers.

use std::fs::File;
use std::io::Write;
use std::process::Stdio;

use gpu_mlp::rooms::data::npz;
use gpu_mlp::rooms::gpu::adapters;
use ndarray::{Array2, ShapeBuilder};
use ndarray_npy::{NpzReader, read_npy, write_npy};
use pollster::FutureExt as _;
use serde_json::json;

use crate::made::{identity, identity_file, model};
use crate::support::{Folder, Ran, binary, repository};

/// A trained model of iris, and its rows as NPY, NPZ and CSV; the rows.
fn iris(folder: &Folder) -> Array2<f64> {
    let own = folder.parameters(json!({}));
    folder.train(&own, "run", &[]).ended(0);
    let mut archive = NpzReader::new(File::open(repository("datasets/iris.npz")).unwrap()).unwrap();
    let rows: Array2<f32> = archive.by_name("X").unwrap();
    let rows = rows.mapv(f64::from);
    write_npy(folder.path("rows.npy"), &rows).unwrap();
    folder.write("rows.csv", text(&rows, ""));
    rows
}

fn text(rows: &Array2<f64>, header: &str) -> String {
    let line = |row: ndarray::ArrayView1<f64>| {
        row.iter().map(f64::to_string).collect::<Vec<_>>().join(",") + "\n"
    };
    header.to_owned() + &rows.outer_iter().map(line).collect::<String>()
}

const MODEL: &str = "run/model.safetensors";

fn predicted(folder: &Folder, data: &str, more: &[&str]) -> Ran {
    folder.run(&[&["predict", MODEL, data], more].concat()).ended(0)
}

#[test]
fn every_format_gives_the_same_numbers() {
    let folder = Folder::new();
    let rows = iris(&folder);
    let iris = repository("datasets/iris.npz");
    let from_archive = predicted(&folder, iris.to_str().unwrap(), &[]).stdout;
    let lines: Vec<&str> = from_archive.lines().collect();
    assert_eq!(
        lines[0],
        "class,name,probability_setosa,probability_versicolor,probability_virginica"
    );
    assert_eq!(lines.len(), 151);
    assert!(lines[1].starts_with("0,setosa,0."), "{}", lines[1]);
    let mut turned = Array2::zeros(rows.dim().f());
    turned.assign(&rows);
    write_npy(folder.path("turned.npy"), &turned).unwrap();
    for data in ["rows.npy", "rows.csv", "turned.npy"] {
        assert_eq!(predicted(&folder, data, &[]).stdout, from_archive, "{data}");
    }
    let ran = predicted(&folder, "rows.npy", &["-o", "out.csv"]);
    ran.says(&["150 rows predicted in", "saved in out.csv"]);
    assert_eq!((ran.stdout.as_str(), folder.read("out.csv")), ("", from_archive.clone()));
    predicted(&folder, "rows.npy", &["-o", "out.npy"]);
    predicted(&folder, "rows.npy", &["-o", "out.npz"]);
    let whole: Array2<f32> = read_npy(folder.path("out.npy")).unwrap();
    let mut archive = NpzReader::new(File::open(folder.path("out.npz")).unwrap()).unwrap();
    let class: ndarray::Array1<i64> = archive.by_name("class").unwrap();
    let probabilities: Array2<f32> = archive.by_name("probabilities").unwrap();
    let labels: ndarray::Array1<i64> = archive.by_name("labels").unwrap();
    assert_eq!(labels.to_vec(), [0, 1, 2]);
    for (row, line) in lines[1..].iter().enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let numbers: Vec<f32> = cells[2..].iter().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(numbers, whole.row(row).to_vec());
        assert_eq!(numbers, probabilities.row(row).to_vec());
        assert_eq!(cells[0], class[row].to_string());
        assert!((numbers.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
    assert_eq!(folder.list(".").iter().filter(|name| name.contains("partial")).count(), 0);
}

#[test]
fn columns_are_found_by_name_and_a_target_beside_them_is_passed_over() {
    let folder = Folder::new();
    let (mut description, weights) = identity(2, "linear", None);
    description["feature_names"] = json!(["width", "length, cm"]);
    description["target_names"] = json!(["a", "b"]);
    folder.write(MODEL, identity_file(&description, &weights));
    for (data, header) in [
        ("\"length, cm\",width\n2,1\n4,3\n", "names in another order"),
        ("b, width ,\"length, cm\",a\n,1,2,x\n,3,4,\n", "targets, of any text"),
        ("\u{feff}width,\"length, cm\"\r\n1,2\r\n\r\n3,4\r\n", "as Excel writes it"),
        ("1,2\n3,4\n", "no names"),
        ("1,2,9,9\n3,4,9,9\n", "no names, targets last"),
    ] {
        folder.write("d.csv", data);
        let ran = predicted(&folder, "d.csv", &[]);
        assert_eq!(ran.stdout, "a,b\n1.0,2.0\n3.0,4.0\n", "{header}");
    }
}

/// Wavelengths and years are names too, and blanks around names do not count on either side.
#[test]
fn names_that_look_like_numbers_are_a_header() {
    let folder = Folder::new();
    let (mut description, weights) = identity(2, "linear", None);
    description["feature_names"] = json!([" 850", "900 "]);
    description["target_names"] = json!(["a", "b"]);
    folder.write(MODEL, identity_file(&description, &weights));
    for data in ["900, 850\n2,1\n", "850,900\n1,2\n", "1,2\n"] {
        folder.write("d.csv", data);
        assert_eq!(predicted(&folder, "d.csv", &[]).stdout, "a,b\n1.0,2.0\n", "{data}");
    }
}

#[test]
fn a_single_sigmoid_output_tells_both_probabilities() {
    let folder = Folder::new();
    let (description, weights) = identity(1, "sigmoid", Some(&[-1, 4]));
    folder.write(MODEL, identity_file(&description, &weights));
    folder.write("d.csv", "-100\n0\n100\n");
    let ran = predicted(&folder, "d.csv", &[]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "class,probability_-1,probability_4");
    assert_eq!((lines[2], lines[3]), ("-1,0.5,0.5", "4,0.0,1.0"));
    assert!(lines[1].starts_with("-1,1.0,"), "{}", lines[1]);
}

#[test]
fn values_are_in_original_units_and_far_features_keep_their_digits() {
    let folder = Folder::new();
    let (mut description, weights) = identity(1, "linear", None);
    // Times in seconds: f32 tells them apart by minutes only.
    description["inputs"] = json!({"shift": [1.7e9], "scale": [0.5]});
    description["targets"] = json!({"shift": [20.0], "scale": [2.0]});
    folder.write(MODEL, identity_file(&description, &weights));
    folder.write("d.csv", "time\n1700000000\n1700000004\n");
    assert_eq!(predicted(&folder, "d.csv", &[]).stdout, "value\n20.0\n21.0\n");
}

/// 1.7e9 + 1/3 has 17 digits, f32 has seven of them: in every format the value is f64's.
#[test]
fn values_far_from_0_keep_their_digits_in_every_format() {
    let folder = Folder::new();
    let (mut description, weights) = identity(1, "linear", None);
    description["targets"] = json!({"shift": [1.7e9], "scale": [3.0]});
    folder.write(MODEL, identity_file(&description, &weights));
    folder.write("d.csv", "0.0\n1\n2\n");
    let expected: Vec<f64> = (0..3).map(|y| f64::from(y) / 3.0 + 1.7e9).collect();
    let text: String = expected.iter().map(|value| format!("{value:?}\n")).collect();
    assert_eq!(predicted(&folder, "d.csv", &[]).stdout, format!("value\n{text}"));
    predicted(&folder, "d.csv", &["-o", "out.npy"]);
    predicted(&folder, "d.csv", &["-o", "out.npz"]);
    let array: Array2<f64> = read_npy(folder.path("out.npy")).unwrap();
    assert_eq!(array.into_raw_vec_and_offset().0, expected);
    let mut archive = NpzReader::new(File::open(folder.path("out.npz")).unwrap()).unwrap();
    let array: Array2<f64> = archive.by_name("values").unwrap();
    assert_eq!(array.into_raw_vec_and_offset().0, expected);
}

#[test]
fn text_flows_from_standard_input_to_standard_output() {
    let folder = Folder::new();
    iris(&folder);
    let expected = predicted(&folder, "rows.csv", &[]).stdout;
    let mut command = folder.command(&["predict", MODEL, "-", "-o", "-"]);
    command.stdin(File::open(folder.path("rows.csv")).unwrap());
    assert_eq!(Ran::from(command.output().unwrap()).ended(0).stdout, expected);
    // A reader that has gone is no error.
    let mut command = folder.command(&["predict", MODEL, "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    for _ in 0..5_000 {
        if input.write_all(b"5.1,3.5,1.4,0.2\n").is_err() {
            break;
        }
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A file named - is none of the streams.
#[test]
fn a_file_of_the_name_of_standard_output_is_in_nobody_s_way() {
    let folder = Folder::new();
    let (description, weights) = identity(1, "linear", None);
    folder.write(MODEL, identity_file(&description, &weights));
    folder.write("-", "9\n");
    let mut command = folder.command(&["predict", MODEL, "-", "-o", "-"]);
    folder.write("d.csv", "1\n");
    command.stdin(File::open(folder.path("d.csv")).unwrap());
    assert_eq!(Ran::from(command.output().unwrap()).ended(0).stdout, "value\n1.0\n");
}

/// A pipe gives its bytes once: all of them are rows.
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_with_a_name_loses_nothing() {
    use std::os::unix::fs::OpenOptionsExt;

    let folder = Folder::new();
    let (description, weights) = identity(1, "linear", None);
    folder.write(MODEL, identity_file(&description, &weights));
    let rows = (0..1000).map(|row| format!("{row}\n"));
    let text: String = std::iter::once("x\n".into()).chain(rows).collect();
    let expected: String = (0..1000).map(|row| format!("{row}.0\n")).collect();
    let run = |arguments: &[&str], bytes: Vec<u8>| {
        let pipe = folder.path("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let child = folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let into = pipe.clone();
        let writer = std::thread::spawn(move || {
            // A reader that refuses what it reads goes before the end.
            let _ = File::options().write(true).open(into).unwrap().write_all(&bytes);
        });
        let ran = Ran::from(child.unwrap().wait_with_output().unwrap());
        // A reader that refuses before it reads may be gone before the writer, who would wait for ever.
        const O_NONBLOCK: i32 = 0o4000;
        let _reader = File::options().read(true).custom_flags(O_NONBLOCK).open(&pipe).unwrap();
        writer.join().unwrap();
        std::fs::remove_file(&pipe).unwrap();
        ran
    };
    let ran = run(&["predict", MODEL, "pipe"], text.into_bytes()).ended(0);
    assert!(ran.stdout == format!("value\n{expected}"));
    let pairs: String = (0..1000).map(|row| format!("{row},{row}\n")).collect();
    let ran = run(&["evaluate", MODEL, "pipe", "--json"], pairs.into_bytes()).ended(0);
    assert!(ran.stdout.contains("\"rows\":1000"), "{}", ran.stdout);
    for start in ["PK\x03\x04", "\u{93}NUMPY"] {
        let bytes = start.chars().map(|c| c as u8).collect();
        run(&["predict", MODEL, "pipe"], bytes).refused(&["pipe: is a pipe or a device"]);
    }
    run(&["predict", "pipe", "d.csv"], folder.bytes(MODEL))
        .refused(&["pipe: can't be read: it is a pipe"]);
}

/// The blocks of a file change memory, not results.
#[test]
fn more_rows_than_a_block_holds_are_predicted_in_order() {
    let folder = Folder::new();
    let (description, weights) = identity(1, "linear", None);
    folder.write(MODEL, identity_file(&description, &weights));
    let rows = 10_001;
    let lines = std::iter::once("x\n".into()).chain((0..rows).map(|row| format!("{row}\n")));
    folder.write("d.csv", lines.collect::<String>());
    write_npy(folder.path("d.npy"), &ndarray::Array1::from_iter((0..rows).map(|r| r as i32)))
        .unwrap();
    let expected =
        std::iter::once("value\n".into()).chain((0..rows).map(|row| format!("{row}.0\n")));
    let expected: String = expected.collect();
    for data in ["d.csv", "d.npy"] {
        assert!(predicted(&folder, data, &[]).stdout == expected, "{data}");
    }
    predicted(&folder, "d.csv", &["-o", "out.npy"]);
    let out: Array2<f64> = read_npy(folder.path("out.npy")).unwrap();
    assert_eq!(out.dim(), (rows, 1));
    assert_eq!(out[[rows - 1, 0]], rows as f64 - 1.0);
}

#[test]
fn signals_come_with_or_without_their_channels() {
    let folder = Folder::new();
    let signals = repository("datasets/cylinder_bell_funnel.npz");
    let own = folder.parameters(json!({
        "NPZ_DATASET": signals, "LAYER_SIZES": null, "LAYER_ACTS": null, "MAX_EPOCHS": 1,
        "LAYERS": [
            {"type": "conv1d", "filters": 2, "kernel": 5, "activation": "relu"},
            {"type": "dense", "units": 3, "activation": "softmax"},
        ],
    }));
    folder.train(&own, "run", &[]).ended(0);
    let expected = predicted(&folder, signals.to_str().unwrap(), &[]).stdout;
    let rows: ndarray::ArrayD<f32> =
        npz::read(&signals, "X_test").unwrap().into_reals().mapv(|x| x as f32);
    let count = rows.shape()[0];
    let samples = rows.len() / count;
    let flat = rows.clone().into_shape_with_order((count, samples)).unwrap();
    write_npy(folder.path("flat.npy"), &flat).unwrap();
    let channels = rows.into_shape_with_order((count, 1, samples)).unwrap();
    write_npy(folder.path("channels.npy"), &channels).unwrap();
    for data in ["flat.npy", "channels.npy"] {
        assert_eq!(predicted(&folder, data, &[]).stdout, expected, "{data}");
    }
}

/// The CPU and a GPU agree to the rounding of their sums: here within 1e-6 on probabilities.
#[test]
fn a_gpu_predicts_and_evaluates_the_same() {
    let Some(adapter) = adapters().block_on().into_iter().next() else {
        assert!(std::env::var_os("GPU_MLP_REQUIRE_GPU").is_none(), "there is no adapter");
        eprintln!("skipped: there is no adapter");
        return;
    };
    let folder = Folder::new();
    iris(&folder);
    predicted(&folder, "rows.csv", &["-o", "cpu.npy"]);
    predicted(&folder, "rows.csv", &["-o", "gpu.npy", "--device", &adapter.info.name]);
    let read = |name: &str| read_npy::<_, Array2<f32>>(folder.path(name)).unwrap();
    let (cpu, gpu) = (read("cpu.npy"), read("gpu.npy"));
    let apart = (&cpu - &gpu).iter().fold(0.0f32, |most, d| most.max(d.abs()));
    assert!(apart <= 1e-6, "{apart}");
    let iris = repository("datasets/iris.npz");
    let evaluate = ["evaluate", MODEL, iris.to_str().unwrap(), "--json"];
    let on_cpu = folder.run(&evaluate).ended(0).stdout;
    let on_gpu = folder.run(&[&evaluate[..], &["--device", "0"]].concat()).ended(0).stdout;
    let accuracy =
        |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["accuracy"].clone();
    assert_eq!(accuracy(&on_cpu), accuracy(&on_gpu));
}

/// A file of twice the memory that the process may have, binary, stacks and libraries included: 2^21
/// rows of 64 bytes, which as f64 would be 1 GiB.
#[cfg(target_os = "linux")]
#[test]
fn a_file_larger_than_memory_passes() {
    let folder = Folder::new();
    let description = json!({
        "format": "gpu-mlp", "version": 1, "task": "regression", "dataset": "made", "best_epoch": 1,
        "input_shape": [64],
        "layers": [{"type": "dense", "units": 1, "activation": "linear"}],
        "inputs": {"shift": vec![0.0; 64], "scale": vec![1.0; 64]},
        "targets": {"shift": [7.0], "scale": [1.0]},
    });
    let tensors =
        [("layers.0.weight", &[1, 64][..], &[1.0; 64][..]), ("layers.0.bias", &[1], &[0.0])];
    folder.write(MODEL, model(&description, &tensors));
    let rows: u64 = 1 << 21;
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({rows}, 64), }}\n");
    let start =
        [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
    let path = folder.write("rows.npy", &start);
    // The unwritten bytes are zeros, and take no room.
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(start.len() as u64 + rows * 64)
        .unwrap();
    let shell =
        format!("ulimit -v 65536; exec {} predict {MODEL} rows.npy -o out.npy", binary().display());
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &shell]).current_dir(folder.path(".")).env("RAYON_NUM_THREADS", "1");
    Ran::from(command.output().unwrap()).ended(0);
    let out: Array2<f64> = read_npy(folder.path("out.npy")).unwrap();
    assert_eq!(out.dim(), (rows as usize, 1));
    assert!(out.iter().all(|&value| value == 7.0));
}
