//! From layers to the plan.

mod backward;
mod forward;
mod initialization;
mod lowering;

use self::forward::delta_name;
use self::lowering::Lowering;
use super::loss::Loss;
use super::plan::{BufferId, Operation, Plan};
use super::stack::Network;
pub use initialization::Initialization;

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

impl Lowering {
    fn prediction(&mut self, network: &Network, z: BufferId) -> (Option<Operation>, BufferId) {
        if matches!(self.loss, Loss::OfValues(_)) {
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
