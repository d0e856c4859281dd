//! `z[c, p] = (x[c, p] - mean[p]) / sqrt(var[p] + epsilon) · w[c] + b[c]`: with the mean and the biased variance over
//! the channels of position p of each row; features are channels of one position.

use super::field::{Field, Range, Source};
use super::normalized::{Normalization, NormalizedOn, changed};
use super::one_layer::{Input, OneLayer};
use crate::network::lowering::{Lowering, Site};
use crate::plan::ops::channel_statistics::ChannelStatistics;
use crate::plan::{Over, Statistics};

/// A normalisation of each position over its channels.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNorm {
    /// Added to the variance.
    pub epsilon: f64,
}

const EPSILON: f64 = 1e-5;

impl Default for LayerNorm {
    fn default() -> Self {
        LayerNorm { epsilon: EPSILON }
    }
}

impl OneLayer for LayerNorm {
    type Placed = NormalizedOn<Self>;
    const FIELDS: &'static [&'static str] = &["epsilon"];
    const TAKES_LENGTHS: bool = true;

    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error> {
        let what = "added to variances";
        Ok(LayerNorm { epsilon: from.number("epsilon", Some(EPSILON), Range::AboveZero, what)? })
    }

    fn fields(&self) -> Vec<Field> {
        vec![Field::Number(self.epsilon)]
    }

    fn fault(&self) -> Option<String> {
        Range::AboveZero.fault("an epsilon", self.epsilon)
    }

    fn described(&self) -> Option<String> {
        changed(&[("epsilon", self.epsilon, EPSILON)])
    }

    fn short(&self) -> Option<String> {
        Some("ln".into())
    }

    fn place(&self, input: Input) -> Result<NormalizedOn<Self>, String> {
        Ok(NormalizedOn { layer: self.clone(), shape: input.shape.to_vec() })
    }
}

impl Normalization for LayerNorm {
    fn statistics(&self, lowering: &mut Lowering, site: &Site, shape: &[usize]) -> Statistics {
        let positions: usize = shape[1..].iter().product();
        let buffer = lowering.buffer(&format!("statistics{}", site.number), vec![2, positions]);
        let (x, statistics, epsilon) = (site.x, buffer, self.epsilon);
        lowering.training.push(ChannelStatistics { x, statistics, epsilon }.into());
        Statistics { buffer, over: Over::Channels, lengths: None }
    }
}
