//! The text of every kernel.

use super::optimizer::{BOUNDS, optimizer_text};
use crate::expr::{Expression, MATH_WGSL, Variable};
use crate::run::Optimizer;

/// The function of `parameter_gradient.wgsl` and its twin on quads.
pub(in crate::rooms::gpu) const BY_PARAMETER: &str = "by_parameter";
/// The function of `value_loss.wgsl` and its twin on quads.
pub(in crate::rooms::gpu) const LOSS_OF: &str = "loss_of";

pub(in crate::rooms::gpu) const STEP: &str = include_str!("../../../shaders/step.wgsl");
const RANDOM: &str = include_str!("../../../shaders/random.wgsl");
const MOVED: &str = include_str!("../../../shaders/moved.wgsl");
const ORDER: &str = include_str!("../../../shaders/order.wgsl");
const WINDOWS: &str = include_str!("../../../shaders/windows.wgsl");
const ELEMENT: &str = include_str!("../../../shaders/element.wgsl");
const LOSS: &str = include_str!("../../../shaders/loss.wgsl");
const LOSS_OF_OUTPUTS: &str = include_str!("../../../shaders/loss_of_outputs.wgsl");
const ROW: &str = include_str!("../../../shaders/row.wgsl");
const SUMS: &str = include_str!("../../../shaders/sums.wgsl");
const ADD_SUMS: &str = include_str!("../../../shaders/add_sums.wgsl");
const REDUCE: &str = include_str!("../../../shaders/reduce.wgsl");
const NORM: &str = include_str!("../../../shaders/norm.wgsl");
const PRODUCT: &str = include_str!("../../../shaders/product.wgsl");
const PRODUCT_LARGE: &str = include_str!("../../../shaders/product_large.wgsl");
const OF_LARGE_CONVOLUTIONS: &[&str] = &[PRODUCT_LARGE, WINDOWS];
const RECURRENCE: &str = include_str!("../../../shaders/recurrence.wgsl");
const UPDATE: &str = include_str!("../../../shaders/update.wgsl");

/// The function that is generated for a kernel from an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    /// `activation(x, a)`: what a layer applies; one without a parameter ignores a.
    Activation,
    /// `by_parameter(x, a)`: the derivative of an activation by its parameter a.
    ByParameter,
    /// `loss_of(e)`: the loss of one output, whose error is e.
    Loss,
}

impl Function {
    /// Its name and its arguments.
    fn signature(self) -> (&'static str, &'static [Variable]) {
        match self {
            Function::Activation => ("activation", &[Variable::X, Variable::A]),
            Function::ByParameter => (BY_PARAMETER, &[Variable::X, Variable::A]),
            Function::Loss => (LOSS_OF, &[Variable::E]),
        }
    }
}

/// A kernel of `shaders/`.
#[derive(Debug)]
pub(in crate::rooms::gpu) struct Source {
    /// Its name.
    pub name: &'static str,
    /// The texts between `step.wgsl` and its own.
    preludes: &'static [&'static str],
    applies: Option<Function>,
    text: &'static str,
}

macro_rules! applies {
    () => {
        None
    };
    ($function:ident) => {
        Some(Function::$function)
    };
}

macro_rules! sources {
    ($($constant:ident = $name:literal [$($prelude:ident),*] $(applies $function:ident)?;)*) => {
        $(
            #[doc = concat!("`shaders/", $name, ".wgsl`")]
            pub(in crate::rooms::gpu) const $constant: &Source = &Source {
                name: $name,
                preludes: &[$($prelude),*],
                applies: applies!($($function)?),
                text: include_str!(concat!("../../../shaders/", $name, ".wgsl")),
            };
        )*
        const ALL: &[&Source] = &[
            $($constant,)*
            MATMUL_LARGE,
            CONVOLUTION_LARGE,
            CONVOLUTION_INPUT_GRADIENT_LARGE,
            CONVOLUTION_KERNEL_GRADIENT_LARGE,
        ];
    };
}
sources! {
    ACTIVATION_BACKWARD = "activation_backward" [ELEMENT];
    ADD = "add" [ELEMENT];
    AVERAGE_POOL = "average_pool" [WINDOWS, ELEMENT];
    BATCH = "batch" [RANDOM, ORDER, ROW];
    BATCH_NORM_BACKWARD = "batch_norm_backward" [NORM, ELEMENT];
    BATCH_STATISTICS = "batch_statistics" [REDUCE];
    BIAS = "bias" [ELEMENT];
    BIAS_ACTIVATION = "bias_activation" [MATH_WGSL, ELEMENT] applies Activation;
    BIAS_GRADIENT = "bias_gradient" [REDUCE];
    BINARY_CROSS_ENTROPY = "binary_cross_entropy" [MATH_WGSL, LOSS, ROW];
    CHANNEL_STATISTICS = "channel_statistics" [ELEMENT];
    CLIP = "clip" [BOUNDS, REDUCE];
    CONVOLUTION = "convolution" [PRODUCT, WINDOWS];
    CONVOLUTION_INPUT_GRADIENT = "convolution_input_gradient" [PRODUCT, WINDOWS];
    CONVOLUTION_KERNEL_GRADIENT = "convolution_kernel_gradient" [PRODUCT, WINDOWS];
    DROPOUT = "dropout" [RANDOM, ELEMENT];
    GATHER = "gather" [RANDOM, MOVED, ELEMENT];
    KEEP_BEST = "keep_best" [SUMS];
    LAYER_NORM_BACKWARD = "layer_norm_backward" [NORM, ELEMENT];
    MAKE_STEPS = "make_steps" [MATH_WGSL];
    MATMUL = "matmul" [PRODUCT];
    MAX_POOL = "max_pool" [WINDOWS, ELEMENT];
    MAX_POOL_BACKWARD = "max_pool_backward" [WINDOWS, ELEMENT];
    METRIC_SUMS = "metric_sums" [REDUCE, SUMS, ADD_SUMS];
    MULTI_LABEL_CROSS_ENTROPY = "multi_label_cross_entropy" [MATH_WGSL, LOSS, LOSS_OF_OUTPUTS, ROW];
    NORMALIZE = "normalize" [NORM, ELEMENT];
    NORMALIZE_GRADIENT = "normalize_gradient" [NORM, REDUCE];
    PARAMETER_GRADIENT = "parameter_gradient" [MATH_WGSL, REDUCE] applies ByParameter;
    PART_SUMS = "part_sums" [];
    RECURRENT = "recurrent" [MATH_WGSL, RECURRENCE] applies Activation;
    RECURRENT_BACKWARD = "recurrent_backward" [MATH_WGSL, RECURRENCE];
    SIGMOID = "sigmoid" [MATH_WGSL, ELEMENT];
    SOFTMAX = "softmax" [MATH_WGSL, ROW];
    SOFTMAX_CROSS_ENTROPY = "softmax_cross_entropy" [MATH_WGSL, LOSS, ROW];
    TAKE_LENGTHS = "take_lengths" [ELEMENT];
    TRANSPOSE = "transpose" [ELEMENT];
    VALUE_LOSS = "value_loss" [MATH_WGSL, LOSS, LOSS_OF_OUTPUTS, ROW] applies Loss;
    ZERO = "zero" [ELEMENT];
}

/// `shaders/matmul.wgsl` in larger tiles.
pub(in crate::rooms::gpu) const MATMUL_LARGE: &Source =
    &Source { name: "matmul_large", preludes: &[PRODUCT_LARGE], ..*MATMUL };
/// `shaders/convolution.wgsl` in larger tiles.
pub(in crate::rooms::gpu) const CONVOLUTION_LARGE: &Source =
    &Source { name: "convolution_large", preludes: OF_LARGE_CONVOLUTIONS, ..*CONVOLUTION };
/// `shaders/convolution_input_gradient.wgsl` in larger tiles.
pub(in crate::rooms::gpu) const CONVOLUTION_INPUT_GRADIENT_LARGE: &Source = &Source {
    name: "convolution_input_gradient_large",
    preludes: OF_LARGE_CONVOLUTIONS,
    ..*CONVOLUTION_INPUT_GRADIENT
};
/// `shaders/convolution_kernel_gradient.wgsl` in larger tiles.
pub(in crate::rooms::gpu) const CONVOLUTION_KERNEL_GRADIENT_LARGE: &Source = &Source {
    name: "convolution_kernel_gradient_large",
    preludes: OF_LARGE_CONVOLUTIONS,
    ..*CONVOLUTION_KERNEL_GRADIENT
};

impl Source {
    /// The whole text; `function` is the one that the kernel applies. A kernel that may apply one gets x itself where its
    /// variant applies none.
    pub fn whole(&self, function: Option<&Expression>) -> String {
        let function = match (function, self.applies.map(Function::signature)) {
            (_, None) => String::new(),
            (Some(function), Some((name, arguments))) => function.to_wgsl(name, arguments),
            (None, Some((name, arguments))) => {
                let identity = Expression::of(&arguments[..1], arguments[0].name());
                identity.map(|identity| identity.to_wgsl(name, arguments)).unwrap_or_default()
            }
        };
        [&[STEP], self.preludes, &[&function, self.text]].concat().join("\n")
    }
}

/// The whole text of the kernel `update` of an optimizer, whose slots are its last bindings.
pub(in crate::rooms::gpu) fn update_source(optimizer: Optimizer) -> String {
    [STEP, &optimizer_text(optimizer, 5), UPDATE].join("\n")
}

/// The name and text of every kernel, for a validator without a device. A kernel that applies a function is there
/// once per given activation or loss of values, `update` once per optimizer.
pub fn shader_sources(activations: &[Expression], losses: &[Expression]) -> Vec<(String, String)> {
    let with_parameter = activations.iter().filter(|f| f.variables().contains(&Variable::A));
    let slopes: Vec<_> = with_parameter.filter_map(|f| f.derivative(Variable::A).ok()).collect();
    let mut sources = vec![];
    for source in ALL {
        let name = source.name;
        let functions = match source.applies {
            Some(Function::Activation) => activations,
            Some(Function::ByParameter) => &slopes,
            Some(Function::Loss) => losses,
            None => {
                sources.push((name.to_string(), source.whole(None)));
                continue;
            }
        };
        for f in functions {
            sources.push((format!("{name} of {f}"), source.whole(Some(f))));
        }
    }
    for optimizer in Optimizer::ALL {
        sources.push((format!("update of {}", optimizer.formula().name), update_source(optimizer)));
    }
    sources
}
