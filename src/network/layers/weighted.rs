//! Layers with weights: a = f(z), where z is a product of W and x, plus b if the layer has a bias.

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
    /// Whether it has a bias.
    pub bias: bool,
}

/// Adds the tensors and operations of a layer with weights; `product` is the operation from x and W to z.
pub(super) fn lower(
    lowering: &mut Lowering,
    site: &Site,
    sizes: Weighted,
    product: impl FnOnce(TensorId, BufferId) -> Operation,
) -> BufferId {
    let Weighted { weight, fan_in, fan_out, output, bias } = sizes;
    let channels = weight[0];
    let (of_weights, of_biases) = lowering.initializers(site);
    let weight = Tensor { fan_in, fan_out, ..site.tensor("weight", weight, of_weights) };
    let weight = lowering.tensor(Tensor { decay: true, ..weight });
    let bias = bias.then(|| lowering.tensor(site.tensor("bias", vec![channels], of_biases)));
    let z = lowering.buffer(&format!("z{}", site.number), output);
    let product = product(weight, z);
    lowering.training.push(product);
    activate(lowering, site, z, bias)
}

/// Adds the operations from z to f(z + b). The loss and the prediction apply the activation of an output of classes or
/// labels: there the layer ends with the logits z.
pub(super) fn activate(
    lowering: &mut Lowering,
    site: &Site,
    z: BufferId,
    bias: Option<TensorId>,
) -> BufferId {
    let function = match site.activation {
        _ if site.is_in_loss => None,
        Activation::Linear | Activation::Softmax => None,
        Activation::Function(function) => Some(function.clone()),
    };
    let Some(function) = function else {
        lowering.training.extend(bias.map(|bias| Bias { z, bias }.into()));
        return z;
    };
    let parameter = function.parameter.as_ref().map(|learned| {
        lowering.tensor(site.tensor("alpha", vec![1], Initializer::Constant(learned.initial)))
    });
    let output = lowering.buffers[z.0].shape.clone();
    let a = lowering.buffer(&format!("a{}", site.number), output.clone());
    let slope = Some(lowering.buffer(&format!("f'(z{})", site.number), output));
    lowering.training.push(BiasActivation { z, bias, function, parameter, a, slope }.into());
    a
}
