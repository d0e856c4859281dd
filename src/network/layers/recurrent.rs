//! Recurrent layers: what rnn, gru and lstm share.

use super::field::{Field, Source};
use super::one_layer::{Input, OnInput, OneLayer};
use super::row_shape::signal;
use crate::network::activation::Activation;
use crate::network::initialization::Initialization;
use crate::network::lowering::{Lowering, Site};
use crate::plan::access::Mode;
use crate::plan::ops::matmul::{Factor, MatMul, Out};
use crate::plan::ops::recurrent as operation;
use crate::plan::ops::transpose::Transpose;
use crate::plan::{BufferId, Cell, Function, Initializer, Operation, Recurrence, Tensor, View};

/// A layer that reads a signal a sample at a time, its channels as inputs: of 1 gate (rnn), 3 (gru) or 4 (lstm).
#[derive(Debug, Clone, PartialEq)]
pub struct Recurrent<const GATES: usize> {
    /// Elements of h, in each direction.
    pub units: usize,
    /// Whether it gives h of every sample, (units, samples); else of the last alone, (units).
    pub return_sequences: bool,
    /// Whether a second one, with its own weights, reads from the last sample to the first; its units follow the first's.
    pub bidirectional: bool,
}

/// The layer on rows of known shape.
#[derive(Debug, Clone, PartialEq)]
pub struct RecurrentOn<const GATES: usize> {
    layer: Recurrent<GATES>,
    channels: usize,
    samples: usize,
}

/// The ends of the names of the tensors of the two directions.
const DIRECTIONS: [&str; 2] = ["", "_reverse"];

impl<const GATES: usize> Recurrent<GATES> {
    /// A layer that reads in one direction and gives the last h.
    pub fn new(units: usize) -> Self {
        Recurrent { units, return_sequences: false, bidirectional: false }
    }

    /// The directions in which it reads.
    fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }
}

impl<const GATES: usize> OneLayer for Recurrent<GATES> {
    type Placed = RecurrentOn<GATES>;
    const FIELDS: &'static [&'static str] = &["units", "return_sequences", "bidirectional"];
    const ACTIVATION: Option<&'static str> = if GATES == 1 { Some("tanh") } else { None };
    const AXES: Option<usize> = Some(2);
    const TAKES_LENGTHS: bool = true;

    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error> {
        let every = "whether it gives every sample's output, not the last alone";
        let both = "whether another one reads from the last sample to the first";
        Ok(Recurrent {
            units: from.size("units", None, "the width of the layer")?,
            return_sequences: from.flag("return_sequences", false, every)?,
            bidirectional: from.flag("bidirectional", false, both)?,
        })
    }

    fn fields(&self) -> Vec<Field> {
        let flags = [self.return_sequences, self.bidirectional].map(Field::Flag);
        [&[Field::Size(self.units)], &flags[..]].concat()
    }

    fn sizes(&self) -> Vec<(usize, &'static str)> {
        vec![(self.units, "0 units")]
    }

    fn described(&self) -> Option<String> {
        let mut text = self.units.to_string();
        if self.bidirectional {
            text += ", both directions";
        }
        if self.return_sequences {
            text += ", every sample";
        }
        Some(text)
    }

    fn short(&self) -> Option<String> {
        let name = match GATES {
            1 => "r",
            3 => "gru",
            4 => "lstm",
            gates => unreachable!("no layer has {gates} gates"),
        };
        Some(format!("{}{name}", self.units))
    }

    fn place(&self, input: Input) -> Result<RecurrentOn<GATES>, String> {
        let (channels, samples) = signal(input.shape)?;
        Ok(RecurrentOn { layer: self.clone(), channels, samples })
    }
}

impl<const GATES: usize> RecurrentOn<GATES> {
    /// The columns of h of both directions.
    fn width(&self) -> usize {
        self.layer.directions() * self.layer.units
    }

    fn cell(activation: &Activation) -> Cell {
        match GATES {
            1 => Cell::Simple(Box::new(function(activation))),
            3 => Cell::Gru,
            4 => Cell::Lstm,
            gates => unreachable!("no layer has {gates} gates"),
        }
    }

    /// The rows of the input with the samples first, (samples, channels).
    fn samples_first(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
        // A recurrent layer before this one has made its output from such rows.
        if let Some(Operation::Transpose(last)) = lowering.training.last()
            && last.to == site.x
        {
            return last.from;
        }
        let shape = [self.channels, self.samples];
        let name = format!("x by sample{}", site.number);
        let to = lowering.buffer(&name, vec![self.samples, self.channels]);
        lowering.training.push(Transpose { from: site.x, to, shape, mode: Mode::Set }.into());
        to
    }

    /// Adds the operations of one direction, from the rows with the samples first to h.
    fn direction(&self, lowering: &mut Lowering, site: &Site, x: BufferId, h: View, end: &str) {
        let cell = Self::cell(site.activation);
        let (units, gates, steps) = (self.layer.units, cell.gates(), self.samples);
        let (channels, states, saved) = (self.channels, cell.states(), cell.saved());
        let source = lowering.initialization == Initialization::Source;
        let [weights, recurrent, biases] = if source {
            [Initializer::Normal(0.5), Initializer::Normal(0.5), Initializer::Normal(0.1)]
        } else {
            let biases = match cell {
                Cell::Lstm => Initializer::ForgetGate,
                Cell::Simple(_) | Cell::Gru => Initializer::Constant(0.0),
            };
            [Initializer::Glorot, Initializer::Orthogonal, biases]
        };
        let mut tensor = |name: &str, shape: &[usize], initializer, decay| {
            let own = site.tensor(&format!("{name}{end}"), shape.to_vec(), initializer);
            lowering.tensor(Tensor { fan_in: channels, fan_out: units, decay, ..own })
        };
        let input_weight = tensor("weight_ih", &[gates * units, channels], weights, true);
        let weight = tensor("weight_hh", &[gates * units, units], recurrent, true);
        let bias = tensor("bias", &[gates * units], biases, false);
        let is_gru = matches!(cell, Cell::Gru);
        let recurrent_bias = is_gru.then(|| tensor("recurrent_bias", &[units], biases, false));
        let number = format!("{}{end}", site.number);
        let z = lowering.buffer(&format!("z{number}"), vec![steps, gates * units]);
        let saved = lowering.buffer(&format!("saved{number}"), vec![steps, saved * units]);
        let state = lowering.buffer(&format!("state{number}"), vec![states, units]);
        let lengths = lowering.lengths_of(&[channels, steps]);
        let is_reversed = end == DIRECTIONS[1];
        let recurrence = Recurrence { cell, steps, units, is_reversed, lengths };
        let all = |buffer, columns| View { buffer, offset: 0, rows: steps, columns };
        lowering.training.push(
            MatMul {
                left: Factor::view(all(x, channels)),
                right: Factor::tensor(input_weight).transpose(),
                out: Out::View(all(z, gates * units)),
                mode: Mode::Set,
            }
            .into(),
        );
        let saved = Some(saved);
        lowering.training.push(
            operation::Recurrent { recurrence, z, weight, bias, recurrent_bias, h, state, saved }
                .into(),
        );
    }
}

impl<const GATES: usize> OnInput for RecurrentOn<GATES> {
    fn shape(&self) -> Vec<usize> {
        if self.layer.return_sequences {
            vec![self.width(), self.samples]
        } else {
            vec![self.width()]
        }
    }

    fn weights(&self) -> u128 {
        let inputs = (self.channels + self.layer.units) as u128;
        (GATES * self.width()) as u128 * inputs
    }

    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
        let (width, units) = (self.width(), self.layer.units);
        let x = self.samples_first(lowering, site);
        let rows = if self.layer.return_sequences { self.samples } else { 1 };
        let (name, shape) = match self.layer.return_sequences {
            true => (format!("h by sample{}", site.number), vec![rows, width]),
            false => (format!("a{}", site.number), vec![width]),
        };
        let h = lowering.buffer(&name, shape);
        for (index, end) in DIRECTIONS.iter().enumerate().take(self.layer.directions()) {
            let view = View { buffer: h, offset: index * units, rows, columns: units };
            self.direction(lowering, site, x, view, end);
        }
        if !self.layer.return_sequences {
            return h;
        }
        let to = lowering.buffer(&format!("a{}", site.number), self.shape());
        let shape = [self.samples, width];
        lowering.training.push(Transpose { from: h, to, shape, mode: Mode::Set }.into());
        to
    }
}

/// An activation as a function of one element; softmax is none, and is refused before.
fn function(activation: &Activation) -> Function {
    match activation {
        Activation::Function(function) => function.clone(),
        Activation::Linear | Activation::Softmax => {
            Function::of("linear", "x", None).expect("x is a function of x")
        }
    }
}
