//! What the elements of each window get of its gradient.

use super::windows::{Shape, Sixteen, SmallWindows, steps};
use crate::cpu::blocked::vectors::{interleaved_by, load, load_whole, store};
use crate::cpu::part::Part;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// Sets the gradient of each window's largest number to that of the window, times a slope if there is one, and those
/// of the others to 0.
pub(in crate::rooms::cpu::blocked) struct SmallGradients<'a> {
    pub windows: SmallWindows,
    pub delta: &'a [f32],
    pub winners: &'a [u32],
    pub slope: Option<&'a [f32]>,
    pub below: &'a mut [f32],
}

impl Part for SmallGradients<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        match self.windows.shape {
            Shape::Two => self.of_size::<S, 1, 2>(s),
            Shape::Four => self.of_size::<S, 1, 4>(s),
            Shape::Square => self.of_size::<S, 2, 2>(s),
        }
    }
}

impl SmallGradients<'_> {
    #[inline(always)]
    fn of_size<S: Simd, const LINES: usize, const COLUMNS: usize>(self, s: S) {
        let SmallGradients { windows, delta, winners, slope, below } = self;
        let ([height, width], across) = (windows.plane, windows.windows[1]);
        let steps = steps::<S, COLUMNS>(s);
        for sixteen in windows.sixteens(windows.planes(delta.len())) {
            let Sixteen { first, element, place, .. } = sixteen;
            let [delta] = load(s, delta, first);
            let winner = s.sub(load_whole(s, winners, first), s.splat(place as f32));
            let winner = s.sub(winner, steps);
            for line in 0..LINES {
                let to = element + line * width;
                let mut own = spread::<S, COLUMNS>(s, delta, winner, line * width);
                if let Some(slope) = slope {
                    let slope = load::<S, COLUMNS>(s, slope, to);
                    for k in 0..COLUMNS {
                        own[k] = s.mul(own[k], slope[k]);
                    }
                }
                for (k, own) in own.into_iter().enumerate() {
                    store(s, below, to + k * LANES, own);
                }
            }
            // What no window has: columns behind the last one, and lines below it.
            let end = element + across.min(LANES) * COLUMNS;
            if sixteen.ends_line && width > across * COLUMNS {
                for line in 0..LINES {
                    let gap = end + line * width..end + line * width + width - across * COLUMNS;
                    below[gap].fill(0.0);
                }
            }
            if sixteen.ends_plane {
                let plane = element - place;
                let lines = windows.windows[0] * LINES * width;
                below[plane + lines..plane + height * width].fill(0.0);
            }
        }
    }
}

/// What some windows give to a line of their elements, the first of them so far from that of their window.
#[inline(always)]
fn spread<S: Simd, const COLUMNS: usize>(
    s: S,
    delta: S::V,
    winner: S::V,
    from: usize,
) -> [S::V; COLUMNS] {
    let mut own = [delta; COLUMNS];
    for (column, own) in own.iter_mut().enumerate() {
        *own = s.where_equal([winner, s.splat((from + column) as f32)], delta);
    }
    interleaved_by(s, own)
}
