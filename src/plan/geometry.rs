//! The sizes of operations that slide a window over positions: convolution and pooling.

use std::fmt;

/// The zeros around an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// This many zeros on each side, fewer than the kernel spans.
    Each(usize),
    /// ⌊dilation·(kernel - 1) / 2⌋ zeros before it, and after it as many as make ⌈input / stride⌉ positions.
    Same,
}

/// One axis along which windows slide over their input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    /// Elements of the input.
    pub input: usize,
    /// Elements per window.
    pub kernel: usize,
    /// Distance from one window to the next, in elements of the input.
    pub stride: usize,
    /// Distance between neighbouring elements of a window, in elements of the input.
    pub dilation: usize,
    /// Zeros before the first element.
    pub before: usize,
    /// The number of windows: elements of the output.
    pub positions: usize,
}

/// Windows over rows of (channels, height, width); the output has rows of (filters, positions of both axes).
/// A signal of (channels, samples) is an image of height 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// Channels of the input.
    pub channels: usize,
    /// Channels of the output; in pooling the same as `channels`.
    pub filters: usize,
    /// Height and width.
    pub axes: [Axis; 2],
}

impl fmt::Display for Padding {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Padding::Each(zeros) => write!(f, "{zeros}"),
            Padding::Same => write!(f, "same"),
        }
    }
}

impl Axis {
    /// The height of a signal.
    pub const ONE: Axis =
        Axis { input: 1, kernel: 1, stride: 1, dilation: 1, before: 0, positions: 1 };

    /// An axis, no size of which is 0; the error is the padded length if a window is longer.
    pub fn new(
        input: usize,
        kernel: usize,
        stride: usize,
        dilation: usize,
        padding: Padding,
    ) -> Result<Self, usize> {
        let span = Axis::span(kernel, dilation);
        let before = match padding {
            Padding::Same => (span - 1) / 2,
            Padding::Each(zeros) => zeros,
        };
        let mut axis = Axis { input, kernel, stride, dilation, before, positions: 0 };
        let padded = axis.padded(padding);
        if padded < span {
            return Err(padded);
        }
        axis.positions = (padded - span) / stride + 1;
        Ok(axis)
    }

    /// The elements of the input from the first to the last of a window.
    pub fn span(kernel: usize, dilation: usize) -> usize {
        dilation.saturating_mul(kernel - 1).saturating_add(1)
    }

    /// The elements of the input and the zeros on both sides.
    pub fn padded(&self, padding: Padding) -> usize {
        match padding {
            // Zeros enough after the input for every position.
            Padding::Same => {
                (self.input - 1).saturating_add(Axis::span(self.kernel, self.dilation))
            }
            Padding::Each(zeros) => self.input.saturating_add(zeros.saturating_mul(2)),
        }
    }

    /// The index in the input of tap `tap` of the window at `position`; None in the padding.
    pub fn input_of(&self, position: usize, tap: usize) -> Option<usize> {
        let padded = position * self.stride + tap * self.dilation;
        padded.checked_sub(self.before).filter(|&index| index < self.input)
    }
}

impl Windows {
    /// Windows over a signal of (channels, samples).
    pub fn of_signal(channels: usize, filters: usize, samples: Axis) -> Self {
        Windows { channels, filters, axes: [Axis::ONE, samples] }
    }

    /// The same with windows of so many samples.
    pub fn of_length(&self, samples: u32) -> Self {
        let [vertical, horizontal] = self.axes;
        let axes = [vertical, Axis { kernel: samples as usize, ..horizontal }];
        Windows { axes, ..*self }
    }

    /// Elements per channel of the input.
    pub fn plane(&self) -> usize {
        self.axes.iter().map(|axis| axis.input).product()
    }

    /// Elements per row of the input.
    pub fn input_len(&self) -> usize {
        self.channels * self.plane()
    }

    /// The number of windows: elements per channel of the output.
    pub fn positions(&self) -> usize {
        self.axes.iter().map(|axis| axis.positions).product()
    }

    /// Elements per row of the output.
    pub fn output_len(&self) -> usize {
        self.filters * self.positions()
    }

    /// Elements per window in one channel.
    pub fn taps(&self) -> usize {
        self.axes.iter().map(|axis| axis.kernel).product()
    }

    /// Terms of the sum of an output of a convolution: channels · taps.
    pub fn terms(&self) -> usize {
        self.channels * self.taps()
    }

    /// The most windows that hold one element of the input.
    pub fn overlap(&self) -> usize {
        self.axes.iter().map(|axis| axis.kernel.min(axis.positions)).product()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(input: usize, kernel: usize, stride: usize, padding: Padding) -> (usize, usize) {
        let axis = Axis::new(input, kernel, stride, 1, padding).unwrap();
        (axis.before, axis.positions)
    }

    #[test]
    fn same_gives_as_many_positions_as_strides_begin() {
        for (input, stride, expected) in [(10, 1, 10), (10, 2, 5), (11, 2, 6), (10, 3, 4)] {
            for kernel in 1..=12 {
                let (before, positions) = positions(input, kernel, stride, Padding::Same);
                assert_eq!((before, positions), ((kernel - 1) / 2, expected), "kernel {kernel}");
            }
        }
    }

    #[test]
    fn numbers_pad_both_sides() {
        assert_eq!(positions(10, 3, 1, Padding::Each(0)), (0, 8));
        assert_eq!(positions(10, 3, 1, Padding::Each(2)), (2, 12));
        assert_eq!(positions(10, 3, 2, Padding::Each(1)), (1, 5));
        assert_eq!(positions(10, 10, 7, Padding::Each(0)), (0, 1));
        assert_eq!(Axis::new(4, 7, 1, 1, Padding::Each(1)), Err(6));
    }

    #[test]
    fn dilation_spreads_a_window() {
        let axis = Axis::new(10, 3, 1, 3, Padding::Each(0)).unwrap();
        assert_eq!(axis.positions, 4);
        assert_eq!([0, 1, 2].map(|tap| axis.input_of(1, tap)), [Some(1), Some(4), Some(7)]);
        let same = Axis::new(10, 3, 1, 3, Padding::Same).unwrap();
        assert_eq!((same.before, same.positions), (3, 10));
        assert_eq!([0, 1, 2].map(|tap| same.input_of(0, tap)), [None, Some(0), Some(3)]);
    }

    #[test]
    fn windows_leave_out_what_fills_none() {
        for (input, size, stride, expected) in
            [(8, 2, 2, 4), (9, 2, 2, 4), (9, 3, 1, 7), (5, 5, 3, 1), (10, 2, 4, 3)]
        {
            assert_eq!(positions(input, size, stride, Padding::Each(0)), (0, expected));
        }
        assert_eq!(Axis::new(2, 3, 1, 1, Padding::Each(0)), Err(2));
    }
}
