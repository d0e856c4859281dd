//! The backward operations: from the loss's gradient by the scores to that of every tensor.

use super::forward::{Kind, Lowered, Product, Weighted, delta_name};
use super::lowering::Lowering;
use crate::network::plan::{Activated, BufferId, Operand, Operation};

impl Lowering {
    /// delta(l-1) = (W(l)ᵀ delta(l)) ⊙ f'(z(l-1)); dW(l) = delta(l) a(l-1)ᵀ; db(l) = delta(l); a pool
    /// hands each delta to its winner. Below the first weights no gradient is computed.
    pub(super) fn backward(&mut self, layers: &[Lowered], delta: BufferId) -> Vec<Operation> {
        let mut backward = vec![];
        let mut delta = delta;
        let has_weights = |layer: &Lowered| matches!(layer.kind, Kind::Weighted(_));
        let first = layers.iter().position(has_weights).unwrap_or(0);
        for (index, layer) in layers.iter().enumerate().skip(first).rev() {
            if let Kind::Weighted(weighted) = &layer.kind {
                gradients(layer.x, weighted, delta, &mut backward);
            }
            if index > first {
                let shape = self.shape(layer.x);
                let below = self.buffer(&delta_name(&layers[..index]), shape);
                backward.push(input_gradient(&layer.kind, delta, below));
                delta = below;
            }
        }
        backward
    }
}

/// From the gradient by a to that by z, and from it to those of the layer's tensors.
fn gradients(x: BufferId, layer: &Weighted, delta: BufferId, backward: &mut Vec<Operation>) {
    let &Weighted { product, z, weight, bias, ref activated } = layer;
    if let Some(Activated { slope, alpha, .. }) = *activated {
        if let Some(alpha) = alpha {
            backward.push(Operation::PreluGradient { z, delta, alpha });
        }
        backward.push(Operation::ActivationBackward { delta, slope });
    }
    backward.push(match product {
        Product::Dense => Operation::MatMul {
            left: Operand::Buffer(delta),
            left_transposed: true,
            right: Operand::Buffer(x),
            right_transposed: false,
            out: Operand::Gradient(weight),
        },
        Product::Conv1d(convolution) => {
            Operation::Conv1dKernelGradient { convolution, delta, x, weight }
        }
    });
    backward.push(Operation::BiasGradient { delta, bias });
}

/// From a layer's delta to that of the layer below.
fn input_gradient(kind: &Kind, delta: BufferId, below: BufferId) -> Operation {
    match *kind {
        Kind::Weighted(Weighted { product: Product::Dense, weight, .. }) => Operation::MatMul {
            left: Operand::Buffer(delta),
            left_transposed: false,
            right: Operand::Tensor(weight),
            right_transposed: false,
            out: Operand::Buffer(below),
        },
        Kind::Weighted(Weighted { product: Product::Conv1d(convolution), weight, .. }) => {
            Operation::Conv1dInputGradient { convolution, delta, weight, below }
        }
        Kind::MaxPool1d { pooling, winners } => {
            Operation::MaxPool1dBackward { pooling, delta, winners, below }
        }
    }
}
