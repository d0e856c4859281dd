//! The traits of a layer, by itself and on a known input.

use super::field::{Field, Source};
use super::projection::Projection;
use crate::network::lowering::{Lowering, Site};
use crate::plan::{BufferId, Windows};

/// A layer by itself.
pub(in crate::rooms::network) trait OneLayer: Sized {
    /// The layer on an input of known shape.
    type Placed: OnInput;
    /// The names of its fields in files, its type and its activation aside.
    const FIELDS: &'static [&'static str];
    /// Its activation where its object names none; None for a layer that applies none.
    const ACTIVATION: Option<&'static str> = None;
    /// Whether there are layers inside it.
    const HOLDS_LAYERS: bool = false;
    /// The number of axes of the rows that it takes, 2 for (channels, samples); None if it takes any.
    const AXES: Option<usize> = None;
    /// Whether it takes sequences of which each row has a length of its own: it makes nothing that exists of what lies
    /// behind the end of a row.
    const TAKES_LENGTHS: bool = false;

    /// Reads its fields.
    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error>;

    /// The values of its fields, in their order.
    fn fields(&self) -> Vec<Field> {
        vec![]
    }

    /// Its sizes, each with the words of a message about a size of 0.
    fn sizes(&self) -> Vec<(usize, &'static str)> {
        vec![]
    }

    /// A fault on any input, sizes aside.
    fn fault(&self) -> Option<String> {
        None
    }

    /// Its fields for people: `size 2, stride 2`.
    fn described(&self) -> Option<String> {
        None
    }

    /// Its fields in a few characters: `16c7`.
    fn short(&self) -> Option<String> {
        None
    }

    /// The layer on an input of known shape; the error says why it does not take the input.
    fn place(&self, input: Input) -> Result<Self::Placed, String>;
}

/// The rows that a layer takes.
#[derive(Debug, Clone, Copy)]
pub(in crate::rooms::network) struct Input<'a> {
    /// The shape of a row.
    pub shape: &'a [usize],
    /// The shape of a row after the layers inside it; the same without such layers.
    pub inside: &'a [usize],
}

/// A layer on an input of known shape.
pub(in crate::rooms::network) trait OnInput {
    /// The shape of a row of its output.
    fn shape(&self) -> Vec<usize>;

    /// The number of its weights, biases aside.
    fn weights(&self) -> u128 {
        0
    }

    /// Its windows, if it has any.
    fn windows(&self) -> Option<Windows> {
        None
    }

    /// The layer in its shortcut, if it has one.
    fn projection(&self) -> Option<&Projection> {
        None
    }

    /// Adds its operations at a site; the buffer of their result.
    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId;
}
