//! The inputs of a batch: copies of bytes or of numbers, moved or in place, and one product of a difference.

use ndarray::Array2;

use super::bench::{Bench, Shape, words};
use super::data::{ROWS, scaled};
use crate::data::{Coded, CodedColumn};
use crate::gpu::ops::gather::Gather;
use crate::gpu::session::data::{Part, sources};
use crate::gpu::session::steps::Step;
use crate::gpu::session::workspace::Gathered;
use crate::run::{Augmentation, Moved};

/// The inputs of rows: bits of f32, or bytes.
struct Inputs {
    is_of_bytes: bool,
    /// (rows, inputs)
    values: Vec<f32>,
}

impl Inputs {
    fn new(bench: &mut Bench, is_of_bytes: bool, len: usize) -> Self {
        let values = match is_of_bytes {
            true => bench.below(len, 256).iter().map(|&byte| byte as f32).collect(),
            false => bench.normal(len, 10.0),
        };
        Inputs { is_of_bytes, values }
    }

    /// Some of them on the device.
    fn part(&self, bench: &Bench, first_row: usize, rows: usize, inputs: usize) -> Part {
        let own = &self.values[first_row * inputs..][..rows * inputs];
        let buffer = match self.is_of_bytes {
            true => bench.upload_bytes(&own.iter().map(|&byte| byte as u8).collect::<Vec<_>>()),
            false => bench.upload(own),
        };
        let is_of_bytes = self.is_of_bytes;
        Part { fold: None, buffer, is_of_bytes, window: 1, coded_columns: None, first_row, rows }
    }
}

/// A batch of these rows, whose inputs are still others.
fn gathered(bench: &Bench, capacity: usize, rows: &[u32], inputs: &[u32]) -> Gathered {
    Gathered {
        capacity,
        rows: bench.upload(rows),
        inputs: bench.upload(inputs),
        truth: bench.upload::<u32>(&[]),
        weights: bench.upload::<u32>(&[]),
    }
}

pub(super) fn whole(bench: &mut Bench, shape: &Shape) {
    let (capacity, inputs, replicas) = (shape.capacity, shape.units, shape.replicas());
    for (parts, is_of_bytes) in [(1, false), (3, false), (1, true), (3, true)] {
        let table = Inputs::new(bench, is_of_bytes, ROWS * inputs);
        let scaling = bench.normal(replicas * 2 * inputs, 2.0);
        let rows = bench.below(replicas * capacity, ROWS);
        let mut expected = bench.below(replicas * capacity * inputs, 1000);
        let to = gathered(bench, capacity, &rows, &expected);
        let scaling_buffer = bench.upload(&scaling);
        let sources = bench.upload(&[0u32; 2]);
        let gather =
            Gather { inputs, scaling: &scaling_buffer, sources: &sources, augmentation: None };
        // Last part first: no part may write over the rows of the next one.
        for part in (0..parts).rev() {
            let (first, last) = (part * ROWS / parts, (part + 1) * ROWS / parts);
            let part = table.part(bench, first, last - first, inputs);
            let dispatch = gather.launch(&mut bench.dispatcher(replicas), &part, &to);
            bench.submit(&[dispatch], shape.steps());
        }
        let x = bench.read(&to.inputs, expected.len());
        for (replica, &used) in shape.rows.iter().enumerate() {
            let chosen = &rows[replica * capacity..][..used];
            let scaled = scaled(&table.values, inputs, &scaling[replica * 2 * inputs..], chosen);
            let own = replica * capacity * inputs;
            expected[own..own + scaled.len()].copy_from_slice(&words(&scaled));
        }
        bench.same(format!("x from {parts} parts, bytes: {is_of_bytes}"), &x, &expected);
    }
}

/// Windows of moments, which may lie in two parts of the table.
pub(super) fn windows(bench: &mut Bench, shape: &Shape) {
    let (capacity, replicas) = (shape.capacity, shape.replicas());
    for (parts, channels, length) in [(1, 1, 1), (1, 3, 7), (3, 2, 5)] {
        let inputs = channels * length;
        let table = Inputs::new(bench, false, ROWS * channels);
        let scaling = bench.normal(replicas * 2 * inputs, 2.0);
        let rows = bench.below(replicas * capacity, ROWS + 1 - length);
        let mut expected = bench.below(replicas * capacity * inputs, 1000);
        let to = gathered(bench, capacity, &rows, &expected);
        let scaling_buffer = bench.upload(&scaling);
        let sources = bench.upload(&[0u32; 2]);
        let gather =
            Gather { inputs, scaling: &scaling_buffer, sources: &sources, augmentation: None };
        for part in 0..parts {
            let (first, last) = (part * ROWS / parts, (part + 1) * ROWS / parts);
            let part = table.part(bench, first, last - first, channels);
            let part = Part { window: length, ..part };
            let dispatch = gather.launch(&mut bench.dispatcher(replicas), &part, &to);
            bench.submit(&[dispatch], shape.steps());
        }
        let x = bench.read(&to.inputs, expected.len());
        for (replica, &used) in shape.rows.iter().enumerate() {
            for i in 0..used {
                let at = replica * capacity + i;
                let own = (0..inputs).map(|e| {
                    table.values[(rows[at] as usize + e % length) * channels + e / length]
                });
                let own: Vec<f32> = own.collect();
                let row = scaled(&own, inputs, &scaling[replica * 2 * inputs..], &[0]);
                expected[at * inputs..][..inputs].copy_from_slice(&words(&row));
            }
        }
        bench.same(format!("x of windows of {length} from {parts} parts"), &x, &expected);
    }
}

/// Rows of numbers and of codes of categories, which may lie in two parts of the table.
pub(super) fn coded(bench: &mut Bench, shape: &Shape) {
    use CodedColumn::{Categories, Kept, Number};
    let (capacity, replicas) = (shape.capacity, shape.replicas());
    for (parts, columns) in [
        (1, vec![Categories(1)]),
        (2, vec![Number, Categories(5), Kept, Categories(70)]),
        (3, vec![Categories(2), Categories(3), Number]),
    ] {
        // Codes from -1, none of the categories, to one that is not there.
        let codes = bench.below(ROWS * columns.len(), 7);
        let values = codes.iter().map(|&code| code as f32 - 1.0).collect();
        let table = Inputs { is_of_bytes: false, values };
        let values = Array2::from_shape_vec((ROWS, columns.len()), table.values.clone());
        let rows_of = Coded { values: values.unwrap().mapv(f64::from), columns: columns.clone() };
        let inputs = rows_of.dim().1;
        let sources = sources(&rows_of);
        let sources = bench.upload(&sources);
        let scaling = bench.normal(replicas * 2 * inputs, 2.0);
        let rows = bench.below(replicas * capacity, ROWS);
        let mut expected = bench.below(replicas * capacity * inputs, 1000);
        let to = gathered(bench, capacity, &rows, &expected);
        let scaling_buffer = bench.upload(&scaling);
        let gather =
            Gather { inputs, scaling: &scaling_buffer, sources: &sources, augmentation: None };
        for part in 0..parts {
            let (first, last) = (part * ROWS / parts, (part + 1) * ROWS / parts);
            let part = table.part(bench, first, last - first, columns.len());
            let part = Part { coded_columns: Some(columns.len()), ..part };
            let dispatch = gather.launch(&mut bench.dispatcher(replicas), &part, &to);
            bench.submit(&[dispatch], shape.steps());
        }
        let x = bench.read(&to.inputs, expected.len());
        let table: Vec<f32> = rows_of.rows(0..ROWS).iter().map(|&value| value as f32).collect();
        for (replica, &used) in shape.rows.iter().enumerate() {
            let chosen = &rows[replica * capacity..][..used];
            let scaled = scaled(&table, inputs, &scaling[replica * 2 * inputs..], chosen);
            let own = replica * capacity * inputs;
            expected[own..own + scaled.len()].copy_from_slice(&words(&scaled));
        }
        bench.same(format!("x of {columns:?} from {parts} parts"), &x, &expected);
    }
}

/// Moves of rows of these axes: within a row of one element, of one line, and of awkward sizes.
const AUGMENTATIONS: [Augmentation; 5] = [
    Augmentation { sizes: [1, 1], shift: [0, 0], flips: [true, true] },
    Augmentation { sizes: [1, 13], shift: [0, 12], flips: [false, true] },
    Augmentation { sizes: [7, 1], shift: [3, 0], flips: [true, false] },
    Augmentation { sizes: [5, 3], shift: [4, 1], flips: [true, true] },
    Augmentation { sizes: [4, 9], shift: [1, 2], flips: [false, false] },
];

/// Rows of two channels, moved in training and in place in an evaluation.
pub(super) fn moved(bench: &mut Bench, shape: &Shape) {
    let (capacity, replicas) = (shape.capacity, shape.replicas());
    for (number, augmentation) in AUGMENTATIONS.into_iter().enumerate() {
        let inputs = 2 * augmentation.sizes.iter().product::<u32>() as usize;
        let table = Inputs::new(bench, number % 2 == 0, ROWS * inputs);
        let scaling = bench.normal(2 * inputs, 2.0);
        let rows = bench.below(replicas * capacity, ROWS);
        let mut expected = bench.below(replicas * capacity * inputs, 1000);
        let to = gathered(bench, capacity, &rows, &expected);
        let scaling_buffer = bench.upload(&scaling);
        let sources = bench.upload(&[0u32; 2]);
        let gather = Gather {
            inputs,
            scaling: &scaling_buffer,
            sources: &sources,
            augmentation: Some(augmentation),
        };
        let part = table.part(bench, 0, ROWS, inputs);
        let steps = steps(shape, number as u32);
        let dispatch = gather.launch(&mut bench.dispatcher(replicas), &part, &to);
        bench.submit(&[dispatch], steps.clone());
        let x = bench.read(&to.inputs, expected.len());
        for (replica, step) in steps.iter().enumerate() {
            for i in 0..step.rows {
                let at = replica * capacity + i as usize;
                let row = &table.values[rows[at] as usize * inputs..][..inputs];
                let row = scaled(row, inputs, &scaling, &[0]);
                let out = &mut expected[at * inputs..][..inputs];
                out.copy_from_slice(&words(&by_twin(augmentation, step, i, &row)));
            }
        }
        bench.same(format!("x moved by {augmentation:?}"), &x, &expected);
    }
}

/// Steps in the middle of an epoch; a second replica evaluates.
fn steps(shape: &Shape, epoch: u32) -> Vec<Step> {
    let mut steps = shape.steps();
    for (replica, step) in steps.iter_mut().enumerate() {
        let (first, shuffled) = (17 * replica as u32, u32::from(replica != 1));
        let (seed_low, seed_high) = (replica as u32, 5);
        *step = Step { fold: 0, epoch, first, shuffled, seed_low, seed_high, ..*step };
    }
    steps
}

/// Row i of a step, moved as the CPU moves it.
fn by_twin(augmentation: Augmentation, step: &Step, i: u32, row: &[f32]) -> Vec<f32> {
    if step.shuffled == 0 {
        return row.to_vec();
    }
    let seed = u64::from(step.seed_low) | u64::from(step.seed_high) << 32;
    in_place(row, augmentation.moves(seed, step.epoch).of(step.first + i))
}

/// The elements of a row where a move brings them.
fn in_place(row: &[f32], moved: Moved) -> Vec<f32> {
    let width = moved.width();
    let from = |e: usize| row[moved.line(e / width) * width + moved.column(e % width)];
    (0..row.len()).map(from).collect()
}
