//! Takes a layer's delta back through its weights: the gradient with respect to the outputs of the layer below.

use super::memory::Memory;
use crate::cpu::matrix::{Rows, RowsMut, Strided};
use crate::cpu::part::Part;
use crate::cpu::products::columns::transpose;
use crate::cpu::products::rows::product_of_rows;
use crate::cpu::products::sink::Stored;
use crate::cpu::products::tiles::product;
use crate::cpu::simd::operations::Simd;

/// With the weights as they are stored. Where `narrow` they are (units, inputs) and the sums run over units.
pub(super) struct Untransposed<'a> {
    pub memory: &'a mut Memory,
    pub layer: usize,
    pub rows: usize,
}

impl Part for Untransposed<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let Untransposed { memory: Memory { map, numbers }, layer, rows } = self;
        let place = &map.places[layer];
        let [all, below, delta] = numbers.disjoint([
            map.weights.all(),
            map.deltas[layer - 1].all(),
            map.deltas[layer].all(),
        ]);
        let weights = Rows { values: &all[place.first..], row: place.line() };
        let delta = Rows { values: delta, row: place.row };
        let mut below = RowsMut { values: below, row: place.input_row };
        if place.narrow {
            let sizes = [rows, place.units, place.input_width];
            return product(s, sizes, delta.into(), weights, None, (&mut below, &Stored));
        }
        product_of_rows(s, [rows, place.width, place.input_width], delta, weights, &mut below);
    }
}

/// For one tile of inputs, from `first` on: transposes their weights once, so that they stay in the first cache for
/// all rows. Returns the number of inputs.
pub(super) struct Transposed<'a> {
    pub memory: &'a mut Memory,
    pub layer: usize,
    pub rows: usize,
    pub first: usize,
}

impl Part for Transposed<'_> {
    type Output = usize;

    #[inline(always)]
    fn on<S: Simd>(self, s: S) -> usize {
        let Transposed { memory: Memory { map, numbers }, layer, rows, first } = self;
        let place = &map.places[layer];
        // Known when it is compiled, also for a narrower last tile: no register holds the address of a row.
        let stride = S::SUMS.columns();
        let inputs = stride.min(place.input_width - first);
        let [all, below, delta, transposed] = numbers.disjoint([
            map.weights.all(),
            map.deltas[layer - 1].all(),
            map.deltas[layer].all(),
            map.transposed.all(),
        ]);
        let weights = &all[place.first + first * place.width..];
        let weights = Rows { values: weights, row: place.width };
        let mut to = RowsMut { values: transposed, row: stride };
        transpose(s, [inputs, place.width], weights, &mut to);
        let transposed = Rows { values: to.values, row: stride };
        let delta = Strided { values: delta, row: place.row, column: 1 };
        let mut below = RowsMut { values: &mut below[first..], row: place.input_row };
        product(s, [rows, place.units, inputs], delta, transposed, None, (&mut below, &Stored));
        inputs
    }
}
