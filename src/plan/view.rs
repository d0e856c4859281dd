//! Matrices in buffers.

use super::buffer::BufferId;

/// A matrix of (batch rows · `rows`, `columns`) in a buffer: every row of the batch holds `rows` of its
/// rows, one after the other at equal distances. A whole row of the buffer is one of them; of a sequence
/// in (time steps, features), all steps are (batch · T, features), and one step is a single row at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Where it lies.
    pub buffer: BufferId,
    /// The element of a batch row at which its first row begins.
    pub offset: usize,
    /// Rows of the matrix in one row of the batch; a divisor of the row's elements.
    pub rows: usize,
    /// Elements of a row of the matrix.
    pub columns: usize,
}

impl View {
    /// All of a buffer of `row_len` elements a row: one row of the matrix a row of the batch.
    pub fn whole(buffer: BufferId, row_len: usize) -> Self {
        View { buffer, offset: 0, rows: 1, columns: row_len }
    }

    /// The elements from one row to the next, in a buffer of `row_len` elements a row.
    pub fn stride(&self, row_len: usize) -> usize {
        row_len / self.rows
    }

    /// Whether it is all of a buffer of `row_len` elements a row.
    pub fn is_whole(&self, row_len: usize) -> bool {
        self.offset == 0 && self.rows * self.columns == row_len
    }

    /// The same part of another buffer of the same shape.
    pub fn of(self, buffer: BufferId) -> Self {
        View { buffer, ..self }
    }
}
