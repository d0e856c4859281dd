//! The plan: operations over numbered buffers and named tensors. Every backend executes it.

use super::activation::Activation;
use super::initializer::Initializer;
use super::loss::Loss;
use super::window::{Convolution, Pooling};

/// A buffer of the plan: its index in [`Plan::buffers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BufferId(pub usize);

/// A tensor of the plan: its index in [`Plan::tensors`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TensorId(pub usize);

/// Values of the rows of a batch; a backend allocates (replicas, rows, shape).
#[derive(Debug, Clone)]
pub struct Buffer {
    /// What it holds, as the trace of the first step shows it: `z1`, `a1`, `delta1`.
    pub name: String,
    /// The shape of one row.
    pub shape: Vec<usize>,
    /// What its values are.
    pub element: Element,
}

/// What the values of a buffer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// Real numbers.
    Real,
    /// Whole numbers: places in another buffer.
    Index,
}

/// A named parameter of the network.
#[derive(Debug, Clone)]
pub struct Tensor {
    /// Its name in model files: `layers.0.weight`.
    pub name: String,
    /// Its shape; weights are (out, in).
    pub shape: Vec<usize>,
    /// The number of inputs that a unit sums over.
    pub fan_in: usize,
    /// The number of units that an input feeds.
    pub fan_out: usize,
    /// Whether L2 pulls on it: weights yes, biases and alphas no.
    pub decay: bool,
    /// Whether training changes it.
    pub trainable: bool,
    /// Whether every replica has its own.
    pub replicated: bool,
    /// Its values before training.
    pub initializer: Initializer,
}

/// A matrix of a product. A buffer is (rows, elements of a row); a tensor is (first axis, the rest).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// A buffer's rows.
    Buffer(BufferId),
    /// A tensor's values.
    Tensor(TensorId),
    /// The gradient of a tensor.
    Gradient(TensorId),
}

/// One operation; `src/cpu/` and `shaders/` have one file of its name each.
#[derive(Debug, Clone)]
pub enum Operation {
    /// out = left · right, either of them transposed first.
    MatMul {
        /// The left factor.
        left: Operand,
        /// Whether the left factor is transposed.
        left_transposed: bool,
        /// The right factor.
        right: Operand,
        /// Whether the right factor is transposed.
        right_transposed: bool,
        /// Where the product goes.
        out: Operand,
    },
    /// `z[o, t] = Σc Σj W[o, c, j] · x[c, t·stride + j - padding]`, x = 0 outside.
    Conv1d {
        /// The sizes.
        convolution: Convolution,
        /// x, rows of (channels, samples).
        x: BufferId,
        /// W, (filters, channels, kernel).
        weight: TensorId,
        /// z, rows of (filters, positions).
        z: BufferId,
    },
    /// `dW[o, c, j]` = Σ over rows and t of `delta[o, t] · x[c, t·stride + j - padding]`.
    Conv1dKernelGradient {
        /// The sizes.
        convolution: Convolution,
        /// The gradient of the loss by z.
        delta: BufferId,
        /// x
        x: BufferId,
        /// W, whose gradient this is.
        weight: TensorId,
    },
    /// dx, the full convolution of delta with the reversed kernel: `dx[c, s] = Σ W[o, c, j] · delta[o, t]`
    /// over the o, j, t with t·stride + j - padding = s.
    Conv1dInputGradient {
        /// The sizes.
        convolution: Convolution,
        /// The gradient of the loss by z.
        delta: BufferId,
        /// W
        weight: TensorId,
        /// dx
        below: BufferId,
    },
    /// `y[c, t]` is the largest of the `size` samples of `x[c]` from t·stride on; `winners[c, t]` is its
    /// place in `x[c]`, the first on a tie.
    MaxPool1d {
        /// The sizes.
        pooling: Pooling,
        /// x, rows of (channels, samples).
        x: BufferId,
        /// y, rows of (channels, positions).
        y: BufferId,
        /// Places of the winners, of y's shape.
        winners: BufferId,
    },
    /// `dx[c, s]` = Σ of `delta[c, t]` over the windows t that `x[c, s]` won.
    MaxPool1dBackward {
        /// The sizes.
        pooling: Pooling,
        /// The gradient of the loss by y.
        delta: BufferId,
        /// Places of the winners.
        winners: BufferId,
        /// dx
        below: BufferId,
    },
    /// z += b, a = f(z), slope = f'(z), in one pass. `a` and `slope` are absent for a linear layer. A bias
    /// of fewer elements than a row of z has is one a channel: of as many neighbours each.
    BiasActivation {
        /// The products W a, or the convolution, and then z.
        z: BufferId,
        /// b
        bias: TensorId,
        /// What to apply, and where the result goes.
        output: Option<Activated>,
    },
    /// delta = delta ⊙ slope
    ActivationBackward {
        /// The gradient of the loss by a, and then by z.
        delta: BufferId,
        /// f'(z)
        slope: BufferId,
    },
    /// Gradient of PReLU's alpha: Σ over rows and units of da · min(z, 0).
    PreluGradient {
        /// z
        z: BufferId,
        /// The gradient of the loss by a.
        delta: BufferId,
        /// The layer's alpha, of one element.
        alpha: TensorId,
    },
    /// Gradient of a bias: Σ over rows of delta, and over the positions of a channel.
    BiasGradient {
        /// The gradient of the loss by z.
        delta: BufferId,
        /// The bias.
        bias: TensorId,
    },
    /// a = softmax(z), a row at a time.
    Softmax {
        /// The logits.
        z: BufferId,
        /// The probabilities.
        a: BufferId,
    },
    /// a = sigmoid(z)
    Sigmoid {
        /// The logits.
        z: BufferId,
        /// The probabilities.
        a: BufferId,
    },
}

/// The result of an activation inside [`Operation::BiasActivation`].
#[derive(Debug, Clone)]
pub struct Activated {
    /// f
    pub activation: Activation,
    /// f(z)
    pub a: BufferId,
    /// f'(z)
    pub slope: BufferId,
    /// PReLU's alpha.
    pub alpha: Option<TensorId>,
}

/// What a network lowers to.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The parameters, in the order of the layers.
    pub tensors: Vec<Tensor>,
    /// The buffers of a batch.
    pub buffers: Vec<Buffer>,
    /// Where a gathered batch goes.
    pub input: BufferId,
    /// From the input to what the loss reads.
    pub forward: Vec<Operation>,
    /// The loss.
    pub loss: Loss,
    /// What the loss reads: logits, or the outputs of a regression.
    pub scores: BufferId,
    /// Where the loss writes its gradient by the scores.
    pub delta: BufferId,
    /// From that gradient to the gradient of every trainable tensor.
    pub backward: Vec<Operation>,
    /// From the scores to what a prediction shows; nothing in a regression.
    pub predict: Option<Operation>,
    /// What a prediction shows: probabilities or values.
    pub output: BufferId,
}

impl Plan {
    /// The elements of one row of a buffer.
    pub fn row_len(&self, buffer: BufferId) -> usize {
        self.buffers[buffer.0].shape.iter().product()
    }

    /// The elements of one row of all buffers together.
    pub fn row_elements(&self) -> usize {
        (0..self.buffers.len()).map(|buffer| self.row_len(BufferId(buffer))).sum()
    }

    /// The elements of the largest matrix of columns that a convolution of one row makes; 0 without one.
    pub fn column_elements(&self) -> u128 {
        let of = |operation: &Operation| match operation {
            Operation::Conv1d { convolution: c, .. } => c.terms() as u128 * c.positions as u128,
            _ => 0,
        };
        self.forward.iter().map(of).max().unwrap_or(0)
    }

    /// The elements of a tensor.
    pub fn tensor_len(&self, tensor: TensorId) -> usize {
        self.tensors[tensor.0].shape.iter().product()
    }

    /// The positions of a channel of a buffer that a bias of one element a channel belongs to; 1 in a
    /// dense layer, whose units are channels.
    pub fn positions(&self, buffer: BufferId, bias: TensorId) -> usize {
        self.row_len(buffer) / self.tensor_len(bias)
    }

    /// The number of parameters of layer `index`, counted from 0.
    pub fn layer_parameters(&self, index: usize) -> usize {
        let own = format!("layers.{index}.");
        let of_layer = self.tensors.iter().filter(|tensor| tensor.name.starts_with(&own));
        of_layer.map(|tensor| tensor.shape.iter().product::<usize>()).sum()
    }

    /// The number of parameters.
    pub fn parameters(&self) -> usize {
        self.tensors.iter().map(|t| t.shape.iter().product::<usize>()).sum()
    }
}
