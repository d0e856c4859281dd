//! `y[c, p]` is the mean of window p of `x[c]`, `size` elements high and wide from p·stride on; elements that fill
//! no window are left out.

use super::pooled::{average, pooled_image};
use super::{Field, OnInput, OneLayer, Source, image};
use crate::network::lowering::{Lowering, Site};
use crate::plan::{BufferId, Windows};

/// The mean of each window of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct AvgPool2d {
    /// The height and width of a window.
    pub size: [usize; 2],
    /// The elements from one window to the next, down and across.
    pub stride: [usize; 2],
}

/// The same on images of known size.
#[derive(Debug, Clone, PartialEq)]
pub struct AvgPool2dOn {
    windows: Windows,
}

impl OneLayer for AvgPool2d {
    type Placed = AvgPool2dOn;
    const FIELDS: &'static [&'static str] = &["size", "stride"];
    const AXES: Option<usize> = Some(3);

    /// As in other frameworks, windows lie side by side unless told otherwise.
    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error> {
        let size = from.pair("size", Some([2, 2]), "the height and width of a window")?;
        let stride = from.pair("stride", Some(size), "the elements from one window to the next")?;
        Ok(AvgPool2d { size, stride })
    }

    fn fields(&self) -> Vec<Field> {
        vec![Field::Pair(self.size), Field::Pair(self.stride)]
    }

    fn sizes(&self) -> Vec<(usize, &'static str)> {
        let each = |pair: [usize; 2], what| pair.map(|size| (size, what));
        [each(self.size, "windows of 0"), each(self.stride, "a stride of 0")].concat()
    }

    fn described(&self) -> Option<String> {
        let ([high, wide], [down, across]) = (self.size, self.stride);
        Some(format!("size {high} x {wide}, stride {down} x {across}"))
    }

    fn short(&self) -> Option<String> {
        Some(format!("a{}x{}", self.size[0], self.size[1]))
    }

    fn place(&self, input: &[usize]) -> Result<AvgPool2dOn, String> {
        let (channels, plane) = image(input)?;
        Ok(AvgPool2dOn { windows: pooled_image(channels, plane, self.size, self.stride)? })
    }
}

impl OnInput for AvgPool2dOn {
    fn shape(&self) -> Vec<usize> {
        let Windows { channels, axes, .. } = self.windows;
        vec![channels, axes[0].positions, axes[1].positions]
    }

    fn windows(&self) -> Option<Windows> {
        Some(self.windows)
    }

    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
        average(lowering, site, self.windows, self.shape())
    }
}
