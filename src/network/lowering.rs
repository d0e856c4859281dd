//! The plan of a network while it is lowered.

use super::activation::Activation;
use super::initialization::Initialization;
use crate::plan::ops::take_lengths::TakeLengths;
use crate::plan::{Buffer, BufferId, Element, Initializer, Operation, Tensor, TensorId};

/// The axes of a sequence: (channels, samples).
pub(super) const SEQUENCE_AXES: usize = 2;

/// The tensors, buffers and operations so far.
pub(super) struct Lowering {
    pub initialization: Initialization,
    pub tensors: Vec<Tensor>,
    pub buffers: Vec<Buffer>,
    pub training: Vec<Operation>,
    /// The lengths of the rows, if they have any.
    pub lengths: Option<BufferId>,
    /// The dropout layers so far.
    dropouts: u32,
}

/// A layer in its network, for lowering.
pub(super) struct Site<'a> {
    /// The beginning of the names of its tensors: `layers.2`, and `layers.2.layers.0` inside of it.
    pub path: String,
    /// The end of the names of its buffers, counted from 1: `3`, and `3.1` inside of it.
    pub number: String,
    /// Its input.
    pub x: BufferId,
    /// The output of the layers inside it; its input without such layers.
    pub inside: BufferId,
    /// Its input after its projection, if it has one.
    pub shortcut: BufferId,
    /// Its activation.
    pub activation: &'a Activation,
    /// Whether it is the last layer.
    pub is_output: bool,
    /// Whether its activation belongs to the loss.
    pub is_in_loss: bool,
}

impl<'a> Site<'a> {
    /// The site of a layer that is not the output.
    pub fn hidden(path: String, number: String, x: BufferId, activation: &'a Activation) -> Self {
        let (inside, shortcut) = (x, x);
        let (is_output, is_in_loss) = (false, false);
        Site { path, number, x, inside, shortcut, activation, is_output, is_in_loss }
    }

    /// The site of a layer inside this one.
    pub fn inner<'b>(
        &self,
        path: &str,
        number: &str,
        x: BufferId,
        activation: &'b Activation,
    ) -> Site<'b> {
        let path = format!("{}.{path}", self.path);
        Site::hidden(path, format!("{}.{number}", self.number), x, activation)
    }

    /// A trained tensor of the layer that L2 does not pull on.
    pub fn tensor(&self, name: &str, shape: Vec<usize>, initializer: Initializer) -> Tensor {
        Tensor {
            name: format!("{}.{name}", self.path),
            shape,
            fan_in: 1,
            fan_out: 1,
            decay: false,
            trainable: true,
            replicated: true,
            initializer,
        }
    }
}

impl Lowering {
    pub fn new(initialization: Initialization) -> Self {
        let (tensors, buffers, training) = (vec![], vec![], vec![]);
        Lowering { initialization, tensors, buffers, training, lengths: None, dropouts: 0 }
    }

    /// The lengths of values of this shape: of sequences, not of what is made of them.
    pub fn lengths_of(&self, shape: &[usize]) -> Option<BufferId> {
        self.lengths.filter(|_| shape.len() == SEQUENCE_AXES)
    }

    /// The inputs of rows of (channels, samples) that have lengths, from those with a length behind each.
    pub fn take_lengths(&mut self, x: BufferId, shape: &[usize]) -> BufferId {
        let sequence = self.buffer("sequence", shape.to_vec());
        let lengths = self.buffer("lengths", vec![1]);
        self.buffers[lengths.0].element = Element::Index;
        let samples = shape.last().copied().unwrap_or(1);
        self.training.push(TakeLengths { x, sequence, lengths, samples }.into());
        self.lengths = Some(lengths);
        sequence
    }

    /// The index of one more dropout layer.
    pub fn new_stream(&mut self) -> u32 {
        self.dropouts += 1;
        self.dropouts - 1
    }

    pub fn buffer(&mut self, name: &str, shape: Vec<usize>) -> BufferId {
        let (name, element) = (name.into(), Element::Real);
        self.buffers.push(Buffer { name, shape, is_of_batch: false, element });
        BufferId(self.buffers.len() - 1)
    }

    pub fn tensor(&mut self, tensor: Tensor) -> TensorId {
        self.tensors.push(tensor);
        TensorId(self.tensors.len() - 1)
    }

    /// The initializers of the weights and of the biases of a layer.
    pub fn initializers(&self, site: &Site) -> (Initializer, Initializer) {
        if self.initialization == Initialization::Source {
            return (Initializer::Normal(0.5), Initializer::Normal(0.1));
        }
        let weights =
            if site.is_output { Initializer::Glorot } else { site.activation.initializer() };
        (weights, Initializer::Constant(0.0))
    }
}
