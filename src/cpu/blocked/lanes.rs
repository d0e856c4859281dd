//! A batch in blocks of rows. Blocks go to lanes, a fixed number of them, and a lane adds up the gradients of its own;
//! the gradient of the batch is the sum of the lanes, in their order, however many threads they run on.

use std::ops::Range;

use crate::cpu::ops::product::Product;
use crate::cpu::workspace::Workspace;
use crate::metrics::Evaluation;
use crate::plan::Plan;

/// Lanes of a batch at most: the threads that one network can use.
const MOST_LANES: usize = 4;
/// Rows of a block at most, and at least.
const MOST_ROWS: usize = 32;
const LEAST_ROWS: usize = 8;
/// The numbers of a block, which stay in the last cache.
const NUMBERS: usize = 1 << 22;

/// How the rows of a batch are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rooms::cpu) struct Blocks {
    rows: usize,
    /// Rows of a block; the last may have fewer.
    block: usize,
}

impl Blocks {
    /// The rows of a block in a run whose largest batch has so many.
    pub fn block_rows(plan: &Plan, largest: usize) -> usize {
        if plan.takes_whole_batches() {
            return largest.max(1);
        }
        let most = (NUMBERS / plan.row_elements().max(1)).clamp(LEAST_ROWS, MOST_ROWS);
        let blocks = largest.div_ceil(most).max(1);
        // Lanes have the same number of blocks each.
        let blocks = if blocks > 2 { blocks.next_multiple_of(MOST_LANES) } else { blocks };
        largest.div_ceil(blocks).max(1)
    }

    /// So many rows in blocks of so many.
    pub fn new(rows: usize, block: usize) -> Self {
        Blocks { rows, block }
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.rows.div_ceil(self.block)
    }

    /// The lanes that they go to.
    pub fn lanes(self) -> usize {
        self.len().min(MOST_LANES)
    }

    /// The rows of each block of a lane.
    pub(super) fn of_lane(self, lane: usize) -> impl Iterator<Item = Range<usize>> {
        let first = |lane: usize| lane * self.len() / self.lanes();
        let rows =
            move |block: usize| block * self.block..((block + 1) * self.block).min(self.rows);
        (first(lane)..first(lane + 1)).map(rows)
    }
}

/// A lane: its gradient, and the sums over its rows.
#[derive(Debug, Clone, Default)]
struct Lane<T> {
    gradients: Vec<T>,
    sums: Evaluation,
}

/// Room for the lanes of a batch.
#[derive(Debug, Clone, Default)]
pub(in crate::rooms::cpu) struct Lanes<T> {
    lanes: Vec<Lane<T>>,
    /// A workspace per thread.
    workspaces: Vec<Workspace<T>>,
}

/// What a lane works on for a block of rows: their places in the batch, whether they are its first, the buffers, its
/// gradient and its sums.
pub(in crate::rooms::cpu) struct Block<'a, T> {
    pub rows: Range<usize>,
    pub is_first: bool,
    pub workspace: &'a mut Workspace<T>,
    pub gradients: &'a mut [T],
    pub sums: &'a mut Evaluation,
}

impl<T: Product> Lanes<T> {
    /// Lets `work` make the gradients of all blocks, on so many threads, and adds them up.
    pub fn work(
        &mut self,
        (plan, blocks, threads): (&Plan, Blocks, usize),
        gradients: &mut [T],
        sums: &mut Evaluation,
        work: impl Fn(Block<T>) + Sync,
    ) {
        let lanes = blocks.lanes();
        let threads = threads.clamp(1, lanes);
        if self.workspaces.len() < threads {
            self.workspaces.resize_with(threads, || Workspace::new(plan, blocks.block));
        }
        let len = gradients.len();
        self.lanes.resize_with(lanes, || Lane { gradients: vec![T::ZERO; len], ..Lane::default() });
        let each = |first: usize, lanes: &mut [Lane<T>], workspace: &mut Workspace<T>| {
            for (lane, own) in lanes.iter_mut().enumerate() {
                own.sums = Evaluation::default();
                for (i, rows) in blocks.of_lane(first + lane).enumerate() {
                    let Lane { gradients, sums } = &mut *own;
                    work(Block {
                        rows,
                        is_first: i == 0,
                        workspace: &mut *workspace,
                        gradients,
                        sums,
                    });
                }
            }
        };
        let share = lanes.div_ceil(threads);
        let shares = self.lanes.chunks_mut(share).zip(&mut self.workspaces).enumerate();
        if threads == 1 {
            shares.for_each(|(i, (lanes, workspace))| each(i * share, lanes, workspace));
        } else {
            rayon::scope(|scope| {
                for (i, (lanes, workspace)) in shares {
                    scope.spawn(move |_| each(i * share, lanes, workspace));
                }
            });
        }
        let mut own = self.lanes.iter();
        if let Some(first) = own.next() {
            gradients.copy_from_slice(&first.gradients);
        }
        for lane in own {
            gradients.iter_mut().zip(&lane.gradients).for_each(|(sum, own)| *sum += *own);
        }
        self.lanes.iter().for_each(|lane| sums.add(&lane.sums));
    }
}
