//! Plain SGD on a layer, each tile of its gradient used where it was made.

use super::gradient::Made;
use super::memory::Memory;
use super::update::Rule;
use crate::cpu::matrix::RowsMut;
use crate::cpu::part::Part;
use crate::cpu::products::sink::Sink;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// A product's sums are the gradient of what lies there: `w -= learning rate · (scale · g + decay · w)`.
struct Descent<S: Simd> {
    scale: S::V,
    decay: S::V,
    back: S::V,
}

impl<S: Simd> Descent<S> {
    #[inline(always)]
    fn new(s: S, rule: &Rule, decay: f32) -> Self {
        let [scale, decay, back] =
            [s.splat(rule.scale), s.splat(decay), s.splat(-rule.learning_rate)];
        Descent { scale, decay, back }
    }
}

impl<S: Simd> Sink<S> for Descent<S> {
    #[inline(always)]
    fn take(&self, s: S, place: &mut [f32; LANES], sums: S::V) {
        let mut w = s.load(place);
        if S::LOOKS_EVERY == 1 {
            w = s.flushed(w);
        }
        let g = s.mul(sums, self.scale);
        s.store(place, s.mul_add(self.back, s.mul_add(self.decay, w, g), w));
    }
}

/// A step of plain SGD on a layer; false if the step is another.
pub(super) struct Descend<'a> {
    pub memory: &'a mut Memory,
    pub layer: usize,
    pub rows: usize,
    pub rule: &'a Rule,
    pub decay: f32,
}

impl Part for Descend<'_> {
    type Output = bool;

    #[inline(always)]
    fn on<S: Simd>(self, s: S) -> bool {
        let Descend { memory: Memory { map, numbers }, layer, rows, rule, decay } = self;
        let is_plain = rule.adam.is_none() && rule.bound == f32::INFINITY;
        let looks = S::LOOKS_EVERY > 1 && rule.t.is_multiple_of(S::LOOKS_EVERY);
        if !is_plain || looks {
            return false;
        }
        let place = &map.places[layer];
        let [all, x, delta] = numbers.disjoint([
            map.weights.all(),
            map.activations[layer].all(),
            map.deltas[layer].all(),
        ]);
        let made = Made::of(place, rows, x, delta);
        let lines = &mut RowsMut { values: &mut all[place.first..], row: place.line() };
        made.lines(s, [0, place.lines()], (lines, &Descent::new(s, rule, decay)));
        made.bias(s, (&mut all[place.bias()..], &Descent::new(s, rule, 0.0)));
        true
    }
}
