//! A file that is written whole or not at all, however long it is.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::unfinished::Unfinished;
use crate::error::{Error, Result};

/// A file that has a temporary name in the same folder until it is finished. Dropped before, it leaves nothing;
/// nor does a process that [`super::exit_without_unfinished`] ends. A pipe or a device is written to directly; a
/// link stays, and the file that it points at is replaced.
///
/// Nobody can guess the temporary name, and the file is new: no link is followed, and no other process writes to
/// it.
pub struct WholeFile {
    file: Target,
    /// The final path.
    path: PathBuf,
}

enum Target {
    /// Under a temporary name in the same folder.
    Beside(Unfinished),
    /// No plain file, such as a pipe.
    Stream(File),
}

impl WholeFile {
    /// Begins a file; an old file of that name stays as it is until [`WholeFile::finish`].
    pub fn create(path: &Path) -> io::Result<Self> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
            let file = Target::Stream(File::options().write(true).open(&path)?);
            return Ok(WholeFile { file, path });
        }
        Self::beside(path)
    }

    /// The same in the directory of a run, where no link is followed.
    fn beside(path: PathBuf) -> io::Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut builder = tempfile::Builder::new();
        let prefix = format!(".{name}.");
        builder.prefix(&prefix).suffix(PARTIAL);
        // The permissions of any new file, by the process's mask.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = Unfinished::make(|| builder.tempfile_in(folder(&path)))?;
        if let Ok(found) = fs::symlink_metadata(&path)
            && found.is_file()
        {
            file.file().set_permissions(found.permissions())?;
        }
        Ok(WholeFile { file: Target::Beside(file), path })
    }

    /// Gives the file its final name, on the disk.
    pub fn finish(self) -> io::Result<()> {
        match self.file {
            Target::Stream(mut file) => file.flush(),
            Target::Beside(file) => {
                file.file().sync_all()?;
                file.persist(&self.path)?;
                sync_folder(&self.path)
            }
        }
    }

    fn file(&self) -> &File {
        match &self.file {
            Target::Beside(file) => file.file(),
            Target::Stream(file) => file,
        }
    }
}

/// The ending of unfinished files' names.
const PARTIAL: &str = ".partial";

/// Writes a whole file of a run.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = WholeFile::beside(path.into()).and_then(|mut file| {
        file.write_all(bytes)?;
        file.finish()
    });
    written.map_err(|error| fault("write", path, &error))
}

/// Removes the unfinished files that a killed process left for `file`, a file of a run's directory.
pub(super) fn remove_unfinished(directory: &Path, file: &str) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Earlier versions wrote FILE.partial, without the dot.
        let ending = name.strip_prefix('.').unwrap_or(&name).strip_prefix(file);
        let is_unfinished = ending.is_some_and(|ending| ending.ends_with(PARTIAL));
        if is_unfinished && !entry.file_type()?.is_dir() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Waits until the new name of a file is on the disk too.
fn sync_folder(path: &Path) -> io::Result<()> {
    // Windows opens no folders, and where one can't be read, this is no reason to fail.
    let Ok(folder) = File::open(folder(path)) else { return Ok(()) };
    match folder.sync_all() {
        // Some file systems have no such operation.
        Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

impl Seek for WholeFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file().seek(position)
    }
}

pub(super) fn fault(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::failed(format!("can't {what} {}: {error}", path.display()))
}
