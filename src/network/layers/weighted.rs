//! Layers with weights: a = f(z), where z is a product of W and x, plus b.

use crate::network::activation::Activation;
use crate::network::lowering::{Lowering, Site};
use crate::plan::ops::bias::Bias;
use crate::plan::ops::bias_activation::BiasActivation;
use crate::plan::{BufferId, Initializer, Operation, Tensor, TensorId};

/// The sizes of a layer with weights.
pub(super) struct Weighted {
    /// The shape of W; its first axis is that of b.
    pub weight: Vec<usize>,
    /// Inputs per output.
    pub fan_in: usize,
    /// Outputs per input.
    pub fan_out: usize,
    /// The shape of a row of the output.
    pub output: Vec<usize>,
}

/// Adds the tensors and operations of a layer with weights; `product` is the operation from x and W to z. The loss and
/// the prediction apply the activation of an output of classes or labels: there the layer ends with the logits z.
pub(super) fn lower(
    lowering: &mut Lowering,
    site: &Site,
    sizes: Weighted,
    product: impl FnOnce(TensorId, BufferId) -> Operation,
) -> BufferId {
    let Weighted { weight, fan_in, fan_out, output } = sizes;
    let channels = weight[0];
    let (of_weights, of_biases) = lowering.initializers(site);
    let tensor = |name: &str, shape: Vec<usize>, decay, initializer| Tensor {
        name: format!("layers.{}.{name}", site.index),
        shape,
        fan_in,
        fan_out,
        decay,
        trainable: true,
        replicated: true,
        initializer,
    };
    let weight = lowering.tensor(tensor("weight", weight, true, of_weights));
    let bias = lowering.tensor(tensor("bias", vec![channels], false, of_biases));
    let number = site.index + 1;
    let z = lowering.buffer(&format!("z{number}"), output.clone());
    let product = product(weight, z);
    lowering.training.push(product);
    let function = match site.activation {
        _ if site.is_in_loss => None,
        Activation::Linear | Activation::Softmax => None,
        Activation::Function(function) => Some(function.clone()),
    };
    let Some(function) = function else {
        lowering.training.push(Bias { z, bias }.into());
        return z;
    };
    let parameter = function.parameter.as_ref().map(|learned| {
        let initial = Initializer::Constant(learned.initial);
        lowering.tensor(tensor("alpha", vec![1], false, initial))
    });
    let a = lowering.buffer(&format!("a{number}"), output.clone());
    let slope = Some(lowering.buffer(&format!("f'(z{number})"), output));
    lowering.training.push(BiasActivation { z, bias, function, parameter, a, slope }.into());
    a
}
