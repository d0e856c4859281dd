//! The text of every kernel.

use super::optimizer::{BOUNDS, optimizer_text};
use crate::expr::{Expression, MATH_WGSL, Variable};
use crate::run::Optimizer;

/// The function of `value_loss.wgsl` and its twin on quads.
pub(in crate::gpu) const LOSS_OF: &str = "loss_of";

pub(in crate::gpu) const STEP: &str = include_str!("../../../shaders/step.wgsl");
const ORDER: &str = include_str!("../../../shaders/order.wgsl");
const WINDOWS: &str = include_str!("../../../shaders/windows.wgsl");
const PRODUCT: &str = include_str!("../../../shaders/product.wgsl");
const PRODUCT_LARGE: &str = include_str!("../../../shaders/product_large.wgsl");
const UPDATE: &str = include_str!("../../../shaders/update.wgsl");

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
    /// Bounds on a gradient.
    Bounds,
    /// The tiles of a product.
    Product,
    /// Larger tiles of a product.
    LargeProduct,
    /// The sizes of windows.
    Windows,
    /// The tiles of a product, and the sizes of windows.
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
    "add": Step,
    "average_pool": Windows,
    "batch": Order,
    "bias": Step,
    "bias_activation": Activation,
    "bias_gradient": Step,
    "binary_cross_entropy": Math,
    "clip": Bounds,
    "convolution": Convolution,
    "convolution_input_gradient": Convolution,
    "convolution_kernel_gradient": Convolution,
    "gather": Step,
    "keep_best": Step,
    "matmul": Product,
    "max_pool": Windows,
    "max_pool_backward": Windows,
    "metric_sums": Step,
    "multi_label_cross_entropy": Math,
    "prelu": Step,
    "prelu_gradient": Step,
    "sigmoid": Math,
    "softmax": Math,
    "softmax_cross_entropy": Math,
    "value_loss": Loss,
    "zero": Step,
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
            | Needs::Bounds
            | Needs::Product
            | Needs::LargeProduct
            | Needs::Windows
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
        Needs::Bounds => &[BOUNDS],
        Needs::Product => &[PRODUCT],
        Needs::LargeProduct => &[PRODUCT_LARGE],
        Needs::Windows => &[WINDOWS],
        Needs::Convolution => &[PRODUCT, WINDOWS],
        Needs::Order => &[ORDER],
        Needs::Math | Needs::Activation | Needs::Loss => &[MATH_WGSL],
    };
    let function = match (function, needs.generated()) {
        (Some(function), Some((name, arguments))) => function.to_wgsl(name, arguments),
        _ => String::new(),
    };
    [&[STEP], before, &[&function, text]].concat().join("\n")
}

/// The whole text of the kernel `update` of an optimizer, whose slots are its last bindings.
pub(in crate::gpu) fn update_source(optimizer: Optimizer) -> String {
    [STEP, &optimizer_text(optimizer, 5), UPDATE].join("\n")
}

/// Every kernel's name and text, those that apply a function once for each of the given activations or losses
/// of values, `update` once for each optimizer: what a validator can check without a device.
pub fn shader_sources(activations: &[Expression], losses: &[Expression]) -> Vec<(String, String)> {
    let mut sources = vec![];
    for (name, needs, _) in KERNELS {
        let functions = match needs {
            Needs::Activation => activations,
            Needs::Loss => losses,
            Needs::Step
            | Needs::Order
            | Needs::Math
            | Needs::Bounds
            | Needs::Product
            | Needs::LargeProduct
            | Needs::Windows
            | Needs::Convolution => {
                sources.push((name.to_string(), source(name, None)));
                continue;
            }
        };
        let of = |f: &Expression| (format!("{name} of {f}"), source(name, Some(f)));
        sources.extend(functions.iter().map(of));
    }
    for optimizer in Optimizer::ALL {
        sources.push((format!("update of {}", optimizer.formula().name), update_source(optimizer)));
    }
    sources
}
