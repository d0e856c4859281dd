//! What a layer makes of its inputs.

use super::matrix::{Rows, RowsMut};
use super::memory::{Memory, NARROW};
use super::part::Part;
use super::products::{Stored, product, product_of_rows};
use super::simd::LANES;
use super::simd::operations::Simd;

/// z = x W + b of a layer, for the first `rows` rows.
pub(super) struct Forward<'a> {
    pub memory: &'a mut Memory,
    pub layer: usize,
    pub rows: usize,
}

impl Part for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let Forward { memory: Memory { map, numbers }, layer, rows } = self;
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
            return product(s, sizes, x.into(), weights, Some(bias), (&mut z, &Stored));
        }
        product_of_rows(s, [rows, place.input_width, NARROW], x, weights, &mut z);
        let bias = s.load(bias.first_chunk().expect("whole vectors"));
        for z in z.values.chunks_mut(place.row).take(rows) {
            let z: &mut [f32; LANES] = z.first_chunk_mut().expect("whole vectors");
            s.store(z, s.add(s.load(z), bias));
        }
    }
}
