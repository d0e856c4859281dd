//! A file that is written whole or not at all, however long it is.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::directory::fault;
use crate::error::Result;

/// A file beside its place, until it is finished; one that is dropped before leaves nothing. What is
/// no plain file, such as a pipe or a device, is written to as it is; the file that a link points at is
/// replaced, not the link.
pub struct WholeFile {
    file: File,
    /// Where it is written, and where it belongs; None for what is no plain file, such as a pipe.
    places: Option<[PathBuf; 2]>,
}

impl WholeFile {
    /// Begins a file; another of that name stays as it is until [`WholeFile::finish`].
    pub fn create(path: &Path) -> io::Result<Self> {
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

    /// Puts the file in its place, on the disk.
    pub fn finish(mut self) -> io::Result<()> {
        let Some([beside, path]) = &self.places else { return self.file.flush() };
        self.file.sync_all()?;
        fs::rename(beside, path)?;
        let synced = sync_folder(path);
        self.places = None;
        synced
    }
}

/// Writes all of a file that way.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = WholeFile::create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.finish()
    });
    written.map_err(|error| fault("write", path, &error))
}

/// Waits until the new name of a file is on the disk too.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    // Windows opens no folders, and where one can't be read, this is no reason to fail.
    let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) else { return Ok(()) };
    match folder.sync_all() {
        // Some file systems have no such operation.
        Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        synced => synced,
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
