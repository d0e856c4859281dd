//! The plan of a network while it is lowered.

use super::activation::Activation;
use super::initialization::Initialization;
use crate::plan::{Buffer, BufferId, Element, Initializer, Operation, Tensor, TensorId};

/// The tensors, buffers and operations so far.
pub(super) struct Lowering {
    pub initialization: Initialization,
    pub tensors: Vec<Tensor>,
    pub buffers: Vec<Buffer>,
    pub training: Vec<Operation>,
}

/// A layer in its network, for lowering.
pub(super) struct Site<'a> {
    /// Its index in the network, from 0; the names of its buffers have its number, from 1.
    pub index: usize,
    /// Its input.
    pub x: BufferId,
    /// Its activation.
    pub activation: &'a Activation,
    /// Whether it is the last layer.
    pub is_output: bool,
    /// Whether its activation belongs to the loss.
    pub is_in_loss: bool,
}

impl Lowering {
    pub fn buffer(&mut self, name: &str, shape: Vec<usize>) -> BufferId {
        self.buffers.push(Buffer { name: name.into(), shape, element: Element::Real });
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
