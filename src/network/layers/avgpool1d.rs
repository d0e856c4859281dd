//! `y[c, t]` is the mean of the `size` samples of `x[c]` from t·stride on; samples that fill no window are left
//! out.

use super::pooled::{average, pooled_signal};
use super::{Field, OnInput, OneLayer, Source, signal};
use crate::network::lowering::{Lowering, Site};
use crate::plan::{BufferId, Windows};

/// The mean of each window of a signal.
#[derive(Debug, Clone, PartialEq)]
pub struct AvgPool1d {
    /// The samples of a window.
    pub size: usize,
    /// The samples from one window to the next.
    pub stride: usize,
}

/// The same on signals of known size.
#[derive(Debug, Clone, PartialEq)]
pub struct AvgPool1dOn {
    windows: Windows,
}

impl OneLayer for AvgPool1d {
    type Placed = AvgPool1dOn;
    const FIELDS: &'static [&'static str] = &["size", "stride"];
    const AXES: Option<usize> = Some(2);

    /// As in other frameworks, windows lie side by side unless told otherwise.
    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error> {
        let size = from.size("size", Some(2), "the samples of a window")?;
        let stride = from.size("stride", Some(size), "the samples from one window to the next")?;
        Ok(AvgPool1d { size, stride })
    }

    fn fields(&self) -> Vec<Field> {
        vec![Field::Size(self.size), Field::Size(self.stride)]
    }

    fn sizes(&self) -> Vec<(usize, &'static str)> {
        vec![(self.size, "windows of 0"), (self.stride, "a stride of 0")]
    }

    fn described(&self) -> Option<String> {
        Some(format!("size {}, stride {}", self.size, self.stride))
    }

    fn short(&self) -> Option<String> {
        Some(format!("a{}", self.size))
    }

    fn place(&self, input: &[usize]) -> Result<AvgPool1dOn, String> {
        let (channels, samples) = signal(input)?;
        Ok(AvgPool1dOn { windows: pooled_signal(channels, samples, self.size, self.stride)? })
    }
}

impl OnInput for AvgPool1dOn {
    fn shape(&self) -> Vec<usize> {
        vec![self.windows.channels, self.windows.positions()]
    }

    fn windows(&self) -> Option<Windows> {
        Some(self.windows)
    }

    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
        average(lowering, site, self.windows, self.shape())
    }
}
