//! Windows: neighbouring rows of a table as one row, without a copy of them.

use std::ops::Range;

use ndarray::{ArcArray2, Array2, ArrayView2};

/// The windows of a table whose rows are moments in order. Window i is the moments from i on, as a signal: shape (windows,
/// channels · length), a channel after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct SlidingWindows<X> {
    /// The moments, shape (moments, channels), row by row. A clone shares them.
    pub moments: ArcArray2<X>,
    /// The moments of a window.
    pub length: usize,
    /// The windows; the last ones that the moments would give may be left out.
    pub count: usize,
}

impl<X: Copy> SlidingWindows<X> {
    /// The windows, and the elements of each.
    pub fn dim(&self) -> (usize, usize) {
        (self.count, self.moments.ncols() * self.length)
    }

    /// The moments of a window, shape (length, channels), row by row.
    pub fn window(&self, window: usize) -> &[X] {
        let channels = self.moments.ncols();
        let all = self.moments.as_slice().unwrap_or_default();
        &all[window * channels..(window + self.length) * channels]
    }

    /// An element of a window.
    pub fn element(&self, window: usize, element: usize) -> X {
        self.moments[[window + element % self.length, element / self.length]]
    }

    /// Some of the windows.
    pub fn rows(&self, windows: Range<usize>) -> Array2<X> {
        let shape = (windows.len(), self.dim().1);
        Array2::from_shape_fn(shape, |(row, element)| self.element(windows.start + row, element))
    }

    /// The moments that these windows hold, each once, in order.
    pub fn moments_of(&self, windows: &[u32]) -> Vec<u32> {
        let mut is_held = vec![false; self.moments.nrows()];
        for &window in windows {
            is_held[window as usize..][..self.length].fill(true);
        }
        (0..).zip(is_held).filter(|(_, is_held)| *is_held).map(|(moment, _)| moment).collect()
    }

    /// One number per channel as one per element of a window.
    pub fn of_elements<Y: Copy>(&self, of_channels: &[Y]) -> Vec<Y> {
        let each = of_channels.iter().flat_map(|&own| std::iter::repeat_n(own, self.length));
        each.collect()
    }

    /// One number per element of a window, the same for all of a channel, as one per channel.
    pub fn of_channels<Y: Copy>(&self, of_elements: &[Y]) -> Vec<Y> {
        of_elements.iter().step_by(self.length).copied().collect()
    }

    /// All moments.
    pub fn view(&self) -> ArrayView2<'_, X> {
        self.moments.view()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_window_is_a_channel_after_the_other() {
        let moments = array![[0, 10], [1, 11], [2, 12], [3, 13]].into_shared();
        let windows = SlidingWindows { moments, length: 2, count: 3 };
        assert_eq!(windows.dim(), (3, 4));
        assert_eq!(windows.rows(1..3), array![[1, 2, 11, 12], [2, 3, 12, 13]]);
        assert_eq!(windows.window(1), [1, 11, 2, 12]);
        assert_eq!(windows.moments_of(&[0, 2]), [0, 1, 2, 3]);
        assert_eq!(windows.moments_of(&[1]), [1, 2]);
        assert_eq!(windows.of_elements(&["a", "b"]), ["a", "a", "b", "b"]);
        assert_eq!(windows.of_channels(&["a", "a", "b", "b"]), ["a", "b"]);
    }
}
