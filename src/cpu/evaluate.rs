//! Evaluation and prediction, in blocks of rows.

use std::sync::Arc;

use rayon::prelude::*;

use super::executor::Executor;
use super::fused::{Chain, Fused};
use super::gather::FoldScaling;
use super::ops::product::Product;
use super::workspace::Workspace;
use crate::metrics::Evaluation;
use crate::network::Task;
use crate::plan::{Layout, Plan};
use crate::run::Run;

/// Rows of a block: enough for the products to run at full speed.
const BLOCK: usize = 256;
/// Numbers that the buffers of a block hold: few enough to stay in the cache, where rows are long.
const NUMBERS: usize = 1 << 20;

/// Rows of a block of a fused chain: its buffers stay in the first cache.
const FUSED_BLOCK: usize = 32;
/// Such blocks that a thread takes at once.
const BLOCKS_AT_ONCE: usize = 16;

/// Bytes of the confusions that are kept until they are added up, unless every thread needs one.
const CONFUSIONS: usize = 64 << 20;

/// Rows of a block of this plan.
pub(super) fn block_rows(plan: &Plan) -> usize {
    (NUMBERS / plan.row_elements()).clamp(1, BLOCK)
}

/// The bytes with which a thread evaluates a fused chain.
pub(super) fn evaluator_bytes(chain: &Chain) -> usize {
    Fused::evaluator_bytes(chain, FUSED_BLOCK)
}

/// The sums over `rows`; the bits do not depend on the number of threads.
pub(super) fn evaluate<T: Product>(
    run: &Run,
    layout: &Layout,
    scaling: &FoldScaling<T>,
    weights: &[T],
    rows: &[u32],
) -> Evaluation {
    let executor = Executor { plan: &run.plan, layout };
    let block_rows = block_rows(&run.plan);
    let workspace = || Workspace::new(&run.plan, block_rows.min(rows.len()));
    let block = |workspace: &mut Workspace<T>, rows: &[u32]| {
        let mut sums = Evaluation::default();
        workspace.gather(run, scaling, rows);
        executor.inference(weights, workspace);
        executor.loss(weights, workspace, T::ONE);
        let logits = workspace.of(run.plan.logits);
        workspace.batch.add_sums(&run.plan.loss, logits, &mut sums);
        sums
    };
    in_blocks(rows, (block_rows, 1), confusion_counts(run), workspace, block)
}

/// The same of a chain of dense layers, fused.
pub(super) fn evaluate_fused<T: Product>(
    run: &Run,
    network: (&Arc<Chain>, &FoldScaling<f32>),
    weights: (&Layout, &[T]),
    rows: &[u32],
) -> Evaluation {
    let evaluator = || Fused::evaluator(network, weights, FUSED_BLOCK.min(rows.len()));
    let blocks = (FUSED_BLOCK, BLOCKS_AT_ONCE);
    in_blocks(rows, blocks, confusion_counts(run), evaluator, |fused: &mut Fused, rows| {
        fused.evaluate(run, rows)
    })
}

/// The counts of a confusion; 0 in regression.
pub(super) fn confusion_counts(run: &Run) -> usize {
    match run.network.task() {
        Task::Classification => run.labels.len() * run.labels.len(),
        Task::MultiLabel => 4 * run.network.outputs(),
        Task::Regression => 0,
    }
}

/// Blocks are shared among threads, `at_once` of them to each, but added in their order.
fn in_blocks<W>(
    rows: &[u32],
    (block_rows, at_once): (usize, usize),
    counts: usize,
    workspace: impl Fn() -> W + Sync + Send,
    block: impl Fn(&mut W, &[u32]) -> Evaluation + Sync + Send,
) -> Evaluation {
    let mut total = Evaluation::default();
    if rows.is_empty() {
        return total;
    }
    // The counts of a thread's blocks are one confusion: whole numbers have the same sum in any order.
    let some = |workspace: &mut W, rows: &[u32]| -> Vec<Evaluation> {
        let mut confusion = vec![];
        let mut sums: Vec<Evaluation> = vec![];
        for rows in rows.chunks(block_rows) {
            let mut own = block(workspace, rows);
            let counts = std::mem::take(&mut own.confusion);
            if confusion.is_empty() {
                confusion = counts;
            } else {
                confusion.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
            sums.push(own);
        }
        if let Some(first) = sums.first_mut() {
            first.confusion = confusion;
        }
        sums
    };
    let of_a_thread = block_rows * at_once;
    if rows.len() <= of_a_thread {
        // Waking a thread costs more than the blocks of a small network.
        some(&mut workspace(), rows).iter().for_each(|sums| total.add(sums));
        return total;
    }
    // So many at once that what they count takes little memory.
    let threads = rayon::current_num_threads();
    let together = (CONFUSIONS / (8 * counts.max(1))).max(threads).saturating_mul(of_a_thread);
    for rows in rows.chunks(together) {
        let sums: Vec<_> = rows.par_chunks(of_a_thread).map_init(&workspace, some).collect();
        sums.iter().flatten().for_each(|sums| total.add(sums));
    }
    total
}
