//! The largest number of each window, and its place.

use super::windows::{Shape, SmallWindows, steps};
use crate::cpu::blocked::vectors::{each_nth, load, store, store_whole};
use crate::cpu::part::Part;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// The pools of all planes: each window's largest number, and its index in the plane, the first on a tie.
pub(in crate::rooms::cpu::blocked) struct SmallPools<'a> {
    pub windows: SmallWindows,
    pub x: &'a [f32],
    pub y: &'a mut [f32],
    pub winners: &'a mut [u32],
}

impl Part for SmallPools<'_> {
    /// Whether no number that is not finite stood in the way; if not, another may have won than the first that is no
    /// number.
    type Output = bool;

    #[inline(always)]
    fn on<S: Simd>(self, s: S) -> bool {
        match self.windows.shape {
            Shape::Two => self.of_size::<S, 1, 2>(s),
            Shape::Four => self.of_size::<S, 1, 4>(s),
            Shape::Square => self.of_size::<S, 2, 2>(s),
        }
    }
}

impl SmallPools<'_> {
    #[inline(always)]
    fn of_size<S: Simd, const LINES: usize, const COLUMNS: usize>(self, s: S) -> bool {
        let SmallPools { windows, x, y, winners } = self;
        let steps = steps::<S, COLUMNS>(s);
        let mut faults = s.splat(0.0);
        for sixteen in windows.sixteens(windows.planes(y.len())) {
            let upper = load::<S, COLUMNS>(s, x, sixteen.element);
            let mut best = largest(s, upper, 0, &mut faults);
            if LINES == 2 {
                let width = windows.plane[1];
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
    let x = each_nth(s, x);
    let pair = |k: usize| [best(x[k], k), best(x[k + 1], k + 1)];
    let [left, right] = pair(0);
    let of_two = larger(s, left, right, faults);
    if COLUMNS == 2 {
        return of_two;
    }
    let [left, right] = pair(2);
    let of_others = larger(s, left, right, faults);
    larger(s, of_two, of_others, faults)
}
