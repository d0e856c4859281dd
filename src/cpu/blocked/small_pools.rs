//! Max pools of two neighbours, of four, or of two by two, and their gradients: sixteen windows of a line at a time.
//!
//! Sixteen windows reach beyond a shorter line. What they make of the lines behind it is overwritten when those are taken.

use super::vectors::{apart, interleaved_by, load, store};
use crate::cpu::part::Part;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;
use crate::plan::Windows;

/// Windows of a line from which on vectors pay.
const FEWEST: usize = 5;
/// Whole numbers up to here are exact in f32.
const EXACT: usize = 1 << 24;

/// How such windows lie in planes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Small {
    /// Lines and columns of a window, of a plane, and of a plane's windows.
    window: [usize; 2],
    plane: [usize; 2],
    windows: [usize; 2],
}

impl Small {
    /// None if windows have another shape, or lie apart or over each other.
    pub fn of(windows: &Windows) -> Option<Self> {
        let window = windows.axes.map(|axis| axis.kernel);
        let are_small = matches!(window, [1, 2] | [1, 4] | [2, 2]);
        let are_beside = windows.axes.iter().all(|axis| axis.stride == axis.kernel);
        let small = Small {
            window,
            plane: windows.axes.map(|axis| axis.input),
            windows: windows.axes.map(|axis| axis.positions),
        };
        let are_many = small.windows[1] >= FEWEST && windows.plane() < EXACT;
        (are_small && are_beside && are_many).then_some(small)
    }

    /// Each sixteen windows of some planes, in their order.
    #[inline(always)]
    fn sixteens(self, planes: usize) -> Sixteens {
        Sixteens { pools: self, planes, plane: 0, line: 0, at: 0 }
    }

    /// The planes in which there are so many windows.
    #[inline(always)]
    fn planes(self, windows: usize) -> usize {
        windows / (self.windows[0] * self.windows[1])
    }
}

/// Where the next windows are: a line of a plane, and one on it.
struct Sixteens {
    pools: Small,
    planes: usize,
    plane: usize,
    line: usize,
    at: usize,
}

/// Sixteen windows of a line.
#[derive(Clone, Copy)]
struct Sixteen {
    /// The index of the first window, and of its first element, among all planes.
    first: usize,
    element: usize,
    /// The index of that element in its plane.
    place: usize,
    /// Whether they are the last of a line, and of a plane.
    ends_line: bool,
    ends_plane: bool,
}

// An iterator, as a closure would not be compiled for the instruction set.
impl Iterator for Sixteens {
    type Item = Sixteen;

    #[inline(always)]
    fn next(&mut self) -> Option<Sixteen> {
        let Sixteens { pools, planes, plane, line, at } = *self;
        let ([height, width], [down, across]) = (pools.plane, pools.windows);
        if plane == planes {
            return None;
        }
        // The last sixteen may begin among those before.
        let last = across.saturating_sub(LANES);
        let place = line * pools.window[0] * width + at * pools.window[1];
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

/// The pools of all planes: each window's largest number, and its index in the plane, the first on a tie.
pub(super) struct SmallPools<'a> {
    pub pools: Small,
    pub x: &'a [f32],
    pub y: &'a mut [f32],
    pub winners: &'a mut [u32],
}

impl Part for SmallPools<'_> {
    /// Whether all numbers are finite. If not, another may have won than the first that is no number.
    type Output = bool;

    #[inline(always)]
    fn on<S: Simd>(self, s: S) -> bool {
        match self.pools.window {
            [2, _] => self.of_size::<S, 2, 2>(s),
            [_, 4] => self.of_size::<S, 1, 4>(s),
            _ => self.of_size::<S, 1, 2>(s),
        }
    }
}

impl SmallPools<'_> {
    #[inline(always)]
    fn of_size<S: Simd, const LINES: usize, const COLUMNS: usize>(self, s: S) -> bool {
        let SmallPools { pools, x, y, winners } = self;
        let steps = steps::<S, COLUMNS>(s);
        let mut faults = s.splat(0.0);
        for sixteen in pools.sixteens(pools.planes(y.len())) {
            let upper = load::<S, COLUMNS>(s, x, sixteen.element);
            let mut best = largest(s, upper, 0, &mut faults);
            if LINES == 2 {
                let width = pools.plane[1];
                let lower = load::<S, COLUMNS>(s, x, sixteen.element + width);
                let of_lower = largest(s, lower, width, &mut faults);
                best = larger(s, best, of_lower, &mut faults);
            }
            faults = s.mul_add(best.value, s.splat(0.0), faults);
            let place = s.add(best.place, s.add(steps, s.splat(sixteen.place as f32)));
            store(s, y, sixteen.first, best.value);
            store_whole(s, winners, sixteen.first, place);
        }
        let mut found = [0.0; LANES];
        s.store(&mut found, faults);
        found.iter().all(|fault| *fault == 0.0)
    }
}

/// Sixteen numbers, and how far each is from the first element of its window.
#[derive(Clone, Copy)]
struct Best<V> {
    value: V,
    place: V,
}

/// The larger of each two, the first on a tie. `faults` becomes NaN where the second is not finite.
#[inline(always)]
fn larger<S: Simd>(s: S, a: Best<S::V>, b: Best<S::V>, faults: &mut S::V) -> Best<S::V> {
    *faults = s.mul_add(b.value, s.splat(0.0), *faults);
    Best {
        value: s.where_larger([b.value, a.value], [b.value, a.value]),
        place: s.where_larger([b.value, a.value], [b.place, a.place]),
    }
}

/// The largest of each two or four neighbours, the first of them so far from the first element of its window.
#[inline(always)]
fn largest<S: Simd, const COLUMNS: usize>(
    s: S,
    x: [S::V; COLUMNS],
    from: usize,
    faults: &mut S::V,
) -> Best<S::V> {
    let best = |value, column| Best { value, place: s.splat((from + column) as f32) };
    let x = apart(s, x);
    let pair = |k: usize| [best(x[k], k), best(x[k + 1], k + 1)];
    let [left, right] = pair(0);
    let before = larger(s, left, right, faults);
    if COLUMNS == 2 {
        return before;
    }
    let [left, right] = pair(2);
    let behind = larger(s, left, right, faults);
    larger(s, before, behind, faults)
}

/// Sets the gradient of each window's largest number to that of the window, times a slope if there is one, and those
/// of the others to 0.
pub(super) struct SmallGradients<'a> {
    pub pools: Small,
    pub delta: &'a [f32],
    pub winners: &'a [u32],
    pub slope: Option<&'a [f32]>,
    pub below: &'a mut [f32],
}

impl Part for SmallGradients<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        match self.pools.window {
            [2, _] => self.of_size::<S, 2, 2>(s),
            [_, 4] => self.of_size::<S, 1, 4>(s),
            _ => self.of_size::<S, 1, 2>(s),
        }
    }
}

impl SmallGradients<'_> {
    #[inline(always)]
    fn of_size<S: Simd, const LINES: usize, const COLUMNS: usize>(self, s: S) {
        let SmallGradients { pools, delta, winners, slope, below } = self;
        let ([height, width], across) = (pools.plane, pools.windows[1]);
        let steps = steps::<S, COLUMNS>(s);
        for sixteen in pools.sixteens(pools.planes(delta.len())) {
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
            let left = (across - across.min(LANES)) * COLUMNS;
            let end = element + across * COLUMNS - left;
            if sixteen.ends_line && width > across * COLUMNS {
                for line in 0..LINES {
                    let gap = end + line * width..end + line * width + width - across * COLUMNS;
                    below[gap].fill(0.0);
                }
            }
            if sixteen.ends_plane {
                let plane = element - place;
                let lines = pools.windows[0] * LINES * width;
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

/// How far the first elements of sixteen windows are from that of the first.
#[inline(always)]
fn steps<S: Simd, const COLUMNS: usize>(s: S) -> S::V {
    let mut steps = [0.0; LANES];
    for (window, step) in steps.iter_mut().enumerate() {
        *step = (COLUMNS * window) as f32;
    }
    s.load(&steps)
}

/// Whole numbers from a place on, zeros behind the end.
#[inline(always)]
fn load_whole<S: Simd>(s: S, from: &[u32], at: usize) -> S::V {
    let rest = &from[at..];
    if let Some(own) = rest.first_chunk() {
        return s.load_whole(own);
    }
    let mut own = [0; LANES];
    own[..rest.len()].copy_from_slice(rest);
    s.load_whole(&own)
}

/// The same as [`store`], of whole numbers.
#[inline(always)]
fn store_whole<S: Simd>(s: S, to: &mut [u32], at: usize, v: S::V) {
    let rest = &mut to[at..];
    if let Some(to) = rest.first_chunk_mut() {
        s.store_whole(to, v);
    } else {
        let mut own = [0; LANES];
        s.store_whole(&mut own, v);
        rest.copy_from_slice(&own[..rest.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::ops::max_pool::max_pool;
    use crate::cpu::ops::max_pool_backward::max_pool_backward;
    use crate::cpu::part::run;
    use crate::instruction_set::InstructionSet;
    use crate::plan::{Axis, Padding};

    /// Windows of a size on 3 planes of lines and columns, if vectors take them.
    fn pools([lines, columns]: [usize; 2], plane: [usize; 2]) -> Option<(Windows, Small)> {
        let axis = |input, kernel| Axis::new(input, kernel, kernel, 1, Padding::Each(0)).ok();
        let axes = [axis(plane[0], lines)?, axis(plane[1], columns)?];
        let windows = Windows { channels: 3, filters: 3, axes };
        Some((windows, Small::of(&windows)?))
    }

    fn bits(all: &[f32]) -> Vec<u32> {
        all.iter().map(|own| own.to_bits()).collect()
    }

    #[test]
    fn small_pools_and_their_gradients_are_those_of_the_reference() {
        let mut count = 0;
        let sizes = [[1, 2], [1, 4], [2, 2]];
        let planes = (1..6).flat_map(|height| (1..150).map(move |width| [height, width]));
        for (size, plane) in
            sizes.into_iter().flat_map(|size| planes.clone().map(move |p| (size, p)))
        {
            let Some((windows, small)) = pools(size, plane) else { continue };
            let number = |i: usize| (i * 7 % 11) as f32 - 5.0;
            let x: Vec<f32> = (0..windows.input_len()).map(number).collect();
            let delta: Vec<f32> = (1..=windows.output_len()).map(|i| i as f32).collect();
            let slope: Vec<f32> = x.iter().map(|x| x * 0.5 + 1.0).collect();
            let (mut y, mut winners) = (vec![0.0; delta.len()], vec![0; delta.len()]);
            let mut below = vec![0.0; x.len()];
            max_pool(&windows, &x, &mut y, &mut winners);
            max_pool_backward(&windows, &delta, &winners, &mut below);
            let times: Vec<f32> =
                below.iter().zip(&slope).map(|(own, slope)| own * slope).collect();
            for &set in InstructionSet::all() {
                let (mut of_y, mut of_winners) = (vec![7.0; y.len()], vec![7; y.len()]);
                let of_pools =
                    SmallPools { pools: small, x: &x, y: &mut of_y, winners: &mut of_winners };
                assert!(run(set, of_pools));
                assert_eq!((bits(&of_y), &of_winners), (bits(&y), &winners), "{windows:?}");
                for (slope, expected) in [(None, &below), (Some(&slope[..]), &times)] {
                    let mut found = vec![7.0; x.len()];
                    let (delta, winners) = (&delta, &winners);
                    let below = &mut found;
                    run(set, SmallGradients { pools: small, delta, winners, slope, below });
                    assert_eq!(&found, expected, "{windows:?}");
                }
            }
            count += 1;
        }
        assert_eq!(count, 5 * (140 + 130) + 4 * 140);
    }

    /// Wherever it is, and in a gap too.
    #[test]
    fn a_number_that_is_not_finite_is_told() {
        for (size, plane) in
            [([1, 2], [1, 23]), ([1, 4], [2, 70]), ([2, 2], [4, 33]), ([2, 2], [3, 14])]
        {
            let (windows, pools) = pools(size, plane).unwrap();
            let in_window = |at: usize| {
                let [line, column] = [at / plane[1] % plane[0], at % plane[1]];
                line / size[0] < windows.axes[0].positions
                    && column / size[1] < windows.axes[1].positions
            };
            for at in (0..windows.input_len()).filter(|at| in_window(*at)) {
                for fault in [f32::NAN, f32::INFINITY] {
                    let mut x = vec![1.0; windows.input_len()];
                    x[at] = fault;
                    for &set in InstructionSet::all() {
                        let len = windows.output_len();
                        let (y, winners) = (&mut vec![0.0; len][..], &mut vec![0; len][..]);
                        assert!(!run(set, SmallPools { pools, x: &x, y, winners }), "{at}");
                    }
                }
            }
        }
    }
}
