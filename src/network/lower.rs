//! From layers to the plan.

use super::{
    Activated, Activation, Buffer, BufferId, Initializer, Layer, Loss, Network, Operand, Operation,
    Plan, Tensor, TensorId,
};

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
    let mut lowering =
        Lowering { initialization, tensors: vec![], buffers: vec![], forward: vec![] };
    let input = lowering.buffer("x", network.input.clone());
    let mut x = input;
    let mut dense = vec![];
    for (index, layer) in network.layers.iter().enumerate() {
        let Layer::Dense { units, activation } = layer;
        let is_output = index + 1 == network.layers.len();
        let layer = lowering.dense(index, x, *units, activation, is_output);
        x = layer.a;
        dense.push(layer);
    }
    let scores = x;
    let delta = lowering.buffer(&format!("delta{}", dense.len()), vec![network.outputs()]);
    let backward = lowering.backward(&dense, delta);
    let (predict, output) = lowering.prediction(network, scores);
    Plan {
        tensors: lowering.tensors,
        buffers: lowering.buffers,
        input,
        forward: lowering.forward,
        loss: network.loss(),
        scores,
        delta,
        backward,
        predict,
        output,
    }
}

/// A dense layer as lowered: what its backward pass needs.
struct Dense {
    x: BufferId,
    z: BufferId,
    a: BufferId,
    weight: TensorId,
    bias: TensorId,
    activated: Option<Activated>,
}

struct Lowering {
    initialization: Initialization,
    tensors: Vec<Tensor>,
    buffers: Vec<Buffer>,
    forward: Vec<Operation>,
}

impl Lowering {
    fn buffer(&mut self, name: &str, shape: Vec<usize>) -> BufferId {
        self.buffers.push(Buffer { name: name.into(), shape });
        BufferId(self.buffers.len() - 1)
    }

    fn row_len(&self, buffer: BufferId) -> usize {
        self.buffers[buffer.0].shape.iter().product()
    }

    fn tensor(&mut self, tensor: Tensor) -> TensorId {
        self.tensors.push(tensor);
        TensorId(self.tensors.len() - 1)
    }

    /// The tensors, buffers and forward operations of layer `index`. Softmax and a single sigmoid
    /// in the output belong to the loss and the prediction: what the loss reads are the logits.
    fn dense(
        &mut self,
        index: usize,
        x: BufferId,
        units: usize,
        activation: &Activation,
        is_output: bool,
    ) -> Dense {
        let number = index + 1;
        let inputs = self.row_len(x);
        let (weights, biases) = self.initializers(activation, is_output);
        let tensor = |name: &str, shape: Vec<usize>, decay, initializer| Tensor {
            name: format!("layers.{index}.{name}"),
            shape,
            fan_in: inputs,
            fan_out: units,
            decay,
            trainable: true,
            replicated: true,
            initializer,
        };
        let weight = self.tensor(tensor("weight", vec![units, inputs], true, weights));
        let bias = self.tensor(tensor("bias", vec![units], false, biases));
        let z = self.buffer(&format!("z{number}"), vec![units]);
        let in_loss = matches!(activation, Activation::Softmax)
            || (is_output && units == 1 && activation.is("sigmoid"));
        let activated = if in_loss || matches!(activation, Activation::Linear) {
            None
        } else {
            let alpha = if let Activation::Prelu(alpha) = activation {
                Some(self.tensor(tensor("alpha", vec![1], false, Initializer::Constant(*alpha))))
            } else {
                None
            };
            let a = self.buffer(&format!("a{number}"), vec![units]);
            let slope = self.buffer(&format!("f'(z{number})"), vec![units]);
            Some(Activated { activation: activation.clone(), a, slope, alpha })
        };
        self.forward.push(Operation::MatMul {
            left: Operand::Buffer(x),
            left_transposed: false,
            right: Operand::Tensor(weight),
            right_transposed: true,
            out: Operand::Buffer(z),
        });
        self.forward.push(Operation::BiasActivation { z, bias, output: activated.clone() });
        let a = activated.as_ref().map_or(z, |activated| activated.a);
        Dense { x, z, a, weight, bias, activated }
    }

    fn initializers(&self, activation: &Activation, is_output: bool) -> (Initializer, Initializer) {
        if self.initialization == Initialization::Source {
            return (Initializer::Normal(0.5), Initializer::Normal(0.1));
        }
        let weights = match activation {
            _ if is_output => Initializer::Glorot,
            Activation::Linear | Activation::Softmax => Initializer::Glorot,
            Activation::Function(f) if ["tanh", "sigmoid", "softplus"].contains(&&*f.name) => {
                Initializer::Glorot
            }
            Activation::Function(f) if f.name == "selu" => Initializer::LeCun,
            // Expressions too: those in use (swish, mish) are relatives of ReLU.
            Activation::Prelu(_) | Activation::Function(_) => Initializer::He,
        };
        (weights, Initializer::Constant(0.0))
    }

    /// delta(l-1) = (W(l)ᵀ delta(l)) ⊙ f'(z(l-1)); dW(l) = delta(l) a(l-1)ᵀ; db(l) = delta(l).
    /// The input's own gradient is not computed.
    fn backward(&mut self, dense: &[Dense], delta: BufferId) -> Vec<Operation> {
        let mut backward = vec![];
        let mut delta = delta;
        for (index, layer) in dense.iter().enumerate().rev() {
            if let Some(Activated { slope, alpha, .. }) = layer.activated {
                if let Some(alpha) = alpha {
                    backward.push(Operation::PreluGradient { z: layer.z, delta, alpha });
                }
                backward.push(Operation::ActivationBackward { delta, slope });
            }
            backward.push(Operation::MatMul {
                left: Operand::Buffer(delta),
                left_transposed: true,
                right: Operand::Buffer(layer.x),
                right_transposed: false,
                out: Operand::Gradient(layer.weight),
            });
            backward.push(Operation::BiasGradient { delta, bias: layer.bias });
            if index > 0 {
                let shape = self.buffers[layer.x.0].shape.clone();
                let below = self.buffer(&format!("delta{index}"), shape);
                backward.push(Operation::MatMul {
                    left: Operand::Buffer(delta),
                    left_transposed: false,
                    right: Operand::Tensor(layer.weight),
                    right_transposed: false,
                    out: Operand::Buffer(below),
                });
                delta = below;
            }
        }
        backward
    }

    fn prediction(&mut self, network: &Network, z: BufferId) -> (Option<Operation>, BufferId) {
        let loss = network.loss();
        if loss == Loss::MeanSquaredError {
            return (None, z);
        }
        let a = self.buffer(&format!("a{}", network.layers.len()), vec![network.outputs()]);
        let operation = match loss {
            Loss::SoftmaxCrossEntropy => Operation::Softmax { z, a },
            _ => Operation::Sigmoid { z, a },
        };
        (Some(operation), a)
    }
}
