//! `buffer[i, u] = 0`
//!
//! i is a row, u an element of it: (rows, elements).

use super::Describe;
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;

/// Sets a buffer that others add to to 0.
#[derive(Debug, Clone)]
pub struct Zero {
    /// The buffer.
    pub buffer: BufferId,
}

impl Describe for Zero {
    fn reads(&self) -> Vec<Place> {
        vec![]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::set(self.buffer)]
    }
}
