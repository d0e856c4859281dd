//! The update of some lines of a layer.

use super::gradient::Made;
use super::memory::{Map, Memory, Numbers, Place};
use super::update::{Rule, update};
use crate::cpu::matrix::RowsMut;
use crate::cpu::part::Part;
use crate::cpu::products::sink::Stored;
use crate::cpu::simd::operations::Simd;

/// The gradient of some lines of a layer's weights, where it is not stored, and their update; behind the last, those
/// of the bias.
pub(super) struct UpdateLines<'a> {
    pub memory: &'a mut Memory,
    pub layer: usize,
    pub rows: usize,
    /// The first, and how many.
    pub lines: [usize; 2],
    pub rule: &'a Rule,
    pub decay: f32,
}

impl Part for UpdateLines<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let UpdateLines { memory: Memory { map, numbers }, layer, rows, lines, rule, decay } = self;
        let place = &map.places[layer];
        let ([first, count], line) = (lines, place.line());
        if !place.stores {
            let (made, panel) = made(map, numbers, layer, rows);
            made.lines(s, lines, (&mut RowsMut { values: panel, row: line }, &Stored));
        }
        let parameters = [place.first + first * line, count * line];
        update_at(s, (map, numbers), place, parameters, rule, decay);
        if first + count < place.lines() {
            return;
        }
        if !place.stores {
            let (made, panel) = made(map, numbers, layer, rows);
            made.bias(s, (panel, &Stored));
        }
        update_at(s, (map, numbers), place, [place.bias(), place.width], rule, 0.0);
    }
}

/// What the gradient of a layer is made of, and the panel that takes some of it.
#[inline(always)]
fn made<'a>(
    map: &'a Map,
    numbers: &'a mut Numbers,
    layer: usize,
    rows: usize,
) -> (Made<'a>, &'a mut [f32]) {
    let [x, delta, panel] =
        numbers.disjoint([map.activations[layer].all(), map.deltas[layer].all(), map.panel.all()]);
    (Made::of(&map.places[layer], rows, x, delta), panel)
}

/// The update of so many parameters from `at` on, by the gradient that is stored, or lies in the panel.
#[inline(always)]
fn update_at<S: Simd>(
    s: S,
    (map, numbers): (&Map, &mut Numbers),
    place: &Place,
    [at, len]: [usize; 2],
    rule: &Rule,
    decay: f32,
) {
    let gradient = if place.stores { map.gradients.part(at, len) } else { map.panel.part(0, len) };
    let [first, second] = map.slots;
    let [weights, first, second, gradient] = numbers.disjoint([
        map.weights.part(at, len),
        first.part(at, len),
        second.part(at, len),
        gradient,
    ]);
    update(s, rule, decay, weights, gradient, [first, second]);
}
