//! `y[c, t]` is the largest of the `size` samples of `x[c]` from t·stride on. Last samples that fill no window are left
//! out.

use super::pooled::{Pool, Reduction};

/// The largest sample of each window of a signal.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxPool1d {
    /// Samples per window.
    pub size: usize,
    /// Samples from one window to the next.
    pub stride: usize,
}

impl Pool for MaxPool1d {
    type Extent = usize;
    const REDUCTION: Reduction = Reduction::Largest;

    fn new(size: usize, stride: usize) -> Self {
        MaxPool1d { size, stride }
    }

    fn size(&self) -> usize {
        self.size
    }

    fn stride(&self) -> usize {
        self.stride
    }
}
