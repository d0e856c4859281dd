//! Where the numbers of a fused network lie.

use std::ops::{Deref, DerefMut, Range};

use bytemuck::{Pod, Zeroable};

use super::chain::{Chain, Link, LinkActivation, padded};
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Sums;
use crate::math::Real;
use crate::plan::Layout;

/// A layer: its sizes, and where its parameters begin in each of the arrays of parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Inputs, and the same padded.
    pub inputs: usize,
    pub input_width: usize,
    /// From one row of the batch's inputs to the next.
    pub input_row: usize,
    /// Units, and the same padded.
    pub units: usize,
    pub width: usize,
    /// From one row of the batch's outputs to the next.
    pub row: usize,
    /// Where the weights begin, (lines, line), what is padding zero; behind them the bias, (width). A line
    /// is an input's weights, of `width` numbers, or in a narrow layer a unit's, of `input_width`.
    pub first: usize,
    /// Few units: a line an input would be padding for the most part.
    pub narrow: bool,
    /// Whether clipping by norm stores its gradient: where products of rows would cost more.
    pub stores: bool,
}

/// From one row of a batch to the next: rows whole half kilobytes apart would share a few lines of the cache.
fn apart(width: usize) -> usize {
    if width.is_multiple_of(128) { width + LANES } else { width }
}

impl Place {
    /// Lines that are in use.
    pub fn lines(&self) -> usize {
        if self.narrow { self.units } else { self.inputs }
    }

    /// Numbers of a line.
    pub fn line(&self) -> usize {
        if self.narrow { self.input_width } else { self.width }
    }

    /// Where the bias begins.
    pub fn bias(&self) -> usize {
        let lines = if self.narrow { NARROW } else { self.input_width };
        self.first + lines * self.line()
    }

    /// Where the weight of an input and unit lies.
    fn weight(&self, input: usize, unit: usize) -> usize {
        let at = if self.narrow { [unit, input] } else { [input, unit] };
        self.first + at[0] * self.line() + at[1]
    }
}

/// Units of a narrow layer at the most; products of rows take so many at a time.
pub(super) const NARROW: usize = 4;

/// A stretch of a fused network's memory, from the beginning of a line of the cache on: a vector that begins
/// elsewhere takes two lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    first: usize,
    len: usize,
}

impl Span {
    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// All of it, as a range of the memory's numbers.
    pub fn all(self) -> Range<usize> {
        self.first..self.first + self.len
    }

    /// So many of its numbers from one on, as far as it has them.
    pub fn part(self, from: usize, len: usize) -> Range<usize> {
        let [from, to] = [from, from + len].map(|at| self.first + at.min(self.len));
        from..to
    }
}

/// Where all that a fused network computes with lies in its memory.
#[derive(Debug, Clone)]
pub(super) struct Map {
    pub places: Vec<Place>,
    pub weights: Span,
    /// Adam's moments; empty for SGD.
    pub slots: [Span; 2],
    /// Gradients of the layers that store theirs; empty where none does.
    pub gradients: Span,
    /// Inputs, and what each layer makes of them: (rows, row).
    pub activations: Vec<Span>,
    /// z and f'(z) of the layers whose activation is an expression; else empty.
    pub z: Vec<Span>,
    pub slopes: Vec<Span>,
    /// The gradient with respect to each layer's z: (rows, row).
    pub deltas: Vec<Span>,
    /// Some rows of a gradient, before they are used.
    pub panel: Span,
    /// A stripe of a layer's weights transposed, (width, inputs of a tile).
    pub transposed: Span,
    /// Products of the rows of a batch with four of them, of inputs and of deltas.
    pub grams: [Span; 2],
    /// The length of it all.
    len: usize,
}

/// Numbers of a panel: it stays in the first cache beside what it is made of.
pub(super) const PANEL: usize = 2048;

/// Inputs whose weights are transposed at a time, at the most: those of the widest tile.
const TRANSPOSED: usize = Sums::TwentyFour.columns();

/// What training needs that evaluation does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Training {
    /// Moments of the optimizer.
    pub slots: usize,
    pub clips_by_norm: bool,
}

impl Map {
    /// The map for batches of `rows` rows, to train on them or else to evaluate them.
    fn new(chain: &Chain, rows: usize, training: Option<Training>) -> Self {
        let clips_by_norm = training.is_some_and(|training| training.clips_by_norm);
        let slots = training.map_or(0, |training| training.slots);
        // Products of rows take four at a time.
        let capacity = rows.next_multiple_of(4);
        let (places, parameters) = places(chain, capacity, clips_by_norm);
        let mut end = 0;
        let mut span = |len: usize| {
            let span = Span { first: end, len };
            end += padded(len);
            span
        };
        let if_training = |len: usize| if training.is_some() { len } else { 0 };
        let of_functions = |place: &Place, link: &Link| match link.activation {
            LinkActivation::Function(_) => capacity * place.row,
            LinkActivation::Linear | LinkActivation::Relu => 0,
        };
        let layers = || places.iter().zip(&chain.links);
        let stores = |stores: bool| places.iter().any(|place| place.stores == stores);
        let widest = places.iter().map(Place::line).max().unwrap_or(0);
        let transposed = places.iter().skip(1).map(|place| TRANSPOSED * place.width);
        let gram = if clips_by_norm && stores(false) { 4 * capacity } else { 0 };
        let inputs = places.first().map(|place| place.input_row);
        let widths = inputs.into_iter().chain(places.iter().map(|place| place.row));
        // Losses come with their gradient, evaluated or not.
        let has_delta = |layer: usize| training.is_some() || layer + 1 == places.len();
        let delta = |(layer, place): (usize, &Place)| {
            if has_delta(layer) { capacity * place.row } else { 0 }
        };
        Map {
            weights: span(parameters),
            slots: [0, 1].map(|slot| span(if slot < slots { parameters } else { 0 })),
            gradients: span(if stores(true) { parameters } else { 0 }),
            activations: widths.map(|width| span(capacity * width)).collect(),
            z: layers().map(|(place, link)| span(of_functions(place, link))).collect(),
            slopes: layers()
                .map(|(place, link)| span(if_training(of_functions(place, link))))
                .collect(),
            deltas: places.iter().enumerate().map(|layer| span(delta(layer))).collect(),
            panel: span(if_training(PANEL.max(widest))),
            transposed: span(if_training(transposed.max().unwrap_or(0))),
            grams: [span(gram), span(gram)],
            len: end,
            places,
        }
    }
}

/// The memory of a fused network: one array, made once.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    pub map: Map,
    pub numbers: Numbers,
}

impl Memory {
    /// Room for batches of `rows` rows, to train on them or else to evaluate them.
    pub fn new(chain: &Chain, rows: usize, training: Option<Training>) -> Self {
        let map = Map::new(chain, rows, training);
        Memory { numbers: Numbers(vec![Line([0.0; LANES]); map.len / LANES]), map }
    }

    /// The bytes that [`Self::new`] asks for.
    pub fn bytes(chain: &Chain, rows: usize, training: Option<Training>) -> usize {
        Map::new(chain, rows, training).len * size_of::<f32>()
    }
}

/// Numbers that begin at a line of the cache.
#[derive(Debug, Clone)]
pub(super) struct Numbers(Vec<Line>);

#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([f32; LANES]);

impl Numbers {
    /// Some stretches of the memory at once.
    #[inline(always)]
    pub fn disjoint<const N: usize>(&mut self, of: [Range<usize>; N]) -> [&mut [f32]; N] {
        self.get_disjoint_mut(of).expect("spans lie one behind the other")
    }
}

impl Deref for Numbers {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        bytemuck::cast_slice(&self.0)
    }
}

impl DerefMut for Numbers {
    fn deref_mut(&mut self) -> &mut [f32] {
        bytemuck::cast_slice_mut(&mut self.0)
    }
}

/// Where the layers lie, and the length of an array of parameters.
fn places(chain: &Chain, capacity: usize, clips_by_norm: bool) -> (Vec<Place>, usize) {
    let mut end = 0;
    let mut place = |link: &Link| {
        let Link { inputs, units, .. } = *link;
        let (input_width, width, first) = (padded(inputs), padded(units), end);
        let (input_row, row) = (apart(input_width), apart(width));
        let narrow = units <= NARROW && inputs >= LANES;
        let place = Place {
            inputs,
            input_width,
            input_row,
            units,
            width,
            row,
            first,
            narrow,
            stores: false,
        };
        end = place.bias() + width;
        // Measured: a number stored and fetched costs as much as six of such products.
        let by_rows = capacity * capacity * (input_width + width);
        let stores = clips_by_norm && by_rows >= 6 * place.lines() * place.line();
        Place { stores, ..place }
    };
    let places = chain.links.iter().map(&mut place).collect();
    (places, end)
}

/// Takes parameters in the order of the plan's layout, weights as (units, inputs), into an array of a
/// fused network.
pub(super) fn load<T: Real>(
    chain: &Chain,
    places: &[Place],
    layout: &Layout,
    from: &[T],
    to: &mut [f32],
) {
    for (link, place) in chain.links.iter().zip(places) {
        let weights = &from[layout.of(link.weight)];
        for (unit, row) in weights.chunks_exact(place.inputs).enumerate() {
            for (input, weight) in row.iter().enumerate() {
                to[place.weight(input, unit)] = weight.to_f64() as f32;
            }
        }
        let bias = to[place.bias()..].iter_mut();
        bias.zip(&from[layout.of(link.bias)]).for_each(|(to, from)| *to = from.to_f64() as f32);
    }
}

/// The way back.
pub(super) fn store<T: Real>(
    chain: &Chain,
    places: &[Place],
    layout: &Layout,
    from: &[f32],
    to: &mut [T],
) {
    for (link, place) in chain.links.iter().zip(places) {
        let weights = &mut to[layout.of(link.weight)];
        for (unit, row) in weights.chunks_exact_mut(place.inputs).enumerate() {
            for (input, weight) in row.iter_mut().enumerate() {
                let value = from[place.weight(input, unit)];
                *weight = T::from_f64(f64::from(value));
            }
        }
        let bias = &from[place.bias()..];
        let own = to[layout.of(link.bias)].iter_mut();
        own.zip(bias).for_each(|(to, from)| *to = T::from_f64(f64::from(*from)));
    }
}
