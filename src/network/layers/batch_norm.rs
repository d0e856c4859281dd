//! a = f(z), `z[c, p] = (x[c, p] - mean[c]) / sqrt(var[c] + epsilon) · w[c] + b[c]`: in training with the mean and the biased
//! variance of channel c over the rows and positions of the batch that exist, else with their running values, running = momentum ·
//! running + (1 - momentum) · batch, the variance unbiased. A batch of one value per channel takes the running values.

use super::field::{Field, Range, Source};
use super::normalized::{Normalization, NormalizedOn, changed};
use super::one_layer::{Input, OneLayer};
use crate::network::lowering::{Lowering, Site};
use crate::plan::ops::batch_statistics::BatchStatistics;
use crate::plan::{Initializer, Over, Statistics, Tensor};

/// A normalisation of each channel over the batch.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNorm {
    /// The share of the running values that a step keeps.
    pub momentum: f64,
    /// Added to the variance.
    pub epsilon: f64,
}

/// The end of the name of the tensor of running variances.
pub const RUNNING_VARIANCE: &str = "running_var";
const MOMENTUM: f64 = 0.9;
const EPSILON: f64 = 1e-5;

impl Default for BatchNorm {
    fn default() -> Self {
        BatchNorm { momentum: MOMENTUM, epsilon: EPSILON }
    }
}

impl OneLayer for BatchNorm {
    type Placed = NormalizedOn<Self>;
    const FIELDS: &'static [&'static str] = &["momentum", "epsilon"];
    const ACTIVATION: Option<&'static str> = Some("linear");
    const TAKES_LENGTHS: bool = true;

    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error> {
        let what = "the share of the running values that a step keeps";
        Ok(BatchNorm {
            momentum: from.number("momentum", Some(MOMENTUM), Range::BelowOne, what)?,
            epsilon: from.number(
                "epsilon",
                Some(EPSILON),
                Range::AboveZero,
                "added to variances",
            )?,
        })
    }

    fn fields(&self) -> Vec<Field> {
        vec![Field::Number(self.momentum), Field::Number(self.epsilon)]
    }

    fn fault(&self) -> Option<String> {
        let momentum = Range::BelowOne.fault("a momentum", self.momentum);
        momentum.or_else(|| Range::AboveZero.fault("an epsilon", self.epsilon))
    }

    fn described(&self) -> Option<String> {
        changed(&[("momentum", self.momentum, MOMENTUM), ("epsilon", self.epsilon, EPSILON)])
    }

    fn short(&self) -> Option<String> {
        Some("bn".into())
    }

    fn place(&self, input: Input) -> Result<NormalizedOn<Self>, String> {
        Ok(NormalizedOn { layer: self.clone(), shape: input.shape.to_vec() })
    }
}

impl Normalization for BatchNorm {
    fn statistics(&self, lowering: &mut Lowering, site: &Site, shape: &[usize]) -> Statistics {
        let channels = shape[0];
        let mut running = |name, initial| {
            let tensor = site.tensor(name, vec![channels], Initializer::Constant(initial));
            lowering.tensor(Tensor { trainable: false, ..tensor })
        };
        let (mean, variance) = (running("running_mean", 0.0), running(RUNNING_VARIANCE, 1.0));
        let lengths = lowering.lengths_of(shape);
        let size = lengths.map_or_else(|| vec![2, channels], |_| vec![2 * channels + 1]);
        let buffer = lowering.buffer(&format!("statistics{}", site.number), size);
        lowering.buffers[buffer.0].is_of_batch = true;
        let &BatchNorm { momentum, epsilon } = self;
        lowering.training.push(
            BatchStatistics {
                x: site.x,
                lengths,
                statistics: buffer,
                mean,
                variance,
                momentum,
                epsilon,
                is_training: true,
            }
            .into(),
        );
        Statistics { buffer, over: Over::Batch, lengths }
    }
}
