//! Buffers: the values of the rows of a batch.

/// A buffer of the plan: its index in [`Plan::buffers`](super::Plan::buffers).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BufferId(pub usize);

/// Values of the rows of a batch; a backend allocates (replicas, rows, shape), or (replicas, shape) for values of the
/// batch.
#[derive(Debug, Clone)]
pub struct Buffer {
    /// The name that the trace of the first step shows: `z1`, `a1`, `delta1`.
    pub name: String,
    /// The shape of one row.
    pub shape: Vec<usize>,
    /// Whether a batch has one row of it, whatever its number of rows: sums over the batch.
    pub is_of_batch: bool,
    /// The kind of its values.
    pub element: Element,
}

/// The kind of the values of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// Real numbers.
    Real,
    /// Whole numbers: indices of another buffer's elements.
    Index,
}
