//! A folder to run the binary in, and the result of a run.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ndarray::{Array, Array1, Array2, Dimension};
use ndarray_npy::{NpzWriter, WritableElement};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A file of the repository, in whose root tests run. No path of the build is compiled in: tests can run on another
/// machine.
pub fn repository(path: &str) -> PathBuf {
    std::env::current_dir().unwrap().join(path)
}

/// The binary: Cargo names it, or whoever runs the tests elsewhere.
pub fn binary() -> PathBuf {
    std::env::var_os("CARGO_BIN_EXE_gpu-mlp").expect("CARGO_BIN_EXE_gpu-mlp names gpu-mlp").into()
}

/// A folder that is removed at the end of the test; the binary runs inside it.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Folder(TempDir::new().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// The names in a folder below, sorted; none if it is not there.
    pub fn list(&self, name: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(name)).into_iter().flatten();
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// An archive with X and y.
    pub fn archive<Y: WritableElement, E: Dimension, D: Dimension>(
        &self,
        name: &str,
        x: &Array<f64, E>,
        y: &Array<Y, D>,
    ) -> PathBuf {
        self.weighted_archive(name, x, y, None)
    }

    /// An archive with X, y and perhaps sample_weight.
    pub fn weighted_archive<Y: WritableElement, E: Dimension, D: Dimension>(
        &self,
        name: &str,
        x: &Array<f64, E>,
        y: &Array<Y, D>,
        weights: Option<&Array1<f64>>,
    ) -> PathBuf {
        let path = self.path(name);
        let mut archive = NpzWriter::new(File::create(&path).unwrap());
        archive.add_array("X", x).unwrap();
        archive.add_array("y", y).unwrap();
        if let Some(weights) = weights {
            archive.add_array("sample_weight", weights).unwrap();
        }
        archive.finish().unwrap();
        path
    }

    /// own.json: a small run on iris; `changes` replace or add keys, null takes one out.
    pub fn parameters(&self, changes: Value) -> PathBuf {
        let mut keys = json!({
            "NPZ_DATASET": repository("datasets/iris.npz"),
            "LAYER_SIZES": [4, 5, 3],
            "LAYER_ACTS": ["-", "tanh", "softmax"],
            "LR": 0.1,
            "MAX_EPOCHS": 3,
            "BATCH_SIZE": 8,
        });
        for (key, value) in changes.as_object().into_iter().flatten() {
            keys[key] = value.clone();
        }
        self.write("own.json", json!({ "parameters": keys }).to_string())
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        // Some Vulkan drivers complain on standard error where this is not set.
        command.env("XDG_RUNTIME_DIR", self.0.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// `gpu-mlp train FILE --backend cpu --out OUT`, then `more`.
    pub fn train(&self, file: &Path, out: &str, more: &[&str]) -> Ran {
        let file = file.to_str().unwrap();
        self.run(&[&["train", file, "--backend", "cpu", "--out", out], more].concat())
    }
}

/// The result of a run of the binary.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Asserts that the run ended with this exit code, and without a panic.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// Asserts wrong input: code 2, nothing on standard output, one error with all these words.
    #[track_caller]
    pub fn refused(self, words: &[&str]) {
        let ran = self.ended(2);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
        assert_eq!(ran.stderr.matches("error:").count(), 1, "{}", ran.stderr);
        ran.says(words);
    }

    /// Asserts that standard error has all these words, perhaps with a line break between two of them.
    #[track_caller]
    pub fn says(&self, words: &[&str]) -> &Self {
        let unbroken = unbroken(&self.stderr);
        for word in words {
            let is_there = self.stderr.contains(word) || unbroken.contains(word);
            assert!(is_there, "{word:?} is not in: {}", self.stderr);
        }
        self
    }
}

/// The text in one line, with one blank between two words.
pub fn unbroken(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The lines of a history as cells, without the column `seconds`.
pub fn without_seconds(history: &str) -> Vec<Vec<&str>> {
    let mut lines: Vec<Vec<&str>> = history.lines().map(|line| line.split(',').collect()).collect();
    let seconds = lines[0].iter().position(|name| *name == "seconds").unwrap();
    for cells in &mut lines {
        cells.remove(seconds);
    }
    lines
}

/// A smooth matrix.
pub fn inputs(rows: usize, features: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, features), |(r, c)| ((r * 7 + c * 13) as f64 * 0.37).sin())
}

/// Labels 0, 1, 0, 1, ...
pub fn labels(rows: usize) -> Array1<i64> {
    (0..rows).map(|row| (row % 2) as i64).collect()
}
