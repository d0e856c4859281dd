//! `y[c, p]` is the largest element of window p of `x[c]`, `size` elements high and wide from p·stride on. Last elements that fill no
//! window are left out.

use super::pooled::{Pool, Reduction};

/// The largest element of each window of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxPool2d {
    /// The height and width of a window, in elements.
    pub size: [usize; 2],
    /// Elements from one window to the next, down and across.
    pub stride: [usize; 2],
}

impl Pool for MaxPool2d {
    type Extent = [usize; 2];
    const REDUCTION: Reduction = Reduction::Largest;

    fn new(size: [usize; 2], stride: [usize; 2]) -> Self {
        MaxPool2d { size, stride }
    }

    fn size(&self) -> [usize; 2] {
        self.size
    }

    fn stride(&self) -> [usize; 2] {
        self.stride
    }
}
