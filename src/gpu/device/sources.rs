//! The text of every kernel.

use crate::expr::{Expression, MATH_WGSL, Variable};

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
    "bias_activation": Math,
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
    "mean_squared_error": Step,
    "metric_sums": Step,
    "multi_label_cross_entropy": Math,
    "prelu": Step,
    "prelu_gradient": Step,
    "sgd": Optimizer,
    "sigmoid": Math,
    "softmax": Math,
    "softmax_cross_entropy": Math,
}

/// The whole text of a kernel; `activation` is the function that `bias_activation` applies.
pub(in crate::gpu) fn source(name: &str, activation: Option<&Expression>) -> String {
    let found = KERNELS.iter().find(|(known, ..)| *known == name);
    let (needs, text) = found.map_or((Needs::Step, ""), |(_, needs, text)| (*needs, *text));
    let before: &[&str] = match needs {
        Needs::Step => &[],
        Needs::Optimizer => &[OPTIMIZER],
        Needs::Product => &[PRODUCT],
        Needs::LargeProduct => &[PRODUCT_LARGE],
        Needs::Convolution => &[PRODUCT, CONVOLUTION],
        Needs::Order => &[ORDER],
        Needs::Math => &[MATH_WGSL],
    };
    let activation =
        activation.map_or_else(String::new, |f| f.to_wgsl("activation", &[Variable::X]));
    [&[STEP], before, &[&activation, text]].concat().join("\n")
}

/// Every kernel's name and text, `bias_activation` once for each of the given activations: what a
/// validator can check without a device.
pub fn shader_sources(activations: &[Expression]) -> Vec<(String, String)> {
    let mut sources = vec![];
    for (name, ..) in KERNELS {
        if *name == "bias_activation" {
            let of = |f: &Expression| (format!("{name} of {f}"), source(name, Some(f)));
            sources.extend(activations.iter().map(of));
        } else {
            sources.push((name.to_string(), source(name, None)));
        }
    }
    sources
}
