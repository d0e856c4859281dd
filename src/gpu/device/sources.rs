//! The text of every kernel.

use super::optimizer::{BOUNDS, optimizer_text};
use crate::expr::{Expression, MATH_WGSL};
use crate::run::Optimizer;

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
    "bias_activation": Math,
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
    "mean_squared_error": Step,
    "metric_sums": Step,
    "multi_label_cross_entropy": Math,
    "prelu": Step,
    "prelu_gradient": Step,
    "sigmoid": Math,
    "softmax": Math,
    "softmax_cross_entropy": Math,
    "zero": Step,
}

/// The whole text of a kernel; `activation` is the function that `bias_activation` applies.
pub(in crate::gpu) fn source(name: &str, activation: Option<&Expression>) -> String {
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
        Needs::Math => &[MATH_WGSL],
    };
    let activation = activation.map_or_else(String::new, |f| f.to_wgsl("activation"));
    [&[STEP], before, &[&activation, text]].concat().join("\n")
}

/// The whole text of the kernel `update` of an optimizer, whose slots are its last bindings.
pub(in crate::gpu) fn update_source(optimizer: Optimizer) -> String {
    [STEP, &optimizer_text(optimizer, 5), UPDATE].join("\n")
}

/// Every kernel's name and text, `bias_activation` once for each of the given activations, `update` once for each
/// optimizer: what a validator can check without a device.
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
    for optimizer in Optimizer::ALL {
        sources.push((format!("update of {}", optimizer.formula().name), update_source(optimizer)));
    }
    sources
}
