//! What a layer makes of its inputs.

use super::memory::{Memory, NARROW};
use crate::cpu::matrix::{Rows, RowsMut};
use crate::cpu::part::Part;
use crate::cpu::products::rows::product_of_rows;
use crate::cpu::products::sink::Sink;
use crate::cpu::products::tiles::product;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// z = x W + b of a layer, or max(z, 0), for the first `rows` rows.
pub(super) struct Forward<'a> {
    pub memory: &'a mut Memory,
    pub layer: usize,
    pub rows: usize,
    pub relu: bool,
}

/// Sums are stored, none of them below this.
struct AtLeast<V>(V);

impl<S: Simd> Sink<S> for AtLeast<S::V> {
    #[inline(always)]
    fn take(&self, s: S, place: &mut [f32; LANES], sums: S::V) {
        // NaN is not hidden: it is the second operand.
        s.store(place, s.max(self.0, sums));
    }
}

impl Part for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let Forward { memory: Memory { map, numbers }, layer, rows, relu } = self;
        let at_least = AtLeast(s.splat(if relu { 0.0 } else { f32::NEG_INFINITY }));
        let place = &map.places[layer];
        // z of an expression is kept; others are made in place.
        let z = if map.z[layer].is_empty() { map.activations[layer + 1] } else { map.z[layer] };
        let [all, x, z] =
            numbers.disjoint([map.weights.all(), map.activations[layer].all(), z.all()]);
        let weights = Rows { values: &all[place.first..], row: place.line() };
        let bias = &all[place.bias()..];
        let x = Rows { values: x, row: place.input_row };
        let mut z = RowsMut { values: z, row: place.row };
        if !place.narrow {
            let sizes = [rows, place.inputs, place.width];
            return product(s, sizes, x.into(), weights, Some(bias), (&mut z, &at_least));
        }
        product_of_rows(s, [rows, place.input_width, NARROW], x, weights, &mut z);
        let bias = s.load(bias.first_chunk().expect("whole vectors"));
        for z in z.values.chunks_mut(place.row).take(rows) {
            let z: &mut [f32; LANES] = z.first_chunk_mut().expect("whole vectors");
            at_least.take(s, z, s.add(s.load(z), bias));
        }
    }
}
