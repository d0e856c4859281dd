//! a = f(z), `z[o, t] = Σc Σj W[o, c, j] · x[c, t·stride + j - padding] + b[o]`, x = 0 outside; W of shape
//! (filters, channels, kernel).

use super::field::{Field, Source};
use super::one_layer::{OnInput, OneLayer};
use super::row_shape::signal;
use super::weighted::{Weighted, lower};
use crate::network::lowering::{Lowering, Site};
use crate::plan::ops::convolution::Convolution;
use crate::plan::{Axis, BufferId, Padding, Windows};

/// A convolution of signals.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv1d {
    /// Channels of the output.
    pub filters: usize,
    /// Samples per position of the output.
    pub kernel: usize,
    /// Samples from one position to the next.
    pub stride: usize,
    /// The zeros around the signal.
    pub padding: Padding,
}

/// A convolution of signals of known size.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv1dOn {
    windows: Windows,
}

impl OneLayer for Conv1d {
    type Placed = Conv1dOn;
    const FIELDS: &'static [&'static str] = &["filters", "kernel", "stride", "padding"];
    const IS_ACTIVATED: bool = true;
    const AXES: Option<usize> = Some(2);

    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error> {
        Ok(Conv1d {
            filters: from.size("filters", None, "the channels it makes")?,
            kernel: from.size("kernel", None, "the samples it sees at once")?,
            stride: from.size("stride", Some(1), "the samples from one position to the next")?,
            padding: from.padding("padding")?,
        })
    }

    fn fields(&self) -> Vec<Field> {
        let &Conv1d { filters, kernel, stride, padding } = self;
        let sizes = [filters, kernel, stride].map(Field::Size);
        sizes.into_iter().chain([Field::Padding(padding)]).collect()
    }

    fn sizes(&self) -> Vec<(usize, &'static str)> {
        let &Conv1d { filters, kernel, stride, .. } = self;
        vec![(filters, "0 filters"), (kernel, "a kernel of 0"), (stride, "a stride of 0")]
    }

    fn fault(&self) -> Option<String> {
        match (self.padding, self.kernel) {
            (Padding::Each(zeros), kernel) if zeros >= kernel => Some(format!(
                "has a padding of {zeros} for a kernel of {kernel}: its first position would see nothing but \
                 zeros; allowed: 0 to {}, or \"same\"",
                kernel - 1
            )),
            (Padding::Each(_) | Padding::Same, _) => None,
        }
    }

    fn described(&self) -> Option<String> {
        let Conv1d { filters, kernel, stride, padding } = self;
        Some(format!("{filters} filters, kernel {kernel}, stride {stride}, padding {padding}"))
    }

    fn short(&self) -> Option<String> {
        Some(format!("{}c{}", self.filters, self.kernel))
    }

    fn place(&self, input: &[usize]) -> Result<Conv1dOn, String> {
        let &Conv1d { filters, kernel, stride, padding } = self;
        let (channels, samples) = signal(input)?;
        let axis = Axis::new(samples, kernel, stride, 1, padding).map_err(|padded| {
            format!(
                "has kernels of ({filters}, {channels}, {kernel}), longer than a signal of {samples} padded \
                 to {padded}; use a shorter kernel, or \"padding\": \"same\""
            )
        })?;
        Ok(Conv1dOn { windows: Windows::of_signal(channels, filters, axis) })
    }
}

impl OnInput for Conv1dOn {
    fn shape(&self) -> Vec<usize> {
        vec![self.windows.filters, self.windows.positions()]
    }

    fn weights(&self) -> u128 {
        let Windows { channels, filters, .. } = self.windows;
        filters as u128 * channels as u128 * self.windows.taps() as u128
    }

    fn windows(&self) -> Option<Windows> {
        Some(self.windows)
    }

    /// Glorot's fans: the inputs of one output, and the outputs of one input.
    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
        let (windows, x) = (self.windows, site.x);
        let Windows { channels, filters, .. } = windows;
        let weighted = Weighted {
            weight: vec![filters, channels, windows.taps()],
            fan_in: windows.terms(),
            fan_out: filters * windows.taps(),
            output: self.shape(),
        };
        lower(lowering, site, weighted, |weight, z| Convolution { windows, x, weight, z }.into())
    }
}
