//! Where the numbers of a fused network lie.

use std::ops::{Deref, DerefMut};

use bytemuck::{Pod, Zeroable};

use super::chain::{Chain, Link, LinkActivation, padded};
use super::simd::LANES;
use crate::math::Real;
use crate::network::Layout;

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

/// Numbers that begin at a line of the cache, where a vector that does not takes two of them.
#[derive(Debug, Clone)]
pub(super) struct Numbers(Vec<Line>);

#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([f32; LANES]);

impl Numbers {
    /// So many zeros, rounded up to whole vectors.
    fn zeros(len: usize) -> Self {
        Numbers(vec![Line([0.0; LANES]); len.div_ceil(LANES)])
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

/// The arrays of a fused network.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    pub places: Vec<Place>,
    pub weights: Numbers,
    /// Adam's moments; empty for SGD.
    pub slots: Vec<Numbers>,
    /// Gradients of the layers that store theirs; empty where none does.
    pub gradients: Numbers,
    /// Inputs, and what each layer makes of them: (rows, row).
    pub activations: Vec<Numbers>,
    /// z and f'(z) of the layers whose activation is an expression; else empty.
    pub z: Vec<Numbers>,
    pub slopes: Vec<Numbers>,
    /// The gradient by each layer's z: (rows, row).
    pub deltas: Vec<Numbers>,
    /// Some rows of a gradient, before they are used.
    pub panel: Numbers,
    /// A layer's weights turned, (width, input width).
    pub turned: Numbers,
    /// Products of the rows of a batch with four of them, of inputs and of deltas.
    pub grams: [Numbers; 2],
}

/// Numbers of a panel: it stays in the first cache beside what it is made of.
pub(super) const PANEL: usize = 2048;

/// What training needs that evaluation does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Training {
    /// Moments of the optimizer.
    pub slots: usize,
    pub clips_by_norm: bool,
}

impl Memory {
    /// Room for batches of `rows` rows, to train on them or else to evaluate them.
    pub fn new(chain: &Chain, rows: usize, training: Option<Training>) -> Self {
        let (places, lengths) = Lengths::of(chain, rows, training);
        let all = |lengths: &[usize]| lengths.iter().map(|len| Numbers::zeros(*len)).collect();
        Memory {
            weights: Numbers::zeros(lengths.parameters),
            slots: vec![Numbers::zeros(lengths.parameters); lengths.slots],
            gradients: Numbers::zeros(lengths.gradients),
            activations: all(&lengths.activations),
            z: all(&lengths.z),
            slopes: all(&lengths.slopes),
            deltas: all(&lengths.deltas),
            panel: Numbers::zeros(lengths.panel),
            turned: Numbers::zeros(lengths.turned),
            grams: [(); 2].map(|()| Numbers::zeros(lengths.gram)),
            places,
        }
    }

    /// The bytes that [`Self::new`] asks for.
    pub fn bytes(chain: &Chain, rows: usize, training: Option<Training>) -> usize {
        Lengths::of(chain, rows, training).1.total() * size_of::<f32>()
    }
}

/// How long the arrays are.
struct Lengths {
    parameters: usize,
    slots: usize,
    gradients: usize,
    activations: Vec<usize>,
    z: Vec<usize>,
    slopes: Vec<usize>,
    deltas: Vec<usize>,
    panel: usize,
    turned: usize,
    gram: usize,
}

impl Lengths {
    fn of(chain: &Chain, rows: usize, training: Option<Training>) -> (Vec<Place>, Self) {
        let clips_by_norm = training.is_some_and(|training| training.clips_by_norm);
        // Products of rows take four at a time.
        let capacity = rows.next_multiple_of(4);
        let (places, parameters) = places(chain, capacity, clips_by_norm);
        let if_training = |len: usize| if training.is_some() { len } else { 0 };
        let buffers = places.iter().map(|place| capacity * place.row);
        let first = capacity * places.first().map_or(0, |place| place.input_row);
        let is_function = |link: &Link| matches!(link.activation, LinkActivation::Function(_));
        let of_functions = chain.links.iter().zip(buffers.clone());
        let z: Vec<usize> =
            of_functions.map(|(link, len)| if is_function(link) { len } else { 0 }).collect();
        // Losses come with their gradient, evaluated or not.
        let has_delta = |layer: usize| training.is_some() || layer + 1 == places.len();
        let deltas = buffers.clone().enumerate();
        let deltas = deltas.map(|(layer, len)| if has_delta(layer) { len } else { 0 });
        let stores = |stores: bool| places.iter().any(|place| place.stores == stores);
        let widest = places.iter().map(Place::line).max().unwrap_or(0);
        let turned = places.iter().skip(1).map(|place| place.input_width * place.width);
        let lengths = Lengths {
            parameters,
            slots: training.map_or(0, |training| training.slots),
            gradients: if stores(true) { parameters } else { 0 },
            deltas: deltas.collect(),
            activations: std::iter::once(first).chain(buffers).collect(),
            slopes: z.iter().copied().map(if_training).collect(),
            z,
            panel: if_training(PANEL.max(widest)),
            turned: if_training(turned.max().unwrap_or(0)),
            gram: if clips_by_norm && stores(false) { 4 * capacity } else { 0 },
        };
        (places, lengths)
    }

    fn total(&self) -> usize {
        let rows = [&self.activations, &self.z, &self.slopes, &self.deltas];
        (1 + self.slots) * self.parameters
            + self.gradients
            + rows.into_iter().flatten().sum::<usize>()
            + self.panel
            + self.turned
            + 2 * self.gram
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
