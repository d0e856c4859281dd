//! Lowering: from the layers of a network to its plan.

use super::initialization::Initialization;
use super::layers::activation;
use super::lowering::{Lowering, Site};
use super::stack::Network;
use crate::plan::ops::sigmoid::Sigmoid;
use crate::plan::ops::softmax::Softmax;
use crate::plan::tape::{backward, delta_name};
use crate::plan::{BufferId, Loss, Operation, Plan, measure};

/// Lowers a network to the plan that every backend executes.
pub fn lower(network: &Network, initialization: Initialization) -> Plan {
    let loss = network.loss();
    let mut lowering = Lowering::new(initialization);
    let (input, mut logits) = input(&mut lowering, network);
    for (index, (layer, placed)) in network.placed().enumerate() {
        let is_output = index + 1 == network.layers.len();
        let is_in_loss = is_output && !matches!(loss, Loss::OfValues(_));
        let (path, number) = (format!("layers.{index}"), (index + 1).to_string());
        let hidden = Site::hidden(path, number, logits, activation(layer));
        let site = Site { is_output, is_in_loss, ..hidden };
        logits = placed.lower(layer, &mut lowering, site);
    }
    let name = delta_name(&lowering.buffers[logits.0].name);
    let delta = lowering.buffer(&name, vec![network.outputs()]);
    let Lowering { tensors, training, buffers, .. } = &mut lowering;
    let backward = backward(training, (logits, delta), buffers, tensors);
    let (predict, output) = prediction(&mut lowering, network, &loss, logits);
    Plan {
        tensors: lowering.tensors,
        buffers: lowering.buffers,
        input,
        inference: lowering.training.iter().map(Operation::inference).collect(),
        training: lowering.training,
        measure: measure(&loss, logits, delta),
        loss,
        logits,
        delta,
        backward,
        predict,
        output,
    }
}

/// The buffer of what is given for each row, and the one that the first layer reads.
fn input(lowering: &mut Lowering, network: &Network) -> (BufferId, BufferId) {
    if !network.has_lengths() {
        let x = lowering.buffer("x", network.input.clone());
        return (x, x);
    }
    let x = lowering.buffer("x", vec![network.inputs()]);
    (x, lowering.take_lengths(x, &network.input))
}

/// The operation from the logits z to predictions, if there is one, and the buffer of predictions.
fn prediction(
    lowering: &mut Lowering,
    network: &Network,
    loss: &Loss,
    z: BufferId,
) -> (Option<Operation>, BufferId) {
    let mut probabilities =
        || lowering.buffer(&format!("a{}", network.layers.len()), vec![network.outputs()]);
    match loss {
        Loss::OfValues(_) => (None, z),
        Loss::SoftmaxCrossEntropy => {
            let a = probabilities();
            (Some(Softmax { z, a }.into()), a)
        }
        Loss::BinaryCrossEntropy | Loss::MultiLabelCrossEntropy => {
            let a = probabilities();
            (Some(Sigmoid { z, a }.into()), a)
        }
    }
}
