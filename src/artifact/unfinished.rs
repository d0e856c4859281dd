//! Files that are not finished yet, known by their paths, so that a signal can take them away.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{NamedTempFile, TempPath};

/// The paths of all there are. Who holds this lock makes, moves or removes one.
static PATHS: Mutex<Vec<PathBuf>> = Mutex::new(vec![]);

fn paths() -> MutexGuard<'static, Vec<PathBuf>> {
    PATHS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file under a name of its own, which goes where it is dropped, and where a signal ends the process.
pub(super) struct Unfinished {
    file: File,
    /// None once it is in its place.
    path: Option<TempPath>,
}

impl Unfinished {
    /// Makes it.
    pub fn make(make: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<Self> {
        let mut paths = paths();
        let (file, path) = make()?.into_parts();
        paths.push(path.to_path_buf());
        Ok(Unfinished { file, path: Some(path) })
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// Moves it to its place.
    pub fn persist(mut self, place: &Path) -> io::Result<()> {
        let mut paths = paths();
        let Some(path) = self.path.take() else { return Ok(()) };
        forget(&mut paths, &path);
        path.persist(place).map_err(|error| error.error)
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

/// Removes every file that is not finished, and ends the process. No other can be made or moved meanwhile.
pub fn exit_without_unfinished(code: i32) -> ! {
    let paths = paths();
    for path in paths.iter() {
        // Where it can't be removed there is nobody to tell.
        let _ = std::fs::remove_file(path);
    }
    exit(code)
}
