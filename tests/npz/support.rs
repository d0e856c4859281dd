//! Archives for the tests: fixtures that NumPy wrote, and others written here.

use std::fs::File;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use gpu_mlp::rooms::data::Dataset;
use ndarray::{Array1, Array2};
use ndarray_npy::{NpzWriter, WritableElement};
use tempfile::TempDir;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// The path of a fixture.
pub fn fixture(name: &str) -> PathBuf {
    std::env::current_dir().unwrap().join("tests/fixtures").join(name)
}

/// A folder that is removed at the end of the test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Folder(TempDir::new().unwrap())
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// An archive of arrays; `fill` adds them.
    pub fn archive(&self, fill: impl FnOnce(&mut Arrays)) -> PathBuf {
        let path = self.0.path().join("set.npz");
        let mut arrays = Arrays(NpzWriter::new(File::create(&path).unwrap()));
        fill(&mut arrays);
        arrays.0.finish().unwrap();
        path
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The arrays of an archive that is being written.
pub struct Arrays(NpzWriter<File>);

impl Arrays {
    pub fn add<T: WritableElement, D: ndarray::Dimension>(
        &mut self,
        name: &str,
        array: ndarray::Array<T, D>,
    ) -> &mut Self {
        self.0.add_array(name, &array).unwrap();
        self
    }

    /// Inputs 0, 1, 2, ... of this shape.
    pub fn inputs(&mut self, name: &str, rows: usize, columns: usize) -> &mut Self {
        self.add(name, counting(rows, columns))
    }

    /// Classes 0, 1, 0, 1, ...
    pub fn classes(&mut self, name: &str, rows: usize) -> &mut Self {
        self.add(name, (0..rows).map(|row| (row % 2) as i64).collect::<Array1<_>>())
    }
}

/// The matrix 0, 1, 2, ...
pub fn counting(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(row, column)| (row * columns + column) as f64)
}

/// A zip archive of raw members.
pub fn zip(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// An `.npy` array: format version 1, this header and these data.
pub fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
}

/// A header for C order.
pub fn header(descr: &str, shape: &str) -> String {
    format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n")
}

/// Reads `path`, which must be refused as wrong input with a message that holds every one of
/// `expected`, and the file's name.
#[track_caller]
pub fn refused(path: &Path, expected: &[&str]) {
    let error = Dataset::read(path).expect_err("this file must be refused");
    let message = error.to_string();
    assert_eq!(error.exit_code(), 2, "{message}");
    assert!(message.starts_with(&path.display().to_string()), "{message}");
    for part in expected {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
}
