//! Windows of two neighbours, of four, or of two by two, sixteen of a line at a time.

use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;
use crate::plan::Windows;

/// Windows of a line from which on vectors pay.
const FEWEST: usize = 5;
/// Whole numbers up to here are exact in f32.
const EXACT: usize = 1 << 24;

/// What is pooled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Two neighbours.
    Two,
    /// Four neighbours.
    Four,
    /// Two by two.
    Square,
}

impl Shape {
    /// Lines and columns.
    #[inline(always)]
    pub fn size(self) -> [usize; 2] {
        match self {
            Shape::Two => [1, 2],
            Shape::Four => [1, 4],
            Shape::Square => [2, 2],
        }
    }
}

/// How such windows lie in planes.
#[derive(Debug, Clone, Copy)]
pub(in crate::rooms::cpu::blocked) struct SmallWindows {
    pub(super) shape: Shape,
    /// Lines and columns of a plane, and of its windows.
    pub(super) plane: [usize; 2],
    pub(super) windows: [usize; 2],
}

impl SmallWindows {
    /// None if windows have another shape, or lie apart or over each other.
    pub fn of(windows: &Windows) -> Option<Self> {
        let shape = match windows.axes.map(|axis| axis.kernel) {
            [1, 2] => Shape::Two,
            [1, 4] => Shape::Four,
            [2, 2] => Shape::Square,
            _ => return None,
        };
        let are_beside = windows.axes.iter().all(|axis| axis.stride == axis.kernel);
        let small = SmallWindows {
            shape,
            plane: windows.axes.map(|axis| axis.input),
            windows: windows.axes.map(|axis| axis.positions),
        };
        let are_many = small.windows[1] >= FEWEST && windows.plane() < EXACT;
        (are_beside && are_many).then_some(small)
    }

    /// Each sixteen windows of some planes, in their order.
    #[inline(always)]
    pub(super) fn sixteens(self, planes: usize) -> Sixteens {
        Sixteens { windows: self, planes, plane: 0, line: 0, at: 0 }
    }

    /// The planes in which there are so many windows.
    #[inline(always)]
    pub(super) fn planes(self, windows: usize) -> usize {
        windows / (self.windows[0] * self.windows[1])
    }
}

/// Where the next windows are: a line of a plane, and one on it.
pub(super) struct Sixteens {
    windows: SmallWindows,
    planes: usize,
    plane: usize,
    line: usize,
    at: usize,
}

/// Sixteen windows of a line.
#[derive(Clone, Copy)]
pub(super) struct Sixteen {
    /// The index of the first window, and of its first element, among all planes.
    pub first: usize,
    pub element: usize,
    /// The index of that element in its plane.
    pub place: usize,
    /// Whether they are the last of a line, and of a plane.
    pub ends_line: bool,
    pub ends_plane: bool,
}

// An iterator, as a closure would not be compiled for the instruction set.
impl Iterator for Sixteens {
    type Item = Sixteen;

    #[inline(always)]
    fn next(&mut self) -> Option<Sixteen> {
        let Sixteens { windows, planes, plane, line, at } = *self;
        let ([height, width], [down, across]) = (windows.plane, windows.windows);
        if plane == planes {
            return None;
        }
        // The last sixteen may begin among those before.
        let last = across.saturating_sub(LANES);
        let [lines, columns] = windows.shape.size();
        let place = line * lines * width + at * columns;
        let sixteen = Sixteen {
            first: (plane * down + line) * across + at,
            element: plane * height * width + place,
            place,
            ends_line: at == last,
            ends_plane: at == last && line + 1 == down,
        };
        (self.plane, self.line, self.at) = if sixteen.ends_plane {
            (plane + 1, 0, 0)
        } else if sixteen.ends_line {
            (plane, line + 1, 0)
        } else {
            (plane, line, (at + LANES).min(last))
        };
        Some(sixteen)
    }
}

/// How far the first elements of sixteen windows are from that of the first.
#[inline(always)]
pub(super) fn steps<S: Simd, const COLUMNS: usize>(s: S) -> S::V {
    let mut steps = [0.0; LANES];
    for (window, step) in steps.iter_mut().enumerate() {
        *step = (COLUMNS * window) as f32;
    }
    s.load(&steps)
}
