//! The text of every kernel.

use crate::expr::{Expression, MATH_WGSL, Variable};

/// The function of `value_loss.wgsl` and its twin on quads.
pub(in crate::gpu) const LOSS_OF: &str = "loss_of";

pub(in crate::gpu) const STEP: &str = include_str!("../../../shaders/step.wgsl");
const ORDER: &str = include_str!("../../../shaders/order.wgsl");
const CONVOLUTION: &str = include_str!("../../../shaders/convolution.wgsl");
pub(in crate::gpu) const OPTIMIZER: &str = include_str!("../../../shaders/optimizer.wgsl");
const PRODUCT: &str = include_str!("../../../shaders/product.wgsl");
const PRODUCT_LARGE: &str = include_str!("../../../shaders/product_large.wgsl");

/// What a kernel's text needs beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::gpu) enum Needs {
    /// The step alone.
    Step,
    /// The order of an epoch.
    Order,
    /// Elementary functions.
    Math,
    /// Elementary functions, and what a layer applies: `activation(x)`.
    Activation,
    /// Elementary functions, and the loss of an output: `loss_of(e)`.
    Loss,
    /// What an optimizer makes of a weight.
    Optimizer,
    /// The tiles of a product.
    Product,
    /// Larger tiles of a product.
    LargeProduct,
    /// The tiles of a product, and the sizes of a convolution.
    Convolution,
}

macro_rules! kernels {
    ($($name:literal: $needs:ident),* $(,)?) => {
        const KERNELS: &[(&str, Needs, &str)] = &[
            ("matmul_large", Needs::LargeProduct, include_str!("../../../shaders/matmul.wgsl")),
            $(($name, Needs::$needs, include_str!(concat!("../../../shaders/", $name, ".wgsl")))),*
        ];
    };
}
kernels! {
    "activation_backward": Step,
    "adam": Optimizer,
    "batch": Order,
    "bias": Step,
    "bias_activation": Activation,
    "bias_gradient": Step,
    "binary_cross_entropy": Math,
    "clip": Optimizer,
    "conv1d": Convolution,
    "conv1d_input_gradient": Convolution,
    "conv1d_kernel_gradient": Convolution,
    "gather": Step,
    "keep_best": Step,
    "matmul": Product,
    "maxpool1d": Step,
    "maxpool1d_backward": Step,
    "metric_sums": Step,
    "multi_label_cross_entropy": Math,
    "prelu": Step,
    "prelu_gradient": Step,
    "sgd": Optimizer,
    "sigmoid": Math,
    "softmax": Math,
    "softmax_cross_entropy": Math,
    "value_loss": Loss,
}

impl Needs {
    /// The name and the arguments of the function that is generated for a kernel.
    fn generated(self) -> Option<(&'static str, &'static [Variable])> {
        match self {
            Needs::Activation => Some(("activation", &[Variable::X])),
            Needs::Loss => Some((LOSS_OF, &[Variable::E])),
            Needs::Step
            | Needs::Order
            | Needs::Math
            | Needs::Optimizer
            | Needs::Product
            | Needs::LargeProduct
            | Needs::Convolution => None,
        }
    }
}

/// The whole text of a kernel; `function` is what it applies, where it is generated for one.
pub(in crate::gpu) fn source(name: &str, function: Option<&Expression>) -> String {
    let found = KERNELS.iter().find(|(known, ..)| *known == name);
    let (needs, text) = found.map_or((Needs::Step, ""), |(_, needs, text)| (*needs, *text));
    let before: &[&str] = match needs {
        Needs::Step => &[],
        Needs::Optimizer => &[OPTIMIZER],
        Needs::Product => &[PRODUCT],
        Needs::LargeProduct => &[PRODUCT_LARGE],
        Needs::Convolution => &[PRODUCT, CONVOLUTION],
        Needs::Order => &[ORDER],
        Needs::Math | Needs::Activation | Needs::Loss => &[MATH_WGSL],
    };
    let function = match (function, needs.generated()) {
        (Some(function), Some((name, arguments))) => function.to_wgsl(name, arguments),
        _ => String::new(),
    };
    [&[STEP], before, &[&function, text]].concat().join("\n")
}

/// Every kernel's name and text, those that apply a function once for each of the given activations or losses
/// of values: what a validator can check without a device.
pub fn shader_sources(activations: &[Expression], losses: &[Expression]) -> Vec<(String, String)> {
    let mut sources = vec![];
    for (name, needs, _) in KERNELS {
        let functions = match needs {
            Needs::Activation => activations,
            Needs::Loss => losses,
            Needs::Step
            | Needs::Order
            | Needs::Math
            | Needs::Optimizer
            | Needs::Product
            | Needs::LargeProduct
            | Needs::Convolution => {
                sources.push((name.to_string(), source(name, None)));
                continue;
            }
        };
        let of = |f: &Expression| (format!("{name} of {f}"), source(name, Some(f)));
        sources.extend(functions.iter().map(of));
    }
    sources
}
