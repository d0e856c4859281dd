//! `z[i, c, p] += b[c]`, `a = f(z)`, `slope = f'(z)`
//!
//! In one pass. z, a and slope are (rows, channels, positions), b (channels); a unit of a dense layer is a channel
//! of one position. f is the activation, which may have a learned parameter α; without learning there is no slope.
//! A layer without a bias has no b.

use super::activation_backward::ActivationBackward;
use super::bias::push_gradient;
use super::parameter_gradient::ParameterGradient;
use super::{Describe, Operation};
use crate::plan::access::{Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::function::Function;
use crate::plan::tape::Tape;
use crate::plan::tensor::TensorId;

/// The bias and the activation of a layer.
#[derive(Debug, Clone)]
pub struct BiasActivation {
    /// The products before, z after: rows of (channels, positions). A unit of a dense layer is a channel of one
    /// position.
    pub z: BufferId,
    /// b, (channels), if the layer has a bias.
    pub bias: Option<TensorId>,
    /// f
    pub function: Function,
    /// The learned parameter of f, of one element, if it has one.
    pub parameter: Option<TensorId>,
    /// f(z)
    pub a: BufferId,
    /// f'(z); None in inference.
    pub slope: Option<BufferId>,
}

impl Describe for BiasActivation {
    fn reads(&self) -> Vec<Place> {
        let tensors = [self.bias, self.parameter].into_iter().flatten().map(Place::Tensor);
        std::iter::once(Place::Buffer(self.z)).chain(tensors).collect()
    }

    fn writes(&self) -> Vec<Write> {
        let written = [self.bias.map(|_| self.z), Some(self.a), self.slope];
        written.into_iter().flatten().map(Write::set).collect()
    }

    /// The gradient with respect to z overwrites that with respect to a.
    fn backward(&self, tape: &mut Tape) {
        let (Some(delta), Some(slope)) = (tape.delta(self.a), self.slope) else { return };
        if let (Some(parameter), Some(learned)) = (self.parameter, &self.function.parameter)
            && let Some(mode) = tape.to_gradient(parameter)
        {
            let slope = learned.slope.clone();
            tape.push(ParameterGradient { z: self.z, delta, parameter, slope, mode });
        }
        tape.push(ActivationBackward { delta, slope });
        tape.moved(self.a, self.z);
        if let Some(bias) = self.bias {
            push_gradient(tape, self.a, bias);
        }
    }

    fn inference(&self) -> Option<Operation> {
        Some(BiasActivation { slope: None, ..self.clone() }.into())
    }
}
