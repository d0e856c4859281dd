//! Blocks that are parsed in parallel while the next ones are read.

use std::collections::VecDeque;

use rayon::prelude::*;

use super::block::{Parsed, parse};
use super::plan::Plan;
use super::scanner::{Block, Scanner};
use crate::error::Result;

/// The blocks that are parsed at once, for each thread, while as many are read.
const BLOCKS_A_THREAD: usize = 4;
/// More threads than these outrun the reading, and their blocks would only take memory.
const MOST_THREADS: usize = 16;

/// The blocks of a stream, in its order. A bounded number of them is in memory.
pub(super) struct Ahead {
    scanner: Scanner,
    /// Blocks that are read and not yet parsed.
    read: Vec<Result<Block>>,
    /// Blocks that are parsed and not yet handed out.
    parsed: VecDeque<Result<Parsed>>,
}

impl Ahead {
    /// The blocks that a scanner finds, with none read yet.
    pub fn new(scanner: Scanner) -> Self {
        Ahead { scanner, read: vec![], parsed: VecDeque::new() }
    }

    /// The next block; None at the end. What comes after an error is not in its place.
    pub fn next(&mut self, plan: &Plan) -> Option<Result<Parsed>> {
        if self.parsed.is_empty() {
            if self.read.is_empty() {
                self.read = blocks(&mut self.scanner, 1);
            }
            self.parse(plan);
        }
        self.parsed.pop_front()
    }

    /// Parses what was read, and reads as much as all threads can take.
    fn parse(&mut self, plan: &Plan) {
        let now = std::mem::take(&mut self.read);
        let most = match now.last() {
            Some(Ok(_)) => BLOCKS_A_THREAD * rayon::current_num_threads().clamp(1, MOST_THREADS),
            Some(Err(_)) | None => 0,
        };
        let parse = |block: Result<Block>| block.and_then(|block| parse(&block, plan));
        let (read, parsed) = rayon::join(
            || blocks(&mut self.scanner, most),
            || now.into_par_iter().with_max_len(1).map(parse).collect::<Vec<_>>(),
        );
        self.read = read;
        self.parsed = parsed.into();
    }
}

/// The next blocks: so many, or as many as there are up to the end or an error.
fn blocks(scanner: &mut Scanner, most: usize) -> Vec<Result<Block>> {
    let mut blocks = vec![];
    while blocks.len() < most && !matches!(blocks.last(), Some(Err(_))) {
        match scanner.next_block().transpose() {
            Some(block) => blocks.push(block),
            None => break,
        }
    }
    blocks
}
