//! How windows are cut into tiles.

use super::formulas::POINTS;
use crate::cpu::blocked::planes::Planes;
use crate::plan::{Axis, Windows};

/// What a number of a channel, or of a filter, costs beside one product: tiles pay where the products that they save are
/// more. Those of a signal are taken apart and put together again.
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

/// The tiles of a convolution.
#[derive(Debug, Clone)]
pub(in crate::rooms::cpu::blocked) struct Tiles {
    /// What is cut.
    pub windows: Windows,
    pub along: Along,
    /// The outputs of a tile: 4 of a kernel of three taps, or 2.
    pub outputs: usize,
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
        let Windows { channels, filters, axes: [vertical, _] } = windows;
        let of_one = if vertical.kernel > 1 { OF_LINES } else { OF_SAMPLES };
        let pay = channels * filters >= of_one * (channels + filters);
        pay.then(|| Self::of_any(windows, rows))?
    }

    /// The same, however few.
    pub fn of_any(windows: &Windows, rows: usize) -> Option<Self> {
        let [vertical, horizontal] = windows.axes;
        let along = if vertical.kernel > 1 { Along::Lines } else { Along::Samples };
        let axis = if along == Along::Lines { vertical } else { horizontal };
        let taps = axis.kernel;
        let are_beside = [vertical, horizontal].iter().all(|axis| axis.stride == 1);
        let is_signal = vertical == Axis::ONE;
        if !matches!(taps, 3 | 5) || axis.dilation != 1 || !are_beside {
            return None;
        }
        if along == Along::Samples && !is_signal {
            return None;
        }
        let outputs = POINTS + 1 - taps;
        let tiles = axis.positions.div_ceil(outputs);
        let of_tiles = Axis { input: tiles, positions: tiles, ..Axis::ONE };
        let axes = match along {
            Along::Lines => [of_tiles, horizontal],
            Along::Samples => [vertical, of_tiles],
        };
        let products = Windows { axes, ..*windows };
        let planes = Planes::of_numbers(&products, rows, TOGETHER)?;
        Some(Tiles { windows: *windows, along, outputs, axis, products, planes })
    }
}
