//! The end of an epoch: which weights are kept.

use super::bench::{Bench, Shape, tolerance, words};
use crate::gpu::ops::keep_best::KeepBest;
use crate::gpu::session::statistics::{slot_length, totals};
use crate::gpu::session::steps::Step;

/// The course of an epoch for a replica.
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
}

const FATES: [Fate; 8] = [
    Fate::Better,
    Fate::Worse,
    Fate::Equal,
    Fate::BadStep,
    Fate::InfiniteStep,
    Fate::BadValidation,
    Fate::InfiniteWeight,
    Fate::BadLastWeight,
];

/// Sums per slot: two more than the kernel compares.
const SUMS: usize = 4;
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

/// Whether an epoch is kept, and its flag.
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

/// The sums, weights and losses of an epoch.
struct Case {
    sums: Vec<f32>,
    weights: Vec<f32>,
    best_losses: Vec<f32>,
}

/// A slot of the sums, and the steps that it sums.
struct Summed {
    slot: usize,
    steps: usize,
}

impl Case {
    fn new(
        bench: &mut Bench,
        len: usize,
        train_steps: usize,
        blocks: usize,
        fates: &[Fate],
    ) -> Self {
        let (replicas, length) = (fates.len(), slot_length(SUMS));
        let mut sums = bench.normal(2 * replicas * length, 1.0);
        let mut weights = bench.normal(replicas * len, 1.0);
        let best_losses: Vec<f32> = (0..replicas).map(|r| 2.0 + r as f32).collect();
        for (replica, &fate) in fates.iter().enumerate() {
            let (trained, validated) = (replica * length, (replicas + replica) * length);
            // Blocks of 5 rows each, whose mean is the loss: one in level 0, two in level 1.
            let loss = match fate {
                Fate::Worse => best_losses[replica] + 0.5,
                Fate::Equal => best_losses[replica],
                _ => best_losses[replica] - 0.5,
            };
            for level in 0..2 {
                let rows = 5.0 * (1 << level) as f32;
                let at = validated + level * SUMS;
                (sums[at], sums[at + 1]) = (rows * loss, rows);
            }
            sums[trained + length - 1] = match fate {
                Fate::BadStep => 1.0,
                Fate::InfiniteStep => train_steps as f32,
                _ => 0.0,
            };
            match fate {
                Fate::BadValidation if blocks > 0 => sums[validated] = f32::NAN,
                Fate::InfiniteWeight => weights[replica * len + len / 2] = f32::NEG_INFINITY,
                Fate::BadLastWeight => weights[replica * len + len - 1] = f32::NAN,
                _ => {}
            }
        }
        Case { sums, weights, best_losses }
    }

    /// Compares the totals of a replica's sums, of its slot in training and of that in validation.
    fn compare_totals(&self, bench: &mut Bench, what: &str, found: &[u32], slots: [Summed; 2]) {
        let length = slot_length(SUMS);
        let bad = self.sums[(slots[0].slot + 1) * length - 1];
        for (summed, found) in slots.into_iter().zip([&found[..SUMS], &found[SUMS + 1..]]) {
            let slot = &self.sums[summed.slot * length..][..length];
            let expected = totals(slot, SUMS, summed.steps);
            for (k, expected) in expected.into_iter().enumerate().filter(|(_, e)| e.is_finite()) {
                let terms = slot.iter().skip(k).step_by(SUMS).map(|x| f64::from(x.abs())).sum();
                bench.near(format!("{what}: total {k}"), found[k], expected, tolerance(24, terms));
            }
        }
        bench.same(format!("{what}: first bad step"), &found[SUMS..=SUMS], &words(&[bad]));
    }
}

fn one(bench: &mut Bench, len: usize, train_steps: usize, blocks: usize, fates: &[Fate]) {
    let replicas = fates.len();
    let case = Case::new(bench, len, train_steps, blocks, fates);
    let before = words(&bench.normal(replicas * len, 1.0));
    let [best, losses] = [&before, &words(&case.best_losses)].map(|words| bench.upload(words));
    let kept = bench.upload(&vec![7u32; replicas]);
    let of_totals = 2 * SUMS + 1;
    let all_totals = bench.upload(&vec![7u32; replicas * of_totals]);
    let keep_best = KeepBest {
        total: len,
        sums_of_slot: SUMS,
        sums: &bench.upload(&case.sums),
        best_losses: &losses,
        kept: &kept,
        weights: &bench.upload(&case.weights),
        best: &best,
        totals: &all_totals,
    };
    let dispatches = keep_best.launch(&mut bench.dispatcher(replicas));
    let step = Step { number: train_steps as u32, place: blocks as u32, ..Step::default() };
    bench.submit(&dispatches, vec![step; replicas]);
    let (kept, losses) = (bench.read(&kept, replicas), bench.read(&losses, replicas));
    let best = bench.read(&best, replicas * len);
    let all_totals = bench.read(&all_totals, replicas * of_totals);
    for (replica, &fate) in fates.iter().enumerate() {
        let what = format!("{fate:?}, {train_steps} steps, {blocks} blocks");
        let (keeps, flag) = expected(fate, blocks);
        bench.same(format!("{what}: kept"), &kept[replica..=replica], &[flag]);
        let own = replica * len..(replica + 1) * len;
        let expected =
            if keeps { words(&case.weights[own.clone()]) } else { before[own.clone()].to_vec() };
        bench.same(format!("{what}: best weights"), &best[own], &expected);
        let better = case.best_losses[replica] - 0.5;
        let loss = if keeps && blocks > 0 { better } else { case.best_losses[replica] };
        bench.same(format!("{what}: best loss"), &losses[replica..=replica], &words(&[loss]));
        let found = &all_totals[replica * of_totals..][..of_totals];
        let slots = [
            Summed { slot: replica, steps: train_steps },
            Summed { slot: replicas + replica, steps: blocks },
        ];
        case.compare_totals(bench, &what, found, slots);
    }
}
