//! The most loop iterations of an invocation of the generated kernels: Mesa before 23 leaves a loop after 65,535 of
//! them, without an error.

use super::fusible::Fusible;
use crate::plan::Loss;

/// The count of a loop of `iterations`, each with `inner` more inside; the test that leaves the loop counts, too.
fn looped(iterations: usize, inner: usize) -> usize {
    iterations * (1 + inner) + 1
}

/// Iterations of a loop that shares its elements among the threads of a workgroup, each with `inner` more inside.
pub(super) fn shared(elements: usize, threads: usize, inner: usize) -> usize {
    looped(elements.div_ceil(threads), inner)
}

/// Iterations of a sum: four terms in each, then one in each.
fn sum(terms: usize) -> usize {
    looped(terms / 4, 0) + looped(terms % 4, 0)
}

/// Iterations of the sum over a workgroup.
pub(super) fn reduction(threads: usize) -> usize {
    looped(threads.ilog2() as usize, 0)
}

/// Iterations of a sum over the quads of a batch.
pub(super) fn over_quads(quads: usize) -> usize {
    looped(quads, 0)
}

impl Fusible {
    /// Iterations of a forward and backward pass over `quads`. Both sides of a branch count: software makes both.
    pub(super) fn pass_iterations(&self, loss: &Loss, quads: usize, threads: usize) -> usize {
        let links = &self.chain.links;
        let (inputs, outputs) = (links[0].inputs, links[links.len() - 1].units);
        let load = shared(quads * inputs, threads, 0) + shared(quads, threads, 0);
        let forward = links.iter().map(|l| shared(quads * l.units, threads, sum(l.inputs)));
        let backward =
            links.iter().skip(1).map(|l| shared(quads * l.inputs, threads, sum(l.units)));
        let each = looped(outputs, 0);
        let loss = match loss {
            // The maximum for the exponentials; then the sum, the maximum and the predicted class.
            Loss::SoftmaxCrossEntropy => {
                shared(quads * outputs, threads, each) + shared(quads * outputs, threads, 3 * each)
            }
            Loss::BinaryCrossEntropy => shared(quads, threads, 0),
            Loss::MultiLabelCrossEntropy | Loss::OfValues(_) => {
                shared(quads * outputs, threads, each)
            }
        };
        let learning = links.iter().zip(&self.columns.parameters).filter(|(_, own)| own.is_some());
        let alphas = learning
            .map(|(l, _)| looped(quads, shared(l.units, threads, 0) + 4 * reduction(threads)));
        load + forward.sum::<usize>() + loss + backward.sum::<usize>() + alphas.sum::<usize>()
    }
}
