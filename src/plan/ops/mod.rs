//! Operations: one file each, of the same name in `plan/ops/` (what it is), `cpu/ops/` (its twin),
//! `gpu/ops/` (its launcher and proof) and `shaders/` (its kernel).

pub mod activation_backward;
pub mod add;
pub mod average_pool;
pub mod batch_norm_backward;
pub mod batch_statistics;
pub mod bias;
pub mod bias_activation;
pub mod bias_gradient;
pub mod binary_cross_entropy;
pub mod channel_statistics;
pub mod convolution;
pub mod convolution_input_gradient;
pub mod convolution_kernel_gradient;
pub mod dropout;
pub mod layer_norm_backward;
pub mod matmul;
pub mod max_pool;
pub mod max_pool_backward;
pub mod multi_label_cross_entropy;
pub mod normalize;
pub mod normalize_gradient;
pub mod parameter_gradient;
pub mod recurrent;
pub mod recurrent_backward;
pub mod sigmoid;
pub mod softmax;
pub mod softmax_cross_entropy;
pub mod take_lengths;
pub mod transpose;
pub mod value_loss;
pub mod zero;

/// The one table of operations, handed to a macro: file and type of each.
macro_rules! operations {
    ($with:ident) => {
        $with! {
            activation_backward ActivationBackward,
            add Add,
            average_pool AveragePool,
            batch_norm_backward BatchNormBackward,
            batch_statistics BatchStatistics,
            bias Bias,
            bias_activation BiasActivation,
            bias_gradient BiasGradient,
            binary_cross_entropy BinaryCrossEntropy,
            channel_statistics ChannelStatistics,
            convolution Convolution,
            convolution_input_gradient ConvolutionInputGradient,
            convolution_kernel_gradient ConvolutionKernelGradient,
            dropout Dropout,
            layer_norm_backward LayerNormBackward,
            matmul MatMul,
            max_pool MaxPool,
            max_pool_backward MaxPoolBackward,
            multi_label_cross_entropy MultiLabelCrossEntropy,
            normalize Normalize,
            normalize_gradient NormalizeGradient,
            parameter_gradient ParameterGradient,
            recurrent Recurrent,
            recurrent_backward RecurrentBackward,
            sigmoid Sigmoid,
            softmax Softmax,
            softmax_cross_entropy SoftmaxCrossEntropy,
            take_lengths TakeLengths,
            transpose Transpose,
            value_loss LossOfValues,
            zero Zero,
        }
    };
}
pub(crate) use operations;

macro_rules! define {
    ($($file:ident $name:ident,)*) => {
        /// One operation of a plan.
        #[derive(Debug, Clone)]
        pub enum Operation {
            $(#[doc = concat!("See [`", stringify!($file), "`].")] $name($file::$name),)*
        }

        impl Operation {
            /// Its name.
            pub fn name(&self) -> &'static str {
                match self { $(Operation::$name(_) => stringify!($file),)* }
            }

            /// Its description.
            fn described(&self) -> &dyn Describe {
                match self { $(Operation::$name(operation) => operation,)* }
            }
        }

        $(impl From<$file::$name> for Operation {
            fn from(operation: $file::$name) -> Self {
                Operation::$name(operation)
            }
        })*
    };
}
operations!(define);

/// The description of an operation.
pub trait Describe {
    /// The places that it reads.
    fn reads(&self) -> Vec<super::access::Place>;

    /// The places that it writes.
    fn writes(&self) -> Vec<super::access::Write>;

    /// Puts the operations of its gradient on a tape: from the gradient of the loss by its outputs to that by its inputs.
    /// Operations of no training list have none.
    fn backward(&self, _: &mut super::tape::Tape) {
        panic!("an operation without a gradient stands in a training list");
    }

    /// The operation that inference executes in its place; None for itself.
    fn inference(&self) -> Option<Operation> {
        None
    }
}

impl Operation {
    /// buffer = 0
    pub fn zero(buffer: super::buffer::BufferId) -> Self {
        zero::Zero { buffer }.into()
    }

    /// to += from
    pub fn add(from: super::buffer::BufferId, to: super::buffer::BufferId) -> Self {
        add::Add { from, to, mode: super::access::Mode::Add }.into()
    }

    /// The places that it reads.
    pub fn reads(&self) -> Vec<super::access::Place> {
        self.described().reads()
    }

    /// The places that it writes.
    pub fn writes(&self) -> Vec<super::access::Write> {
        self.described().writes()
    }

    /// See [`Describe::backward`].
    pub fn backward(&self, tape: &mut super::tape::Tape) {
        self.described().backward(tape);
    }

    /// The operation that inference executes in its place.
    pub fn inference(&self) -> Operation {
        self.described().inference().unwrap_or_else(|| self.clone())
    }
}
