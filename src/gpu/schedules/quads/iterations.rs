//! The iterations of loops that an invocation of the generated kernels makes, at the most. Counted because
//! Mesa before 23 leaves every loop after 65,535 of them, without an error.

use super::fusible::Fusible;
use crate::plan::Loss;

/// Iterations of a loop of so many: the one that leaves it counts, and so does each of a loop inside.
fn looped(iterations: usize, inner: usize) -> usize {
    iterations * (1 + inner) + 1
}

/// Iterations of a loop whose elements are shared among the threads of a workgroup, `inner` more in each.
pub(super) fn shared(elements: usize, threads: usize, inner: usize) -> usize {
    looped(elements.div_ceil(threads), inner)
}

/// Iterations of a sum of so many terms: four in each, and then the rest.
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
    /// A forward and backward pass over so many quads. Branches that are not taken count like those
    /// that are: software makes both.
    pub(super) fn pass_iterations(&self, loss: &Loss, quads: usize, threads: usize) -> usize {
        let links = &self.chain.links;
        let (inputs, outputs) = (links[0].inputs, links[links.len() - 1].units);
        let load = shared(quads * inputs, threads, 0) + shared(quads, threads, 0);
        let forward = links.iter().map(|l| shared(quads * l.units, threads, sum(l.inputs)));
        let backward =
            links.iter().skip(1).map(|l| shared(quads * l.inputs, threads, sum(l.units)));
        let each = looped(outputs, 0);
        let loss = match loss {
            // The largest, for the exponentials; the sum, the largest and the class predicted, for the rest.
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
