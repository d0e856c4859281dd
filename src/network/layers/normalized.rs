//! Normalisations: what batch_norm and layer_norm share on rows of known shape.

use super::one_layer::OnInput;
use super::weighted::activate;
use crate::network::lowering::{Lowering, Site};
use crate::plan::Statistics;
use crate::plan::ops::normalize::Normalize;
use crate::plan::{BufferId, Initializer};

/// A layer that scales values to mean 0 and variance 1.
pub(in crate::rooms::network) trait Normalization {
    /// Adds the operation that makes means and scales of rows of this shape, and the tensors that it keeps.
    fn statistics(&self, lowering: &mut Lowering, site: &Site, shape: &[usize]) -> Statistics;
}

/// A normalisation on rows of known shape.
#[derive(Debug, Clone, PartialEq)]
pub struct NormalizedOn<L> {
    /// The layer.
    pub layer: L,
    /// The shape of a row, the channels first.
    pub shape: Vec<usize>,
}

impl<L: Normalization> OnInput for NormalizedOn<L> {
    fn shape(&self) -> Vec<usize> {
        self.shape.clone()
    }

    /// Weights begin at 1 and biases at 0, however others begin.
    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
        let channels = self.shape[0];
        let mut tensor = |name, initial| {
            lowering.tensor(site.tensor(name, vec![channels], Initializer::Constant(initial)))
        };
        let (weight, bias) = (tensor("weight", 1.0), tensor("bias", 0.0));
        let statistics = self.layer.statistics(lowering, site, &self.shape);
        let z = lowering.buffer(&format!("z{}", site.number), self.shape());
        let x = site.x;
        lowering.training.push(Normalize { x, statistics, weight, bias, z }.into());
        activate(lowering, site, z, Some(bias))
    }
}

/// The numbers that are not their defaults, (name, number, default); None if all are.
pub(super) fn changed(numbers: &[(&str, f64, f64)]) -> Option<String> {
    let others = numbers.iter().filter(|(_, number, default)| number != default);
    let texts: Vec<String> = others.map(|(name, number, _)| format!("{name} {number}")).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}
