//! Text whose lines have an end.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// A reader that fails once so many bytes were read without a new line's allowance.
pub(super) struct Bounded<R> {
    pub text: R,
    /// The bytes of an allowance.
    pub longest: u64,
    /// Those that are left of it.
    pub left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::other(format!("a line has more than {} bytes", self.longest)));
        }
        let count = self.text.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(count as u64));
        Ok(count)
    }
}
