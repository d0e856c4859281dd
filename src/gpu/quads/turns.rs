//! The turns of loops that an invocation of the generated kernels makes, at the most. Counted because
//! Mesa before 23 leaves every loop after 65,535 of them, without an error.

use super::Fusible;
use crate::network::Loss;

/// Turns of a loop whose elements are shared among the threads of a workgroup, `inner` more in each.
fn shared(elements: usize, threads: usize, inner: usize) -> usize {
    elements.div_ceil(threads) * (1 + inner)
}

/// Turns of a sum of so many terms, four a turn.
fn sum(terms: usize) -> usize {
    terms / 4 + terms % 4
}

/// Turns of the sum over a workgroup.
pub(super) fn reduction(threads: usize) -> usize {
    threads.ilog2() as usize
}

impl Fusible {
    /// A forward and backward pass over so many quads.
    pub(super) fn pass_turns(&self, loss: Loss, quads: usize, threads: usize) -> usize {
        let links = &self.chain.links;
        let (inputs, outputs) = (links[0].inputs, links[links.len() - 1].units);
        let load = shared(quads * inputs, threads, 0);
        let forward = links.iter().map(|l| shared(quads * l.units, threads, sum(l.inputs)));
        let backward =
            links.iter().skip(1).map(|l| shared(quads * l.inputs, threads, sum(l.units)));
        let loss = match loss {
            // The largest, twice; the sum; the class predicted.
            Loss::SoftmaxCrossEntropy => 2 * shared(quads * outputs, threads, 3 * outputs),
            Loss::BinaryCrossEntropy => shared(quads, threads, 0),
            Loss::MeanSquaredError => shared(quads * outputs, threads, outputs),
        };
        let learning = links.iter().zip(&self.columns.alphas).filter(|(_, alpha)| alpha.is_some());
        let alphas = learning
            .map(|(l, _)| quads * (1 + shared(l.units, threads, 0) + 4 * reduction(threads)));
        load + forward.sum::<usize>() + loss + backward.sum::<usize>() + alphas.sum::<usize>()
    }

    /// The gradients of so many weights a thread, each a sum over so many quads.
    pub(super) fn gradient_turns(&self, weights: usize, quads: usize) -> usize {
        weights * (1 + quads)
    }
}
