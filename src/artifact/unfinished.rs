//! Files that are not finished yet; a signal removes them by their paths.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{NamedTempFile, TempPath};

/// The paths of all unfinished files. Only the holder of this lock makes, moves or removes one.
static PATHS: Mutex<Vec<PathBuf>> = Mutex::new(vec![]);

fn paths() -> MutexGuard<'static, Vec<PathBuf>> {
    PATHS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file under a temporary name; it is removed when this is dropped, or a signal ends the process.
pub(super) struct Unfinished {
    file: File,
    /// None once it has its final name.
    path: Option<TempPath>,
}

impl Unfinished {
    /// Makes the file.
    pub fn make(make: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<Self> {
        let mut paths = paths();
        let (file, path) = make()?.into_parts();
        paths.push(path.to_path_buf());
        Ok(Unfinished { file, path: Some(path) })
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// Moves the file to its final path.
    pub fn persist(mut self, to: &Path) -> io::Result<()> {
        let mut paths = paths();
        let Some(path) = self.path.take() else { return Ok(()) };
        forget(&mut paths, &path);
        path.persist(to).map_err(|error| error.error)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let mut paths = paths();
            forget(&mut paths, &path);
            drop(path);
        }
    }
}

fn forget(paths: &mut Vec<PathBuf>, path: &Path) {
    paths.retain(|known| known != path);
}

/// Removes every unfinished file, and ends the process. No file can be made or moved meanwhile.
pub fn exit_without_unfinished(code: i32) -> ! {
    let paths = paths();
    for path in paths.iter() {
        // Where it can't be removed there is nobody to tell.
        let _ = std::fs::remove_file(path);
    }
    exit(code)
}
