//! `dα = Σi Σu da[i, u] · ∂f/∂α(z[i, u], α)`
//!
//! da is the gradient of the loss by a = f(z, α), (rows, units) as z is; α is one number, the learned parameter of
//! the activation f.

use super::Describe;
use crate::expr::Expression;
use crate::plan::access::{Mode, Place, Write};
use crate::plan::buffer::BufferId;
use crate::plan::tensor::TensorId;

/// The gradient of the loss by the learned parameter α of an activation f.
#[derive(Debug, Clone)]
pub struct ParameterGradient {
    /// z
    pub z: BufferId,
    /// The gradient of the loss by a = f(z, α), of z's shape.
    pub delta: BufferId,
    /// α, of one element.
    pub parameter: TensorId,
    /// ∂f/∂α, a function of x and a, which are z and α.
    pub slope: Expression,
    /// Whether the gradient is set or added to.
    pub mode: Mode,
}

impl Describe for ParameterGradient {
    fn reads(&self) -> Vec<Place> {
        vec![Place::Buffer(self.z), Place::Buffer(self.delta), Place::Tensor(self.parameter)]
    }

    fn writes(&self) -> Vec<Write> {
        vec![Write::gradient(self.parameter, self.mode)]
    }
}
