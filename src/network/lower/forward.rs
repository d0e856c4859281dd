//! The tensors, buffers and forward operations of each layer.

use super::initialization::Initialization;
use super::lowering::Lowering;
use crate::network::activation::Activation;
use crate::network::initializer::Initializer;
use crate::network::layer::Layer;
use crate::network::loss::Loss;
use crate::network::plan::{Activated, BufferId, Element, Operand, Operation, Tensor, TensorId};
use crate::network::stack::Network;
use crate::network::window::{Convolution, Pooling};

/// A layer as lowered: what its backward pass needs.
pub(super) struct Lowered {
    /// Its place in the network, counted from 1, which its buffers are named after.
    pub number: usize,
    pub x: BufferId,
    pub y: BufferId,
    pub kind: Kind,
}

/// What a layer does.
#[allow(clippy::large_enum_variant)] // one a layer, while it is lowered
pub(super) enum Kind {
    /// y = f(product of W and x, + b)
    Weighted(Weighted),
    MaxPool1d {
        pooling: Pooling,
        winners: BufferId,
    },
}

/// A layer with weights.
pub(super) struct Weighted {
    pub product: Product,
    pub z: BufferId,
    pub weight: TensorId,
    pub bias: TensorId,
    pub activated: Option<Activated>,
}

/// How weights and inputs are multiplied.
#[derive(Clone, Copy)]
pub(super) enum Product {
    Dense,
    Conv1d(Convolution),
}

impl Lowering {
    /// Layer `index` on `x`; None for one that computes nothing: rows lie flat in memory already.
    pub(super) fn layer(
        &mut self,
        network: &Network,
        index: usize,
        x: BufferId,
    ) -> Option<Lowered> {
        let input = self.shape(x);
        // `Network::new` has checked that shapes and layers fit.
        let signal = (input[0], input.get(1).copied().unwrap_or(1));
        let shape = network.shapes[index].clone();
        Some(match &network.layers[index] {
            Layer::Flatten => return None,
            Layer::Dense { activation, .. } => {
                let is_output = index + 1 == network.layers.len();
                self.weighted((index, x, &shape), Product::Dense, activation, is_output)
            }
            Layer::Conv1d { filters, kernel, stride, padding, activation } => {
                let convolution =
                    Convolution::new(signal, *filters, *kernel, *stride, *padding).ok()?;
                self.weighted((index, x, &shape), Product::Conv1d(convolution), activation, false)
            }
            Layer::MaxPool1d { size, stride } => {
                let pooling = Pooling::new(signal, *size, *stride).ok()?;
                self.max_pool1d(index, x, pooling, shape)
            }
        })
    }

    /// An output that tells classes or labels apart belongs to the loss and the prediction: what the loss
    /// reads are the logits.
    fn weighted(
        &mut self,
        (index, x, shape): (usize, BufferId, &[usize]),
        product: Product,
        activation: &Activation,
        is_output: bool,
    ) -> Lowered {
        let number = index + 1;
        let inputs: usize = self.shape(x).iter().product();
        let channels = shape[0];
        // Glorot's fans of a convolution: the inputs of an output, the outputs of an input.
        let (weights, fan_in, fan_out) = match product {
            Product::Dense => (vec![channels, inputs], inputs, channels),
            Product::Conv1d(c) => {
                (vec![c.filters, c.channels, c.kernel], c.terms(), c.filters * c.kernel)
            }
        };
        let (of_weights, of_biases) = self.initializers(activation, is_output);
        let tensor = |name: &str, shape: Vec<usize>, decay, initializer| Tensor {
            name: format!("layers.{index}.{name}"),
            shape,
            fan_in,
            fan_out,
            decay,
            trainable: true,
            replicated: true,
            initializer,
        };
        let weight = self.tensor(tensor("weight", weights, true, of_weights));
        let bias = self.tensor(tensor("bias", vec![channels], false, of_biases));
        let z = self.buffer(&format!("z{number}"), shape.to_vec());
        let in_loss = is_output && !matches!(self.loss, Loss::OfValues(_));
        let activated = if in_loss || matches!(activation, Activation::Linear) {
            None
        } else {
            let alpha = if let Activation::Prelu(alpha) = activation {
                Some(self.tensor(tensor("alpha", vec![1], false, Initializer::Constant(*alpha))))
            } else {
                None
            };
            let a = self.buffer(&format!("a{number}"), shape.to_vec());
            let slope = self.buffer(&format!("f'(z{number})"), shape.to_vec());
            Some(Activated { activation: activation.clone(), a, slope, alpha })
        };
        self.forward.push(match product {
            Product::Dense => Operation::MatMul {
                left: Operand::Buffer(x),
                left_transposed: false,
                right: Operand::Tensor(weight),
                right_transposed: true,
                out: Operand::Buffer(z),
            },
            Product::Conv1d(convolution) => Operation::Conv1d { convolution, x, weight, z },
        });
        self.forward.push(Operation::BiasActivation { z, bias, output: activated.clone() });
        let y = activated.as_ref().map_or(z, |activated| activated.a);
        let kind = Kind::Weighted(Weighted { product, z, weight, bias, activated });
        Lowered { number, x, y, kind }
    }

    fn max_pool1d(
        &mut self,
        index: usize,
        x: BufferId,
        pooling: Pooling,
        shape: Vec<usize>,
    ) -> Lowered {
        let number = index + 1;
        let y = self.buffer(&format!("a{number}"), shape.clone());
        let winners = self.buffer(&format!("winners{number}"), shape);
        self.buffers[winners.0].element = Element::Index;
        self.forward.push(Operation::MaxPool1d { pooling, x, y, winners });
        Lowered { number, x, y, kind: Kind::MaxPool1d { pooling, winners } }
    }

    fn initializers(&self, activation: &Activation, is_output: bool) -> (Initializer, Initializer) {
        if self.initialization == Initialization::Source {
            return (Initializer::Normal(0.5), Initializer::Normal(0.1));
        }
        let weights = match activation {
            _ if is_output => Initializer::Glorot,
            Activation::Linear | Activation::Softmax => Initializer::Glorot,
            Activation::Function(f)
                if ["tanh", "sigmoid", "hardsigmoid", "softplus"].contains(&&*f.name) =>
            {
                Initializer::Glorot
            }
            Activation::Function(f) if f.name == "selu" => Initializer::LeCun,
            // Expressions too: those in use are relatives of ReLU, as swish and mish are.
            Activation::Prelu(_) | Activation::Function(_) => Initializer::He,
        };
        (weights, Initializer::Constant(0.0))
    }
}

/// The gradient of the loss by what the last of these layers makes.
pub(super) fn delta_name(layers: &[Lowered]) -> String {
    format!("delta{}", layers.last().map_or(0, |layer| layer.number))
}
