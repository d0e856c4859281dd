//! Matrices in buffers.

use super::buffer::BufferId;

/// A matrix of (batch rows · `rows`, `columns`) in a buffer: every row of the batch holds `rows` of its rows at equal
/// distances. For a sequence of (time steps, features), all steps are a view of (batch · T, features), and one step is
/// a view of one row per batch row, at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// The buffer that holds it.
    pub buffer: BufferId,
    /// The index of its first element in a row of the batch.
    pub offset: usize,
    /// Rows of the matrix per row of the batch; a divisor of the elements per row.
    pub rows: usize,
    /// Elements per row of the matrix.
    pub columns: usize,
}

impl View {
    /// The view of a whole buffer of `row_len` elements per row: one row of the matrix per row of the batch.
    pub fn whole(buffer: BufferId, row_len: usize) -> Self {
        View { buffer, offset: 0, rows: 1, columns: row_len }
    }

    /// The distance from one row of the matrix to the next, in a buffer of `row_len` elements per row.
    pub fn stride(&self, row_len: usize) -> usize {
        row_len / self.rows
    }

    /// Whether it is the whole of a buffer of `row_len` elements per row.
    pub fn is_whole(&self, row_len: usize) -> bool {
        self.offset == 0 && self.rows * self.columns == row_len
    }

    /// The same part of another buffer with as many rows of the matrix per row of the batch.
    pub fn of(self, buffer: BufferId) -> Self {
        View { buffer, ..self }
    }
}
