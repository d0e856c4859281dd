//! The gradient of a layer, and the sum of its squares.

use super::memory::{Map, Memory, Numbers, Place};
use crate::cpu::matrix::{Rows, RowsMut, Strided};
use crate::cpu::part::Part;
use crate::cpu::products::columns::sums_of_columns;
use crate::cpu::products::rows::product_of_rows;
use crate::cpu::products::sink::{Sink, Stored};
use crate::cpu::products::tiles::product;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// What the gradient of a layer is made of: the inputs of so many rows, and the gradient with respect to their z.
#[derive(Clone, Copy)]
pub(super) struct Made<'a> {
    pub place: &'a Place,
    pub rows: usize,
    pub x: Rows<'a>,
    pub delta: Rows<'a>,
}

impl<'a> Made<'a> {
    #[inline(always)]
    pub fn of(place: &'a Place, rows: usize, x: &'a [f32], delta: &'a [f32]) -> Self {
        let (x, delta) =
            (Rows { values: x, row: place.input_row }, Rows { values: delta, row: place.row });
        Made { place, rows, x, delta }
    }

    /// dW of some lines of the layer's weights, `count` from `first` on.
    #[inline(always)]
    pub fn lines<S: Simd>(
        self,
        s: S,
        [first, count]: [usize; 2],
        to: (&mut RowsMut<'_>, &impl Sink<S>),
    ) {
        let Made { place, rows, x, delta } = self;
        let (of_lines, along) = if place.narrow { (delta, x) } else { (x, delta) };
        let of_lines = Strided { values: &of_lines.values[first..], row: 1, column: of_lines.row };
        product(s, [count, rows, place.line()], of_lines, along, None, to);
    }

    /// db of the layer.
    #[inline(always)]
    pub fn bias<S: Simd>(self, s: S, to: (&mut [f32], &impl Sink<S>)) {
        sums_of_columns(s, [self.rows, self.place.width], self.delta, to);
    }
}

/// Σ gradient² of a layer, stored or from the products of rows.
pub(super) struct Squares<'a> {
    pub memory: &'a mut Memory,
    pub layer: usize,
    pub rows: usize,
}

impl Part for Squares<'_> {
    type Output = f64;

    #[inline(always)]
    fn on<S: Simd>(self, s: S) -> f64 {
        let Squares { memory: Memory { map, numbers }, layer, rows } = self;
        if map.places[layer].stores {
            of_stored(s, map, numbers, layer, rows)
        } else {
            of_rows(s, map, numbers, layer, rows)
        }
    }
}

/// Of the gradient, which is stored.
#[inline(always)]
fn of_stored<S: Simd>(s: S, map: &Map, numbers: &mut Numbers, layer: usize, rows: usize) -> f64 {
    let place = &map.places[layer];
    let [gradients, x, delta] = numbers.disjoint([
        map.gradients.all(),
        map.activations[layer].all(),
        map.deltas[layer].all(),
    ]);
    let made = Made::of(place, rows, x, delta);
    let (weights, bias) = gradients[place.first..].split_at_mut(place.bias() - place.first);
    let (weights, bias) = (&mut weights[..place.lines() * place.line()], &mut bias[..place.width]);
    let lines = &mut RowsMut { values: weights, row: place.line() };
    made.lines(s, [0, place.lines()], (lines, &Stored));
    made.bias(s, (bias, &Stored));
    sum_of_squares(s, weights) + sum_of_squares(s, bias)
}

/// Of the gradient that nobody has: by the products of all pairs of rows.
#[inline(always)]
fn of_rows<S: Simd>(s: S, map: &Map, numbers: &mut Numbers, layer: usize, rows: usize) -> f64 {
    let place = &map.places[layer];
    let [x, delta, of_inputs, of_deltas] = numbers.disjoint([
        map.activations[layer].all(),
        map.deltas[layer].all(),
        map.grams[0].all(),
        map.grams[1].all(),
    ]);
    let Made { x, delta, .. } = Made::of(place, rows, x, delta);
    let mut sum = 0.0;
    // Four rows with themselves and with those behind them, which count twice: once for each order.
    for first in (0..rows).step_by(4) {
        let left = rows - first;
        let x = Rows { values: &x.values[first * x.row..], row: x.row };
        let delta = Rows { values: &delta.values[first * delta.row..], row: delta.row };
        let mut out = RowsMut { values: of_inputs, row: 4 };
        product_of_rows(s, [left, place.input_width, 4], x, x, &mut out);
        let mut out = RowsMut { values: of_deltas, row: 4 };
        product_of_rows(s, [left, place.width, 4], delta, delta, &mut out);
        let pairs = of_inputs.as_chunks::<4>().0.iter().zip(of_deltas.as_chunks::<4>().0);
        for (row, (x, delta)) in pairs.take(left).enumerate() {
            let times = if row < 4 { 1.0 } else { 2.0 };
            for (x, delta) in x.iter().zip(delta).take(left) {
                // 1 for the bias, whose input is always 1.
                sum += times * (1.0 + f64::from(*x)) * f64::from(*delta);
            }
        }
    }
    sum
}

/// Of whole vectors.
#[inline(always)]
fn sum_of_squares<S: Simd>(s: S, values: &[f32]) -> f64 {
    let mut total = 0.0;
    // Short sums in f32, their sum in f64.
    for vectors in values.as_chunks::<LANES>().0.chunks(64) {
        let mut sums = [s.splat(0.0); 4];
        for (at, v) in vectors.iter().enumerate() {
            let v = s.load(v);
            sums[at % 4] = s.mul_add(v, v, sums[at % 4]);
        }
        total += s.sums(sums).iter().map(|sum| f64::from(*sum)).sum::<f64>();
    }
    total
}
