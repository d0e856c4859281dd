//! The gradient by what the layer below makes, into that layer's delta.

use super::matrix::{Rows, RowsMut, Strided};
use super::memory::Memory;
use super::part::Part;
use super::products::columns::transpose;
use super::products::rows::product_of_rows;
use super::products::sink::Stored;
use super::products::tiles::product;
use super::simd::operations::Simd;

/// With the weights as they lie.
pub(super) struct AsItLies<'a> {
    pub memory: &'a mut Memory,
    pub layer: usize,
    pub rows: usize,
}

impl Part for AsItLies<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let AsItLies { memory: Memory { map, numbers }, layer, rows } = self;
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

/// From the input `first` on, for as many as a tile has: their weights, transposed, stay in the first cache for all
/// rows. How many.
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
        // So far apart whatever the layer: with a number that it knows, the compiler keeps no address of every row.
        let apart = S::SUMS.columns();
        let inputs = apart.min(place.input_width - first);
        let [all, below, delta, transposed] = numbers.disjoint([
            map.weights.all(),
            map.deltas[layer - 1].all(),
            map.deltas[layer].all(),
            map.transposed.all(),
        ]);
        let weights = &all[place.first + first * place.width..];
        let weights = Rows { values: weights, row: place.width };
        let mut to = RowsMut { values: transposed, row: apart };
        transpose(s, [inputs, place.width], weights, &mut to);
        let transposed = Rows { values: to.values, row: apart };
        let delta = Strided { values: delta, row: place.row, column: 1 };
        let mut below = RowsMut { values: &mut below[first..], row: place.input_row };
        product(s, [rows, place.units, inputs], delta, transposed, None, (&mut below, &Stored));
        inputs
    }
}
