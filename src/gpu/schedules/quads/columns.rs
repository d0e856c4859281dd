//! The columns of a quad.

use crate::gpu::session::statistics::sums_of;
use crate::plan::{Chain, Loss};
use crate::run::Run;

/// The columns of a quad, each the values of one element of four rows. Gradients and metrics read those before
/// `kept`.
#[derive(Debug, Clone)]
pub(in crate::rooms::gpu) struct Columns {
    /// Where each layer's input begins.
    pub inputs: Vec<usize>,
    /// Where each layer's gradient with respect to z begins.
    pub deltas: Vec<usize>,
    /// The gradient of the learned parameter of each layer's activation, if it has one.
    pub parameters: Vec<Option<usize>>,
    /// Ones, the factor of a bias and of a parameter.
    pub ones: usize,
    /// The sums for metrics.
    pub stats: usize,
    /// The number of sums for metrics.
    pub stats_length: usize,
    /// The number of columns that gradients and metrics read.
    pub kept: usize,
    /// The logits.
    pub logits: usize,
    /// The exponentials of the logits, for a softmax.
    pub exponentials: usize,
    /// ∂f/∂α of each layer whose activation f has a learned parameter α.
    pub slopes_by_parameter: Vec<Option<usize>>,
    /// The number of columns.
    pub total: usize,
}

impl Columns {
    pub fn new(chain: &Chain, run: &Run) -> Self {
        let mut end = 0;
        let mut take = |columns: usize| {
            end += columns;
            end - columns
        };
        let links = &chain.links;
        let outputs = links.last().map_or(0, |link| link.units);
        let inputs = links.iter().map(|link| take(link.inputs)).collect();
        let deltas = links.iter().map(|link| take(link.units)).collect();
        let parameters = links.iter().map(|link| link.parameter().map(|_| take(1))).collect();
        let ones = take(1);
        let stats_length = sums_of(run);
        let stats = take(stats_length);
        let kept = take(0);
        let logits = take(outputs);
        let softmax = run.plan.loss == Loss::SoftmaxCrossEntropy;
        let exponentials = take(if softmax { outputs } else { 0 });
        let slopes_by_parameter =
            links.iter().map(|link| link.parameter().map(|_| take(link.units))).collect();
        let total = take(0);
        Columns {
            inputs,
            deltas,
            parameters,
            ones,
            stats,
            stats_length,
            kept,
            logits,
            exponentials,
            slopes_by_parameter,
            total,
        }
    }

    /// The first column of a layer's output: the input of the next layer, or the logits.
    pub fn output(&self, layer: usize) -> usize {
        self.inputs.get(layer + 1).copied().unwrap_or(self.logits)
    }

    /// Whether an activation has a learned parameter.
    pub fn any_parameter(&self) -> bool {
        self.parameters.iter().any(Option::is_some)
    }
}
