//! How windows are cut into tiles.

use super::formulas::POINTS;
use crate::cpu::blocked::planes::Planes;
use crate::plan::{Axis, Windows};

/// What a number of a channel, or of a filter, costs there and back beside one product, as measured on AVX2: tiles pay where
/// the products that they save are more. The samples of a signal are taken apart, and put together again.
const OF_LINES: usize = 8;
const OF_SAMPLES: usize = 16;
/// Numbers of a transformed channel up to which rows are put together.
const TOGETHER: usize = 256;

/// The axis along which there are tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rooms::cpu::blocked) enum Along {
    /// The lines of an image.
    Lines,
    /// The samples of a signal.
    Samples,
}

/// The taps of a kernel that is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rooms::cpu::blocked) enum Taps {
    Three,
    Five,
}

impl Taps {
    /// The outputs of a tile, of which six products are made.
    pub fn outputs(self) -> usize {
        match self {
            Taps::Three => 4,
            Taps::Five => 2,
        }
    }
}

/// The tiles of a convolution.
#[derive(Debug, Clone)]
pub(in crate::rooms::cpu::blocked) struct Tiles {
    /// What is cut.
    pub windows: Windows,
    pub along: Along,
    pub taps: Taps,
    /// The axis that is cut.
    pub axis: Axis,
    /// The windows of one product: a number of the axis for each tile, and a single tap.
    pub products: Windows,
    /// How the numbers of a product lie.
    pub planes: Planes,
}

impl Tiles {
    /// The tiles of at most so many rows, if they pay.
    pub fn of(windows: &Windows, rows: usize) -> Option<Self> {
        let tiles = Self::of_any(windows, rows)?;
        let Windows { channels, filters, .. } = windows;
        let of_one = match tiles.along {
            Along::Lines => OF_LINES,
            Along::Samples => OF_SAMPLES,
        };
        let are_many = channels * filters >= of_one * (channels + filters);
        // A short axis leaves much of its last tile unused.
        let Axis { positions, kernel, .. } = tiles.axis;
        let are_fewer = POINTS * positions.div_ceil(tiles.taps.outputs()) < kernel * positions;
        (are_many && are_fewer).then_some(tiles)
    }

    /// The same, whether they pay or not.
    pub fn of_any(windows: &Windows, rows: usize) -> Option<Self> {
        let [vertical, horizontal] = windows.axes;
        let (along, axis) = if vertical.kernel > 1 {
            (Along::Lines, vertical)
        } else if vertical == Axis::ONE {
            (Along::Samples, horizontal)
        } else {
            return None;
        };
        let taps = match axis.kernel {
            3 => Taps::Three,
            5 => Taps::Five,
            _ => return None,
        };
        if axis.dilation != 1 || windows.axes.iter().any(|axis| axis.stride != 1) {
            return None;
        }
        let tiles = axis.positions.div_ceil(taps.outputs());
        let of_tiles = Axis { input: tiles, positions: tiles, ..Axis::ONE };
        let axes = match along {
            Along::Lines => [of_tiles, horizontal],
            Along::Samples => [vertical, of_tiles],
        };
        let products = Windows { axes, ..*windows };
        let planes = Planes::of_numbers(&products, rows, TOGETHER)?;
        Some(Tiles { windows: *windows, along, taps, axis, products, planes })
    }
}
