//! Opens files from outside without endless waits.

use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a file on a disk; a pipe or a device, which may have no end, is refused without a wait.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    let file = open(path)?;
    let kind = file.metadata()?;
    if kind.is_dir() {
        return Err(io::Error::other("it is a directory"));
    }
    if !kind.is_file() {
        return Err(io::Error::other("it is a pipe or a device; save it on a disk first"));
    }
    Ok(file)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(not(unix))]
pub(crate) fn open_stream(path: &Path) -> io::Result<File> {
    open_file(path)
}

/// Opens a file without a wait: a plain open of a pipe waits for a writer.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use nix::fcntl::OFlag;
    use std::os::unix::fs::OpenOptionsExt;
    File::options().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path)
}

/// Opens a file, a pipe that somebody writes to, or a terminal, to be read once from its start.
#[cfg(unix)]
pub(crate) fn open_stream(path: &Path) -> io::Result<File> {
    use std::io::IsTerminal;
    use std::os::unix::fs::FileTypeExt;
    let file = open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_fifo() {
        await_writer(&file)?;
    } else if kind.is_dir() {
        return Err(io::Error::other("it is a directory"));
    } else if !kind.is_file() && !file.is_terminal() {
        return Err(io::Error::other("it is a device; save it on a disk first"));
    }
    block(&file)?;
    Ok(file)
}

/// Waits for the first bytes of a pipe, but at most five seconds for a writer.
#[cfg(unix)]
fn await_writer(file: &File) -> io::Result<()> {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::io::{ErrorKind, Read};
    use std::os::fd::AsFd;
    let mut pipe = [PollFd::new(file.as_fd(), PollFlags::POLLIN)];
    if poll(&mut pipe, PollTimeout::from(5000u16))? > 0 {
        return Ok(());
    }
    // With a slow writer a read would block; without a writer the pipe is at its end.
    match (&mut &*file).read(&mut [0]) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
        _ => Err(io::Error::other("it is a pipe that nobody writes to")),
    }
}

/// Lets reads wait for their bytes again.
#[cfg(unix)]
fn block(file: &File) -> io::Result<()> {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    let flags = OFlag::from_bits_truncate(fcntl(file, FcntlArg::F_GETFL)?);
    fcntl(file, FcntlArg::F_SETFL(flags.difference(OFlag::O_NONBLOCK)))?;
    Ok(())
}
