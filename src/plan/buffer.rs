//! Buffers: what a batch of rows is computed in.

/// A buffer of the plan: its index in [`Plan::buffers`](super::Plan::buffers).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BufferId(pub usize);

/// Values of the rows of a batch; a backend allocates (replicas, rows, shape).
#[derive(Debug, Clone)]
pub struct Buffer {
    /// What it holds, as the trace of the first step shows it: `z1`, `a1`, `delta1`.
    pub name: String,
    /// The shape of one row.
    pub shape: Vec<usize>,
    /// What its values are.
    pub element: Element,
}

/// What the values of a buffer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// Real numbers.
    Real,
    /// Whole numbers: places in another buffer.
    Index,
}
