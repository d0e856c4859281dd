//! Products and sums over a batch.

use super::bench::{Argument, Bench, Shape, read, tolerance, wide, words};
use crate::cpu::bias_gradient::bias_gradient as bias_gradient_twin;
use crate::cpu::matmul::{Matrix, matmul};
use crate::cpu::prelu_gradient::prelu_gradient as prelu_gradient_twin;
use crate::gpu::device::kernel::Variant;
use crate::gpu::ops::layered::{LARGE_TILE, TILE, folded};

/// The sizes of a product in one replica, and which factors are stored turned.
struct Product {
    m: usize,
    k: usize,
    n: usize,
    left_transposed: bool,
    right_transposed: bool,
}

/// x (batch, units) · W (units, n).
pub(super) fn matmul_forward(bench: &mut Bench, shape: &Shape) {
    product(bench, shape, false, false);
}

/// delta (batch, units) · Wᵀ, W (n, units).
pub(super) fn matmul_backward(bench: &mut Bench, shape: &Shape) {
    product(bench, shape, false, true);
}

/// aᵀ · delta, a (batch, units), delta (batch, n).
pub(super) fn matmul_gradient(bench: &mut Bench, shape: &Shape) {
    product(bench, shape, true, false);
}

fn product(bench: &mut Bench, shape: &Shape, left_transposed: bool, right_transposed: bool) {
    for n in [1, 16, 37] {
        let sizes = product_of(shape, n, left_transposed, right_transposed);
        one_product(bench, shape, ("matmul", TILE), &sizes);
    }
}

fn product_of(shape: &Shape, n: usize, left_transposed: bool, right_transposed: bool) -> Product {
    let (capacity, units) = (shape.capacity, shape.units);
    let (m, k) = if left_transposed { (units, capacity) } else { (capacity, units) };
    Product { m, k, n, left_transposed, right_transposed }
}

/// The large tiles, in every transposition.
pub(super) fn matmul_large(bench: &mut Bench, shape: &Shape) {
    for (left_transposed, right_transposed) in [(false, false), (false, true), (true, false)] {
        for n in [1, 130] {
            let sizes = product_of(shape, n, left_transposed, right_transposed);
            one_product(bench, shape, ("matmul_large", LARGE_TILE), &sizes);
        }
    }
}

fn one_product(
    bench: &mut Bench,
    shape: &Shape,
    (kernel, [tile_rows, tile_columns, _]): (&'static str, [usize; 3]),
    sizes: &Product,
) {
    let &Product { m, k, n, left_transposed, right_transposed } = sizes;
    let replicas = shape.replicas();
    // Each matrix begins behind some numbers that are none of its own, and ends before others.
    let (first, gap) = ([3, 5, 7], 11);
    let lens = [m * k, k * n, m * n];
    let strides = lens.map(|len| len + gap);
    let [left, right, before] =
        [0, 1, 2].map(|i| bench.normal(first[i] + replicas * strides[i], 1.0));
    let mut out = words(&before);
    let batch_axis = usize::from(left_transposed);
    let numbers =
        [m, k, n, batch_axis, first[0], strides[0], first[1], strides[1], first[2], strides[2]];
    let constants = [("LEFT_TRANSPOSED", left_transposed), ("RIGHT_TRANSPOSED", right_transposed)];
    bench.launch(
        (kernel, Variant { constants: &constants, ..Variant::default() }),
        &numbers.map(|number| number as u32),
        &mut [read(&left), read(&right), Argument::Write(&mut out)],
        [n.div_ceil(tile_columns), m.div_ceil(tile_rows)],
        shape.steps(),
    );
    let mut rest = words(&before);
    for (replica, &rows) in shape.rows.iter().enumerate() {
        let (m, k) = if left_transposed { (m, rows) } else { (rows, k) };
        let of = |values: &[f32], i: usize, len: usize| {
            wide(&values[first[i] + replica * strides[i]..][..len])
        };
        let (left, right) = (of(&left, 0, m * k), of(&right, 1, k * n));
        let multiplied = |left: &[f64], right: &[f64]| {
            let turned = |t: bool, (rows, columns): (usize, usize)| {
                if t { (columns, rows) } else { (rows, columns) }
            };
            let (left_rows, left_columns) = turned(left_transposed, (m, k));
            let (right_rows, right_columns) = turned(right_transposed, (k, n));
            let left = Matrix {
                values: left,
                rows: left_rows,
                columns: left_columns,
                transposed: left_transposed,
            };
            let right = Matrix {
                values: right,
                rows: right_rows,
                columns: right_columns,
                transposed: right_transposed,
            };
            let mut out = vec![0.0; m * n];
            matmul(left, right, &mut out);
            out
        };
        let magnitudes =
            |values: &[f64]| values.iter().map(|value| value.abs()).collect::<Vec<_>>();
        let expected = multiplied(&left, &right);
        let terms = multiplied(&magnitudes(&left), &magnitudes(&right));
        for (i, (expected, terms)) in expected.iter().zip(terms).enumerate() {
            let at = first[2] + replica * strides[2] + i;
            let what = format!("out[{replica}, {}, {}] of {n}", i / n, i % n);
            bench.near(what, out[at], *expected, tolerance(k, terms));
            rest[at] = out[at];
        }
    }
    bench.same("what is not the product", &out, &rest);
}

pub(super) fn bias_gradient(bench: &mut Bench, shape: &Shape) {
    // A dense layer's, and one of signals.
    for positions in [1, 7, 70] {
        bias_gradient_of(bench, shape, positions);
    }
}

fn bias_gradient_of(bench: &mut Bench, shape: &Shape, positions: usize) {
    let (channels, replicas) = (shape.units, shape.replicas());
    let row = channels * positions;
    let (bias, weights) = (3, channels + 8);
    let delta = bench.normal(replicas * shape.capacity * row, 1.0);
    let before = words(&bench.normal(replicas * weights, 1.0));
    let mut gradients = before.clone();
    bench.launch(
        ("bias_gradient", Variant::default()),
        &[shape.capacity, channels, positions, bias, weights].map(|number| number as u32),
        &mut [read(&delta), Argument::Write(&mut gradients)],
        folded(channels),
        shape.steps(),
    );
    let mut rest = before;
    for (replica, &rows) in shape.rows.iter().enumerate() {
        let delta = wide(&delta[replica * shape.capacity * row..][..rows * row]);
        let magnitudes: Vec<f64> = delta.iter().map(|delta| delta.abs()).collect();
        let (mut expected, mut terms) = (vec![0.0; channels], vec![0.0; channels]);
        bias_gradient_twin(&delta, &mut expected, positions);
        bias_gradient_twin(&magnitudes, &mut terms, positions);
        for c in 0..channels {
            let at = replica * weights + bias + c;
            let bound = tolerance(rows * positions, terms[c]);
            bench.near(format!("db[{replica}, {c}]"), gradients[at], expected[c], bound);
            rest[at] = gradients[at];
        }
    }
    bench.same("the other gradients", &gradients, &rest);
}

pub(super) fn prelu_gradient(bench: &mut Bench, shape: &Shape) {
    let (units, replicas) = (shape.units, shape.replicas());
    let (alpha, weights) = (2, 6);
    let all = replicas * shape.capacity * units;
    let (z, delta) = (bench.normal(all, 1.0), bench.normal(all, 1.0));
    let before = words(&bench.normal(replicas * weights, 1.0));
    let mut gradients = before.clone();
    bench.launch(
        ("prelu_gradient", Variant::default()),
        &[shape.capacity, units, alpha, weights].map(|number| number as u32),
        &mut [read(&z), read(&delta), Argument::Write(&mut gradients)],
        [1, 1],
        shape.steps(),
    );
    let mut rest = before;
    for (replica, &rows) in shape.rows.iter().enumerate() {
        let own = replica * shape.capacity * units;
        let of = |values: &[f32]| wide(&values[own..own + rows * units]);
        let (z, delta) = (of(&z), of(&delta));
        let terms = z.iter().zip(&delta).map(|(z, delta)| (z.min(0.0) * delta).abs()).sum();
        let at = replica * weights + alpha;
        let expected = prelu_gradient_twin(&z, &delta);
        let bound = tolerance(rows * units, terms);
        bench.near(format!("dα[{replica}]"), gradients[at], expected, bound);
        rest[at] = gradients[at];
    }
    bench.same("the other gradients", &gradients, &rest);
}
