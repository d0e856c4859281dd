//! A file that is written whole or not at all, however long it is.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file beside its place, until it is finished; one that is dropped before leaves nothing.
pub(super) struct WholeFile {
    file: File,
    /// Where it is written, and where it belongs; None for what is no plain file, such as a pipe.
    places: Option<[PathBuf; 2]>,
}

impl WholeFile {
    pub fn create(path: &Path) -> io::Result<Self> {
        // The file that a link points at is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
            let file = File::options().write(true).open(&path)?;
            return Ok(WholeFile { file, places: None });
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(".partial");
        let beside = PathBuf::from(beside);
        let file =
            File::options().read(true).write(true).create(true).truncate(true).open(&beside)?;
        Ok(WholeFile { file, places: Some([beside, path]) })
    }

    /// Puts the file in its place.
    pub fn finish(mut self) -> io::Result<()> {
        let Some([beside, path]) = &self.places else { return self.file.flush() };
        self.file.sync_all()?;
        fs::rename(beside, path)?;
        self.places = None;
        Ok(())
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some([beside, _]) = &self.places {
            // There is no one left to tell.
            let _ = fs::remove_file(beside);
        }
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for WholeFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}
