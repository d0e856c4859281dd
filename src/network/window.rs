//! The sizes of operations that slide a window along a signal.

use std::fmt;

/// The zeros around a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// So many before it and as many behind it; less than the kernel.
    Each(usize),
    /// ⌊(kernel - 1) / 2⌋ before it, and behind it what makes ⌈samples / stride⌉ positions.
    Same,
}

/// A 1-D convolution of one row: (channels, samples) to (filters, positions).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convolution {
    /// Channels of the input.
    pub channels: usize,
    /// Samples of a channel of the input.
    pub samples: usize,
    /// Channels of the output.
    pub filters: usize,
    /// Samples that a position sees.
    pub kernel: usize,
    /// Samples from one position to the next.
    pub stride: usize,
    /// Zeros before the first sample.
    pub padding: usize,
    /// Samples of a channel of the output.
    pub positions: usize,
}

/// 1-D pooling of one row: (channels, samples) to (channels, positions).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pooling {
    /// Channels of input and output.
    pub channels: usize,
    /// Samples of a channel of the input.
    pub samples: usize,
    /// Samples of a window.
    pub size: usize,
    /// Samples from one window to the next.
    pub stride: usize,
    /// Windows: samples of a channel of the output.
    pub positions: usize,
}

impl fmt::Display for Padding {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Padding::Each(zeros) => write!(f, "{zeros}"),
            Padding::Same => write!(f, "same"),
        }
    }
}

impl Convolution {
    /// The sizes; the error says why such an input can't be convolved so.
    pub(crate) fn new(
        (channels, samples): (usize, usize),
        filters: usize,
        kernel: usize,
        stride: usize,
        padding: Padding,
    ) -> Result<Self, String> {
        let (before, padded) = match padding {
            // Enough behind the signal for every position.
            Padding::Same => ((kernel - 1) / 2, samples - 1 + kernel),
            Padding::Each(zeros) => (zeros, samples.saturating_add(zeros.saturating_mul(2))),
        };
        if padded < kernel {
            return Err(format!(
                "has kernels of ({filters}, {channels}, {kernel}), longer than a signal of {samples} padded \
                 to {padded}; use a shorter kernel, or \"padding\": \"same\""
            ));
        }
        let positions = (padded - kernel) / stride + 1;
        Ok(Convolution { channels, samples, filters, kernel, stride, padding: before, positions })
    }

    /// Elements of an input row.
    pub fn input_len(&self) -> usize {
        self.channels * self.samples
    }

    /// Elements of an output row.
    pub fn output_len(&self) -> usize {
        self.filters * self.positions
    }

    /// Inputs that one output sums over: channels · kernel.
    pub fn terms(&self) -> usize {
        self.channels * self.kernel
    }
}

impl Pooling {
    /// The sizes; the error says why such an input can't be pooled so.
    pub(crate) fn new(
        (channels, samples): (usize, usize),
        size: usize,
        stride: usize,
    ) -> Result<Self, String> {
        if samples < size {
            return Err(format!(
                "has windows of {size}, longer than a signal of {samples}, and would leave \
                 nothing; use a smaller size"
            ));
        }
        let positions = (samples - size) / stride + 1;
        Ok(Pooling { channels, samples, size, stride, positions })
    }

    /// Elements of an input row.
    pub fn input_len(&self) -> usize {
        self.channels * self.samples
    }

    /// Elements of an output row.
    pub fn output_len(&self) -> usize {
        self.channels * self.positions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(samples: usize, kernel: usize, stride: usize, padding: Padding) -> (usize, usize) {
        let convolution = Convolution::new((1, samples), 1, kernel, stride, padding).unwrap();
        (convolution.padding, convolution.positions)
    }

    #[test]
    fn same_gives_as_many_positions_as_strides_begin() {
        for (samples, stride, expected) in [(10, 1, 10), (10, 2, 5), (11, 2, 6), (10, 3, 4)] {
            for kernel in 1..=12 {
                let (before, positions) = positions(samples, kernel, stride, Padding::Same);
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
        let long = Convolution::new((1, 4), 1, 7, 1, Padding::Each(1)).unwrap_err();
        assert!(
            long.contains("kernels of (1, 1, 7), longer than a signal of 4 padded to 6"),
            "{long}"
        );
    }

    #[test]
    fn pooling_leaves_out_what_fills_no_window() {
        for (samples, size, stride, expected) in
            [(8, 2, 2, 4), (9, 2, 2, 4), (9, 3, 1, 7), (5, 5, 3, 1), (10, 2, 4, 3)]
        {
            let pooling = Pooling::new((1, samples), size, stride).unwrap();
            assert_eq!(pooling.positions, expected);
        }
        assert!(Pooling::new((3, 2), 3, 1).unwrap_err().contains("windows of 3"));
    }
}
