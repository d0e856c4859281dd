//! A plan that grows while a network is lowered.

use super::initialization::Initialization;
use crate::network::loss::Loss;
use crate::network::plan::{Buffer, BufferId, Element, Operation, Tensor, TensorId};

/// What there is of it so far.
pub(super) struct Lowering {
    pub initialization: Initialization,
    pub loss: Loss,
    pub tensors: Vec<Tensor>,
    pub buffers: Vec<Buffer>,
    pub forward: Vec<Operation>,
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

    pub fn shape(&self, buffer: BufferId) -> Vec<usize> {
        self.buffers[buffer.0].shape.clone()
    }
}
