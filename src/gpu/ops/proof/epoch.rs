//! The end of an epoch: which weights are kept.

use super::bench::{Bench, Shape, words};
use crate::gpu::ops::keep_best::KeepBest;
use crate::gpu::session::steps::Step;

/// What may happen to a replica in an epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// Its validation loss is below the best so far.
    Better,
    Worse,
    /// The same loss is not better.
    Equal,
    /// A training step's loss is not a number.
    BadStep,
    /// The last training step's loss is infinite.
    InfiniteStep,
    /// The validation loss is not a number.
    BadValidation,
    /// A weight is infinite, the last or another.
    InfiniteWeight,
    BadLastWeight,
    /// It has left, and would be better.
    Left,
}

const FATES: [Fate; 9] = [
    Fate::Better,
    Fate::Worse,
    Fate::Equal,
    Fate::BadStep,
    Fate::InfiniteStep,
    Fate::BadValidation,
    Fate::InfiniteWeight,
    Fate::BadLastWeight,
    Fate::Left,
];

/// Numbers of a slot: two more than are looked at.
const SLOT: usize = 4;
/// Validation blocks.
const BLOCKS: usize = 3;

pub(super) fn keep_best(bench: &mut Bench, shape: &Shape) {
    for train_steps in [1, 300] {
        for blocks in [0, BLOCKS] {
            for first in 0..FATES.len() {
                let fates: Vec<Fate> =
                    (0..shape.replicas()).map(|r| FATES[(first + 2 * r) % FATES.len()]).collect();
                one(bench, shape.capacity, train_steps, blocks, &fates);
            }
        }
    }
}

/// Whether an epoch is kept, and the flag that says so.
fn expected(fate: Fate, blocks: usize) -> (bool, u32) {
    let keeps = match fate {
        Fate::Better => true,
        // Without validation rows every sound epoch is kept.
        Fate::Worse | Fate::Equal | Fate::BadValidation => blocks == 0,
        _ => false,
    };
    let flag = match fate {
        Fate::InfiniteWeight | Fate::BadLastWeight => 2,
        _ => u32::from(keeps),
    };
    (keeps, flag)
}

fn one(bench: &mut Bench, len: usize, train_steps: usize, blocks: usize, fates: &[Fate]) {
    let replicas = fates.len();
    let mut sums = bench.normal((train_steps + blocks) * replicas * SLOT, 1.0);
    let mut weights = bench.normal(replicas * len, 1.0);
    let before = words(&bench.normal(replicas * len, 1.0));
    let best_losses: Vec<f32> = (0..replicas).map(|r| 2.0 + r as f32).collect();
    for (replica, &fate) in fates.iter().enumerate() {
        let slot = |step: usize| (step * replicas + replica) * SLOT;
        // Blocks of 5 rows each, whose mean is the loss.
        let loss = match fate {
            Fate::Worse => best_losses[replica] + 0.5,
            Fate::Equal => best_losses[replica],
            _ => best_losses[replica] - 0.5,
        };
        for block in 0..blocks {
            let at = slot(train_steps + block);
            (sums[at], sums[at + 1]) = (5.0 * loss, 5.0);
        }
        match fate {
            Fate::BadStep => sums[slot(train_steps / 2)] = f32::NAN,
            Fate::InfiniteStep => sums[slot(train_steps - 1)] = f32::INFINITY,
            Fate::BadValidation if blocks > 0 => sums[slot(train_steps + 1)] = f32::NAN,
            Fate::InfiniteWeight => weights[replica * len + len / 2] = f32::NEG_INFINITY,
            Fate::BadLastWeight => weights[replica * len + len - 1] = f32::NAN,
            _ => {}
        }
    }
    let [best, losses] = [&before, &words(&best_losses)].map(|words| bench.upload(words));
    let kept = bench.upload(&vec![7u32; replicas]);
    let keep_best = KeepBest {
        total: len,
        slot_length: SLOT,
        train_steps,
        validation_steps: blocks,
        sums: &bench.upload(&sums),
        best_losses: &losses,
        kept: &kept,
        weights: &bench.upload(&weights),
        best: &best,
    };
    let dispatches = keep_best.launch(&mut bench.dispatcher(replicas));
    let steps = fates.iter().map(|fate| Step::of_live(*fate != Fate::Left)).collect();
    bench.submit(&dispatches, steps);
    let (kept, losses) = (bench.read(&kept, replicas), bench.read(&losses, replicas));
    let best = bench.read(&best, replicas * len);
    for (replica, &fate) in fates.iter().enumerate() {
        let what = format!("{fate:?}, {train_steps} steps, {blocks} blocks");
        let (keeps, flag) = expected(fate, blocks);
        bench.same(format!("{what}: kept"), &kept[replica..=replica], &[flag]);
        let own = replica * len..(replica + 1) * len;
        let expected =
            if keeps { words(&weights[own.clone()]) } else { before[own.clone()].to_vec() };
        bench.same(format!("{what}: best weights"), &best[own], &expected);
        let better = best_losses[replica] - 0.5;
        let loss = if keeps && blocks > 0 { better } else { best_losses[replica] };
        bench.same(format!("{what}: best loss"), &losses[replica..=replica], &words(&[loss]));
    }
}
