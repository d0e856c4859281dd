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

/// Rows per block: enough for the products to run at full speed.
const BLOCK: usize = 256;
/// The most numbers in the buffers of a block of long rows: they stay in the cache.
const NUMBERS: usize = 1 << 20;

/// The fewest rows per block of a recurrence, which takes its weights anew at every time step.
const RECURRENT_ROWS: usize = 32;

/// Rows per block of a fused chain: its buffers stay in the first cache.
const FUSED_BLOCK: usize = 32;
/// Blocks of a fused chain that a thread takes at once.
const BLOCKS_AT_ONCE: usize = 16;

/// Bytes of the confusions that wait to be added up; more only where every thread needs one.
const CONFUSIONS: usize = 64 << 20;

/// Rows per block of this plan.
pub(super) fn block_rows(plan: &Plan) -> usize {
    let least = if plan.is_recurrent() { RECURRENT_ROWS } else { 1 };
    (NUMBERS / plan.row_elements()).clamp(least, BLOCK)
}

/// The bytes with which a thread evaluates a fused chain.
pub(super) fn evaluator_bytes(chain: &Chain) -> usize {
    Fused::evaluator_bytes(chain, FUSED_BLOCK)
}

/// The sums over `rows`; the bits do not depend on the number of threads.
pub(super) fn evaluate<T: Product>(
    run: &Run,
    executor: Executor,
    scaling: &FoldScaling<T>,
    weights: &[T],
    rows: &[u32],
) -> Evaluation {
    let blocks = Blocks { rows: block_rows(&run.plan), at_once: 1 };
    let workspace = || Workspace::new(&run.plan, blocks.rows.min(rows.len()));
    let evaluated = |workspace: &mut Workspace<T>, rows: &[u32]| {
        let mut sums = Evaluation::default();
        workspace.gather(run, scaling, rows);
        executor.inference(weights, workspace);
        executor.loss(weights, workspace, T::ONE);
        let logits = workspace.of(run.plan.logits);
        workspace.batch.add_sums(&run.plan.loss, logits, &mut sums);
        sums
    };
    in_blocks(rows, blocks, confusion_counts(run), workspace, evaluated)
}

/// The same of a chain of dense layers, fused.
pub(super) fn evaluate_fused<T: Product>(
    run: &Run,
    network: (&Arc<Chain>, &FoldScaling<f32>),
    weights: (&Layout, &[T]),
    rows: &[u32],
) -> Evaluation {
    let evaluator = || Fused::evaluator(network, weights, FUSED_BLOCK.min(rows.len()));
    let blocks = Blocks { rows: FUSED_BLOCK, at_once: BLOCKS_AT_ONCE };
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

/// How rows are cut into blocks.
#[derive(Clone, Copy)]
struct Blocks {
    /// Rows per block.
    rows: usize,
    /// Blocks that a thread takes at once.
    at_once: usize,
}

/// Shares the blocks among threads, and adds their sums in the order of the rows.
fn in_blocks<W>(
    rows: &[u32],
    blocks: Blocks,
    counts: usize,
    workspace: impl Fn() -> W + Sync + Send,
    evaluated: impl Fn(&mut W, &[u32]) -> Evaluation + Sync + Send,
) -> Evaluation {
    let mut total = Evaluation::default();
    if rows.is_empty() {
        return total;
    }
    let of_thread = |workspace: &mut W, rows: &[u32]| {
        with_one_confusion(rows.chunks(blocks.rows).map(|rows| evaluated(workspace, rows)))
    };
    let thread_rows = blocks.rows * blocks.at_once;
    if rows.len() <= thread_rows {
        // Waking a thread costs more than the blocks of a small network.
        of_thread(&mut workspace(), rows).iter().for_each(|sums| total.add(sums));
        return total;
    }
    // The confusions of the rows that are evaluated together take little memory.
    let threads = rayon::current_num_threads();
    let together = (CONFUSIONS / (8 * counts.max(1))).max(threads).saturating_mul(thread_rows);
    for rows in rows.chunks(together) {
        let sums: Vec<_> = rows.par_chunks(thread_rows).map_init(&workspace, of_thread).collect();
        sums.iter().flatten().for_each(|sums| total.add(sums));
    }
    total
}

/// The sums of a thread's blocks, the counts of all in the first: whole numbers have the same sum in any order.
fn with_one_confusion(blocks: impl Iterator<Item = Evaluation>) -> Vec<Evaluation> {
    let mut confusion = vec![];
    let mut sums: Vec<Evaluation> = vec![];
    for mut own in blocks {
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
}
