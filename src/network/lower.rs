//! From layers to the plan.

mod backward;
mod forward;

use self::forward::Lowered;
use super::{Buffer, BufferId, Element, Loss, Network, Operation, Plan, Tensor, TensorId};

/// How the weights start: the activations decide, or the source document's own distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initialization {
    /// He for the ReLU family, Glorot for tanh, sigmoid, softplus, linear and the output, LeCun for SELU.
    Auto,
    /// Weights N(0, 0.5²), biases N(0, 0.1²).
    Source,
}

/// Lowers a network to the plan that every backend executes.
pub fn lower(network: &Network, initialization: Initialization) -> Plan {
    let mut lowering = Lowering {
        initialization,
        loss: network.loss(),
        tensors: vec![],
        buffers: vec![],
        forward: vec![],
    };
    let input = lowering.buffer("x", network.input.clone());
    let mut scores = input;
    let mut layers = vec![];
    for index in 0..network.layers.len() {
        if let Some(layer) = lowering.layer(network, index, scores) {
            scores = layer.y;
            layers.push(layer);
        }
    }
    let delta = lowering.buffer(&delta_name(&layers), vec![network.outputs()]);
    let backward = lowering.backward(&layers, delta);
    let (predict, output) = lowering.prediction(network, scores);
    Plan {
        tensors: lowering.tensors,
        buffers: lowering.buffers,
        input,
        forward: lowering.forward,
        loss: lowering.loss,
        scores,
        delta,
        backward,
        predict,
        output,
    }
}

/// The gradient of the loss by what the last of these layers makes.
fn delta_name(layers: &[Lowered]) -> String {
    format!("delta{}", layers.last().map_or(0, |layer| layer.number))
}

struct Lowering {
    initialization: Initialization,
    loss: Loss,
    tensors: Vec<Tensor>,
    buffers: Vec<Buffer>,
    forward: Vec<Operation>,
}

impl Lowering {
    fn buffer(&mut self, name: &str, shape: Vec<usize>) -> BufferId {
        self.buffers.push(Buffer { name: name.into(), shape, element: Element::Real });
        BufferId(self.buffers.len() - 1)
    }

    fn tensor(&mut self, tensor: Tensor) -> TensorId {
        self.tensors.push(tensor);
        TensorId(self.tensors.len() - 1)
    }

    fn shape(&self, buffer: BufferId) -> Vec<usize> {
        self.buffers[buffer.0].shape.clone()
    }

    fn prediction(&mut self, network: &Network, z: BufferId) -> (Option<Operation>, BufferId) {
        if self.loss == Loss::MeanSquaredError {
            return (None, z);
        }
        let a = self.buffer(&format!("a{}", network.layers.len()), vec![network.outputs()]);
        let operation = match self.loss {
            Loss::SoftmaxCrossEntropy => Operation::Softmax { z, a },
            _ => Operation::Sigmoid { z, a },
        };
        (Some(operation), a)
    }
}
