//! Text with a bound on the length of its lines.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// A reader that fails once a line has used up its allowance; whoever reads lines sets `left` at each one.
pub(super) struct Bounded<R> {
    pub text: R,
    /// The bytes that a line may have.
    pub longest: u64,
    /// The bytes that the line under way may still have.
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
