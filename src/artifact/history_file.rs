//! history.csv: one line per epoch, appended as a run goes, and cut back where it is resumed.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::history::{Columns, line, record};
use super::whole::fault;
use crate::error::{Error, Result};
use crate::input::open_file;
use crate::train::EpochRow;

/// The most bytes of a line: ten numbers of at most 24 characters have fewer.
const LONGEST_LINE: u64 = 1024;

/// The open history of a run.
pub(super) struct HistoryFile {
    path: PathBuf,
    file: File,
    /// The bytes of whole lines.
    length: u64,
    /// The epoch of the last line; 0 if only the header is there.
    pub epoch: u32,
}

impl HistoryFile {
    /// A history without epochs, which replaces what is there. A link is replaced, never followed.
    pub fn create(path: &Path, columns: Columns) -> Result<Self> {
        match fs::remove_file(path) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(fault("remove", path, &e)),
            _ => {}
        }
        let file = File::options().append(true).create_new(true).open(path);
        let file = file.map_err(|e| fault("write", path, &e))?;
        let mut history = HistoryFile { path: path.into(), file, length: 0, epoch: 0 };
        history.append(&columns.header())?;
        Ok(history)
    }

    /// The history as it was after `epoch`: later lines, and half lines, are cut off at once.
    pub fn reopen(path: &Path, columns: Columns, epoch: u32) -> Result<Self> {
        if epoch == 0 {
            return Self::create(path, columns);
        }
        let length = length_after(path, columns, epoch)?;
        let history = HistoryFile { path: path.into(), file: open(path)?, length, epoch };
        history.cut()?;
        Ok(history)
    }

    /// Appends an epoch: one write, so that a reader never sees half a line. Where it fails, the half line is
    /// cut off.
    pub fn push(&mut self, row: &EpochRow) -> Result<()> {
        self.append(&line(&record(row)))?;
        self.epoch = row.epoch;
        Ok(())
    }

    fn append(&mut self, line: &str) -> Result<()> {
        let line = format!("{line}\n");
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            // If this fails too, resuming cuts off the half line.
            let _ = self.cut();
            return Err(fault("write", &self.path, &error));
        }
        self.length += line.len() as u64;
        Ok(())
    }

    fn cut(&self) -> Result<()> {
        self.file.set_len(self.length).map_err(|e| fault("cut", &self.path, &e))
    }

    /// Whether the file still has a name, here or wherever its directory went.
    pub fn is_there(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            self.file.metadata().is_ok_and(|file| file.nlink() > 0)
        }
        #[cfg(not(unix))]
        self.path.exists()
    }

    /// Waits until all lines are on the disk.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|e| fault("write", &self.path, &e))
    }
}

fn open(path: &Path) -> Result<File> {
    File::options().append(true).open(path).map_err(|e| fault("write", path, &e))
}

/// The bytes of the header and the lines of epochs 1 to `epoch`; the error names the first missing line.
pub(super) fn length_after(path: &Path, columns: Columns, epoch: u32) -> Result<u64> {
    let place = |message: String| Error::input(message).within(path.display());
    let file = open_file(path).map_err(|e| place(format!("can't be read: {e}")))?;
    let mut reader = BufReader::new(file);
    let mut length = 0;
    for number in 0..=epoch {
        let mut line = vec![];
        let limited = &mut (&mut reader).take(LONGEST_LINE);
        limited.read_until(b'\n', &mut line).map_err(|e| place(format!("can't be read: {e}")))?;
        let is_there = match (line.split_last(), number) {
            (Some((b'\n', line)), 0) => line == columns.header().as_bytes(),
            (Some((b'\n', line)), number) => is_line_of(line, number, columns),
            _ => false,
        };
        if !is_there {
            let missing = match number {
                0 => "its header".into(),
                number => format!("the line of epoch {number}"),
            };
            return Err(place(format!(
                "{missing} is missing, but the checkpoint is of epoch {epoch}"
            )));
        }
        length += line.len() as u64;
    }
    Ok(length)
}

fn is_line_of(line: &[u8], epoch: u32, columns: Columns) -> bool {
    let cells = |line: &[u8]| line.split(|&byte| byte == b',').count();
    line.starts_with(format!("{epoch},").as_bytes())
        && cells(line) == cells(columns.header().as_bytes())
}
