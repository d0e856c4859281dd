//! Convolution, pooling, and their gradients.

use super::bench::{Argument, Bench, Shape, read, read_words, tolerance, wide, words};
use crate::cpu::conv1d::conv1d as conv1d_twin;
use crate::cpu::conv1d_input_gradient::conv1d_input_gradient as input_gradient_twin;
use crate::cpu::conv1d_kernel_gradient::conv1d_kernel_gradient as kernel_gradient_twin;
use crate::cpu::maxpool1d::maxpool1d as maxpool1d_twin;
use crate::cpu::maxpool1d_backward::maxpool1d_backward as maxpool1d_backward_twin;
use crate::gpu::device::kernel::Variant;
use crate::network::{Convolution, Padding, Pooling};

/// Convolutions of `shape.units` channels: kernels of 1, shorter and longer than the tile of terms, as
/// long as the signal, strides that leave samples out, padding on either side.
fn convolutions(shape: &Shape) -> Vec<Convolution> {
    let of = |(samples, filters, kernel, stride, padding)| {
        Convolution::new((shape.units, samples), filters, kernel, stride, padding).unwrap()
    };
    [
        (1, 1, 1, 1, Padding::Each(0)),
        (10, 3, 3, 1, Padding::Each(0)),
        (13, 17, 5, 1, Padding::Same),
        (16, 4, 8, 1, Padding::Same),
        (23, 5, 4, 3, Padding::Each(2)),
        (31, 2, 2, 5, Padding::Same),
        (9, 33, 9, 1, Padding::Each(8)),
        (7, 2, 7, 2, Padding::Each(0)),
    ]
    .map(of)
    .to_vec()
}

/// Where a kernel begins in the weights of a replica, and how many weights are none of it.
const FIRST: usize = 3;
const OTHERS: usize = 8;

/// The inputs and the weights of a convolution, and a gradient by its outputs.
struct Trial<'a> {
    shape: &'a Shape,
    convolution: Convolution,
    x: Vec<f32>,
    weights: Vec<f32>,
    delta: Vec<f32>,
}

impl<'a> Trial<'a> {
    fn new(bench: &mut Bench, shape: &'a Shape, convolution: Convolution) -> Self {
        let rows = shape.replicas() * shape.capacity;
        let total = convolution.filters * convolution.terms() + OTHERS;
        Trial {
            shape,
            convolution,
            x: bench.normal(rows * convolution.input_len(), 1.0),
            weights: bench.normal(shape.replicas() * total, 1.0),
            delta: bench.normal(rows * convolution.output_len(), 1.0),
        }
    }

    /// The weights of a replica.
    fn total(&self) -> usize {
        self.convolution.filters * self.convolution.terms() + OTHERS
    }

    fn numbers(&self) -> [u32; 10] {
        let Convolution { channels, samples, filters, kernel, stride, padding, positions } =
            self.convolution;
        let sizes = [channels, samples, filters, kernel, stride, padding, positions];
        let mut numbers = [self.shape.capacity; 10];
        numbers[1..8].copy_from_slice(&sizes);
        [numbers[8], numbers[9]] = [FIRST, self.total()];
        numbers.map(|number| number as u32)
    }

    /// A kernel of three buffers on tiles of (rows, columns); the last is written.
    fn launch(
        &self,
        bench: &mut Bench,
        name: &'static str,
        [first, second]: [&[f32]; 2],
        out: &mut Vec<u32>,
        (rows, columns): (usize, usize),
    ) {
        let arguments = &mut [read(first), read(second), Argument::Write(out)];
        let tiles = [columns.div_ceil(64), rows.div_ceil(16)];
        let kernel = (name, Variant::default());
        bench.launch(kernel, &self.numbers(), arguments, tiles, self.shape.steps());
    }

    /// The rows in use of a replica, and its kernel; as they are, or their magnitudes.
    fn of(&self, replica: usize, values: &[f32], len: usize, magnitudes: bool) -> Vec<f64> {
        let capacity = self.shape.capacity;
        let own = &values[replica * capacity * len..][..self.shape.rows[replica] * len];
        as_terms(wide(own), magnitudes)
    }

    fn kernel(&self, replica: usize, magnitudes: bool) -> Vec<f64> {
        let len = self.convolution.filters * self.convolution.terms();
        as_terms(wide(&self.weights[replica * self.total() + FIRST..][..len]), magnitudes)
    }

    /// What the twin makes of each replica's rows, and the same of magnitudes.
    fn by_twin(&self, twin: impl Fn(usize, bool) -> Vec<f64>) -> [Vec<Vec<f64>>; 2] {
        [false, true].map(|m| (0..self.shape.replicas()).map(|replica| twin(replica, m)).collect())
    }
}

fn as_terms(values: Vec<f64>, magnitudes: bool) -> Vec<f64> {
    if magnitudes { values.into_iter().map(f64::abs).collect() } else { values }
}

pub(super) fn conv1d(bench: &mut Bench, shape: &Shape) {
    for convolution in convolutions(shape) {
        let trial = Trial::new(bench, shape, convolution);
        let before = words(&trial.delta);
        let mut z = before.clone();
        let sizes = (convolution.filters, shape.capacity * convolution.positions);
        trial.launch(bench, "conv1d", [&trial.weights, &trial.x], &mut z, sizes);
        let row = convolution.output_len();
        let [expected, terms] = trial.by_twin(|replica, magnitudes| {
            let x = trial.of(replica, &trial.x, convolution.input_len(), magnitudes);
            let mut z = vec![0.0; shape.rows[replica] * row];
            conv1d_twin(&convolution, &x, &trial.kernel(replica, magnitudes), &mut z, &mut vec![]);
            z
        });
        bench.rows("z", shape, row, (&z, &before), |replica, i, e| {
            let at = i * row + e;
            (expected[replica][at], tolerance(convolution.terms(), terms[replica][at]))
        });
    }
}

pub(super) fn conv1d_input_gradient(bench: &mut Bench, shape: &Shape) {
    for convolution in convolutions(shape) {
        let trial = Trial::new(bench, shape, convolution);
        let before = words(&trial.x);
        let mut below = before.clone();
        let sizes = (convolution.channels, shape.capacity * convolution.samples);
        let factors = [&trial.weights[..], &trial.delta];
        trial.launch(bench, "conv1d_input_gradient", factors, &mut below, sizes);
        let row = convolution.input_len();
        let [expected, terms] = trial.by_twin(|replica, magnitudes| {
            let delta = trial.of(replica, &trial.delta, convolution.output_len(), magnitudes);
            let kernel = trial.kernel(replica, magnitudes);
            let mut below = vec![0.0; shape.rows[replica] * row];
            input_gradient_twin(&convolution, &delta, &kernel, &mut below, &mut vec![]);
            below
        });
        bench.rows("dx", shape, row, (&below, &before), |replica, i, e| {
            let at = i * row + e;
            let length = convolution.filters * convolution.kernel;
            (expected[replica][at], tolerance(length, terms[replica][at]))
        });
    }
}

pub(super) fn conv1d_kernel_gradient(bench: &mut Bench, shape: &Shape) {
    for convolution in convolutions(shape) {
        let trial = Trial::new(bench, shape, convolution);
        let mut gradients = words(&trial.weights);
        let sizes = (convolution.filters, convolution.terms());
        let factors = [&trial.delta[..], &trial.x];
        trial.launch(bench, "conv1d_kernel_gradient", factors, &mut gradients, sizes);
        let [expected, terms] = trial.by_twin(|replica, magnitudes| {
            let x = trial.of(replica, &trial.x, convolution.input_len(), magnitudes);
            let delta = trial.of(replica, &trial.delta, convolution.output_len(), magnitudes);
            let mut gradient = vec![7.0; convolution.filters * convolution.terms()];
            kernel_gradient_twin(&convolution, &delta, &x, &mut gradient, &mut vec![]);
            gradient
        });
        let mut rest = words(&trial.weights);
        for (replica, &rows) in shape.rows.iter().enumerate() {
            for (e, expected) in expected[replica].iter().enumerate() {
                let at = replica * trial.total() + FIRST + e;
                let bound = tolerance(rows * convolution.positions, terms[replica][e]);
                bench.near(format!("dW[{replica}, {e}]"), gradients[at], *expected, bound);
                rest[at] = gradients[at];
            }
        }
        bench.same("the other gradients", &gradients, &rest);
    }
}

/// Pools of `shape.units` channels: windows that overlap, lie side by side, leave samples out.
fn poolings(shape: &Shape) -> Vec<Pooling> {
    let of = |(samples, size, stride)| Pooling::new((shape.units, samples), size, stride).unwrap();
    [(1, 1, 1), (8, 2, 2), (9, 3, 1), (17, 5, 2), (10, 2, 4), (6, 6, 6), (70, 3, 3)]
        .map(of)
        .to_vec()
}

fn pooling_numbers(shape: &Shape, pooling: &Pooling) -> [u32; 6] {
    let &Pooling { channels, samples, size, stride, positions } = pooling;
    [shape.capacity, channels, samples, size, stride, positions].map(|number| number as u32)
}

/// Few different values, so that there are ties, and some NaN.
fn tied(bench: &mut Bench, len: usize) -> Vec<f32> {
    let value = |v: u32| if v == 6 { f32::NAN } else { v as f32 - 3.0 };
    bench.below(len, 7).into_iter().map(value).collect()
}

pub(super) fn maxpool1d(bench: &mut Bench, shape: &Shape) {
    for pooling in poolings(shape) {
        let rows = shape.replicas() * shape.capacity;
        let x = tied(bench, rows * pooling.input_len());
        let before = words(&bench.normal(rows * pooling.output_len(), 1.0));
        let (mut y, mut winners) = (before.clone(), before.clone());
        bench.launch(
            ("maxpool1d", Variant::default()),
            &pooling_numbers(shape, &pooling),
            &mut [read(&x), Argument::Write(&mut y), Argument::Write(&mut winners)],
            shape.grid(pooling.output_len()),
            shape.steps(),
        );
        // Every value is one of x: all is exact.
        let (mut expected, mut places) = (before.clone(), before);
        for (replica, &rows) in shape.rows.iter().enumerate() {
            let from = replica * shape.capacity;
            let x = &x[from * pooling.input_len()..][..rows * pooling.input_len()];
            let own = from * pooling.output_len()..(from + rows) * pooling.output_len();
            let mut largest = vec![0.0f32; own.len()];
            maxpool1d_twin(&pooling, x, &mut largest, &mut places[own.clone()]);
            expected[own].copy_from_slice(&words(&largest));
        }
        bench.same("y", &y, &expected);
        bench.same("winners", &winners, &places);
    }
}

pub(super) fn maxpool1d_backward(bench: &mut Bench, shape: &Shape) {
    for pooling in poolings(shape) {
        let rows = shape.replicas() * shape.capacity;
        let x = tied(bench, rows * pooling.input_len());
        let delta = bench.normal(rows * pooling.output_len(), 1.0);
        let (mut y, mut winners) = (vec![0.0; delta.len()], vec![0; delta.len()]);
        maxpool1d_twin(&pooling, &x, &mut y, &mut winners);
        let before = words(&x);
        let mut below = before.clone();
        bench.launch(
            ("maxpool1d_backward", Variant::default()),
            &pooling_numbers(shape, &pooling),
            &mut [read(&delta), read_words(&winners), Argument::Write(&mut below)],
            shape.grid(pooling.input_len()),
            shape.steps(),
        );
        let by_twin = |delta: &[f64]| {
            let mut below = vec![0.0; x.len()];
            maxpool1d_backward_twin(&pooling, delta, &winners, &mut below);
            below
        };
        let expected = by_twin(&wide(&delta));
        let terms = by_twin(&as_terms(wide(&delta), true));
        let row = pooling.input_len();
        bench.rows("dx", shape, row, (&below, &before), |replica, i, e| {
            let at = (replica * shape.capacity + i) * row + e;
            (expected[at], tolerance(pooling.size, terms[at]))
        });
    }
}
