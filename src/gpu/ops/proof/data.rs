//! The rows of a batch. All numbers are exact: integers, copies, and one product of a difference.

use super::bench::{Bench, Shape, words};
use crate::cpu::gather::scale_rows;
use crate::data::Order;
use crate::gpu::ops::batch::Batch;
use crate::gpu::session::steps::Step;
use crate::gpu::session::workspace::Gathered;

/// Rows of the table.
pub(super) const ROWS: usize = 400;

/// The lists of rows of the replicas, one after another, and a step on each.
struct Lists {
    lists: Vec<u32>,
    steps: Vec<Step>,
}

impl Lists {
    fn new(bench: &mut Bench, shape: &Shape, case: OrderCase) -> Self {
        let OrderCase { seed, epoch, more } = case;
        let (mut lists, mut steps) = (bench.below(3, ROWS), vec![]);
        for (replica, step) in shape.steps().into_iter().enumerate() {
            let seed = seed.wrapping_mul(replica as u64 + 1);
            let first = more / 2;
            let list_rows = first + shape.rows[replica] + more + 1;
            steps.push(Step {
                first: first as u32,
                list: lists.len() as u32,
                list_rows: list_rows as u32,
                shuffled: u32::from(more % 2 == 0),
                epoch,
                seed_low: seed as u32,
                seed_high: (seed >> 32) as u32,
                ..step
            });
            lists.extend(bench.below(list_rows, ROWS));
        }
        Lists { lists, steps }
    }

    /// The rows of a replica's batch by the twin.
    fn rows(&self, replica: usize) -> Vec<u32> {
        let step = &self.steps[replica];
        let mut indices: Vec<u32> = (step.first..step.first + step.rows).collect();
        if step.shuffled == 1 {
            let seed = u64::from(step.seed_low) | u64::from(step.seed_high) << 32;
            Order::new(seed, step.epoch, step.list_rows).fill(step.first, &mut indices);
        }
        indices.iter().map(|index| self.lists[(step.list + index) as usize]).collect()
    }
}

/// An order of an epoch.
struct OrderCase {
    seed: u64,
    epoch: u32,
    /// Rows of the list beyond those of the batch; a list with an odd number of them is not shuffled.
    more: usize,
}

const ORDERS: [OrderCase; 8] = [
    OrderCase { seed: 0, epoch: 1, more: 0 },
    OrderCase { seed: 1, epoch: 1, more: 1 },
    OrderCase { seed: 42, epoch: 7, more: 2 },
    OrderCase { seed: u64::MAX, epoch: 3, more: 10 },
    OrderCase { seed: 0x0123_4567_89ab_cdef, epoch: 1000, more: 64 },
    OrderCase { seed: 1 << 32, epoch: 2, more: 255 },
    OrderCase { seed: 7, epoch: u32::MAX, more: 1000 },
    OrderCase { seed: 3, epoch: 12, more: 100_000 },
];

/// The targets and weights of a trial, as [`Batch`] has them.
struct Trial<'a> {
    outputs: usize,
    weighted_classes: usize,
    weighted_rows: bool,
    targets: &'a [u32],
    row_weights: &'a [f32],
    scaling: &'a [f32],
}

fn batch(
    bench: &mut Bench,
    shape: &Shape,
    lists: &Lists,
    trial: &Trial,
    twin: impl Fn(usize, &[u32]) -> (Vec<u32>, Vec<f32>),
) {
    let (capacity, width) = (shape.capacity, trial.outputs.max(1));
    let len = shape.replicas() * capacity;
    let before = [len, len * width, len].map(|len| bench.below(len, 1000));
    let [rows, truth, weights] = before.each_ref().map(|words| bench.upload(words));
    let inputs = bench.upload::<u32>(&[]);
    let to = Gathered { capacity, rows, inputs, truth, weights };
    let batch = Batch {
        outputs: trial.outputs,
        weighted_classes: trial.weighted_classes,
        weighted_rows: trial.weighted_rows,
        lists: &bench.upload(&lists.lists),
        targets: &bench.upload(trial.targets),
        row_weights: &bench.upload(trial.row_weights),
        scaling: &bench.upload(trial.scaling),
    };
    let dispatch = batch.launch(&mut bench.dispatcher(shape.replicas()), &to);
    bench.submit(&[dispatch], lists.steps.clone());
    let buffers = [&to.rows, &to.truth, &to.weights];
    let [rows, truth, weights] = [0, 1, 2].map(|i| bench.read(buffers[i], before[i].len()));
    let [mut expected_rows, mut expected_truth, mut expected_weights] = before;
    for replica in 0..shape.replicas() {
        let chosen = lists.rows(replica);
        let (truth, weights) = twin(replica, &chosen);
        let own = replica * capacity;
        expected_rows[own..own + chosen.len()].copy_from_slice(&chosen);
        expected_truth[own * width..own * width + truth.len()].copy_from_slice(&truth);
        expected_weights[own..own + weights.len()].copy_from_slice(&words(&weights));
    }
    bench.same("rows", &rows, &expected_rows);
    bench.same("truth", &truth, &expected_truth);
    bench.same("weights", &weights, &expected_weights);
}

pub(super) fn batch_of_classes(bench: &mut Bench, shape: &Shape) {
    let classes = shape.units.max(2);
    for (number, order) in ORDERS.into_iter().enumerate() {
        let lists = Lists::new(bench, shape, order);
        let targets = bench.below(ROWS, classes);
        let row_weights = bench.weights(ROWS);
        let scaling = bench.weights(shape.replicas() * classes);
        let (by_class, by_row) = (number % 2 == 0, number % 4 < 2);
        let trial = Trial {
            outputs: 0,
            weighted_classes: if by_class { classes } else { 0 },
            weighted_rows: by_row,
            targets: &targets,
            row_weights: &row_weights,
            scaling: &scaling,
        };
        batch(bench, shape, &lists, &trial, |replica, rows| {
            let (mut truth, mut weights) = (vec![], vec![]);
            for &row in rows {
                let class = targets[row as usize];
                let own = if by_row { row_weights[row as usize] } else { 1.0 };
                let of_class = scaling[replica * classes + class as usize];
                truth.push(class);
                weights.push(if by_class { own * of_class } else { own });
            }
            (truth, weights)
        });
    }
}

pub(super) fn batch_of_values(bench: &mut Bench, shape: &Shape) {
    let outputs = shape.units;
    for (number, order) in ORDERS.into_iter().enumerate() {
        let lists = Lists::new(bench, shape, order);
        let values = bench.normal(ROWS * outputs, 20.0);
        let targets = words(&values);
        let row_weights = bench.weights(ROWS);
        let scaling = bench.normal(shape.replicas() * 2 * outputs, 3.0);
        let by_row = number % 2 == 0;
        let trial = Trial {
            outputs,
            weighted_classes: 0,
            weighted_rows: by_row,
            targets: &targets,
            row_weights: &row_weights,
            scaling: &scaling,
        };
        batch(bench, shape, &lists, &trial, |replica, rows| {
            let scaled = scaled(&values, outputs, &scaling[replica * 2 * outputs..], rows);
            let own = rows.iter().map(|&row| if by_row { row_weights[row as usize] } else { 1.0 });
            (words(&scaled), own.collect())
        });
    }
}

/// (table[row] - shift) · scale in f32, by the twin.
pub(super) fn scaled(table: &[f32], width: usize, scaling: &[f32], rows: &[u32]) -> Vec<f32> {
    let mut out = vec![0.0; rows.len() * width];
    let of_rows = rows.iter().map(|&row| &table[row as usize * width..][..width]);
    scale_rows(of_rows, &scaling[..width], &scaling[width..2 * width], &mut out);
    out
}
