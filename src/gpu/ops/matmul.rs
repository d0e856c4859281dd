//! Launches `shaders/matmul.wgsl`, on small or on large tiles.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::Launcher;
use super::tiles::{LargeTiles, tiled};
use crate::gpu::device::dispatch::{Binding, Dispatch, word};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::{MATMUL, MATMUL_LARGE};
use crate::plan::access::Mode;
use crate::plan::ops::matmul::{Factor, MatMul, Matrix, Out};
use crate::plan::{TensorId, View};

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    m: u32,
    k: u32,
    n: u32,
    batch_axis: u32,
    batch_rows: u32,
    left: u32,
    left_stride: u32,
    left_row: u32,
    right: u32,
    right_stride: u32,
    right_row: u32,
    out: u32,
    out_stride: u32,
    out_row: u32,
}

impl Launch for MatMul {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let [m, _, n] = self.sizes(at);
        let is_large = LargeTiles::OF_MATRICES.gain(&at.dispatcher, [m, n], 1);
        launch(self, at, is_large)
    }
}

impl MatMul {
    /// m, k and n.
    fn sizes(&self, at: &Launcher) -> [usize; 3] {
        let (left, right) = (factor(at, self.left), factor(at, self.right));
        let (m, k) = left.shape(self.left.transposed);
        [m, k, right.shape(self.right.transposed).1]
    }
}

/// The product on small or on large tiles.
fn launch(product: &MatMul, at: &mut Launcher, is_large: bool) -> Dispatch {
    let MatMul { left: left_factor, right: right_factor, out, mode } = *product;
    let [m, k, n] = product.sizes(at);
    let (left, right) = (factor(at, left_factor), factor(at, right_factor));
    let out = match out {
        Out::View(view) => Placed { binding: at.write(view.buffer), ..view_of(at, view) },
        Out::Gradient(tensor) => Placed { binding: at.gradients(), ..tensor_of(at, tensor) },
    };
    let parameters = Parameters {
        m: word(m),
        k: word(k),
        n: word(n),
        // The rows of a view are a batch: of the left factor, or of both if the left is transposed.
        batch_axis: u32::from(left_factor.transposed),
        batch_rows: left.batch_rows,
        left: left.first,
        left_stride: left.stride,
        left_row: left.row,
        right: right.first,
        right_stride: right.stride,
        right_row: right.row,
        out: out.first,
        out_stride: out.stride,
        out_row: out.row,
    };
    let constants = [
        ("LEFT_TRANSPOSED", left_factor.transposed),
        ("RIGHT_TRANSPOSED", right_factor.transposed),
        ("ADDS", mode == Mode::Add),
    ];
    let variant = Variant { constants: &constants, ..Variant::default() };
    let buffers = [left.binding, right.binding, out.binding];
    if is_large {
        let size = LargeTiles::OF_MATRICES.size([m, k, n]);
        at.dispatch(MATMUL_LARGE, variant, parameters, &buffers, size)
    } else {
        at.dispatch(MATMUL, variant, parameters, &buffers, tiled([m, k, n]))
    }
}

/// A matrix in a buffer, one per replica.
#[derive(Clone, Copy)]
struct Placed<'a> {
    binding: Binding<'a>,
    rows: usize,
    columns: usize,
    /// Where the matrix of the first replica begins.
    first: u32,
    /// Elements from one replica to the next, and from one row to the next.
    stride: u32,
    row: u32,
    /// Rows of the matrix per row of the batch.
    batch_rows: u32,
}

impl Placed<'_> {
    fn shape(&self, transposed: bool) -> (usize, usize) {
        if transposed { (self.columns, self.rows) } else { (self.rows, self.columns) }
    }
}

fn factor<'a>(at: &Launcher<'a>, factor: Factor) -> Placed<'a> {
    match factor.matrix {
        Matrix::View(view) => view_of(at, view),
        Matrix::Tensor(tensor) => tensor_of(at, tensor),
    }
}

fn view_of<'a>(at: &Launcher<'a>, view: View) -> Placed<'a> {
    let row_len = at.plan.row_len(view.buffer);
    let capacity = at.workspace.capacity;
    Placed {
        binding: at.read(view.buffer),
        rows: capacity * view.rows,
        columns: view.columns,
        first: word(view.offset),
        stride: word(capacity * row_len),
        row: word(view.stride(row_len)),
        batch_rows: word(view.rows),
    }
}

fn tensor_of<'a>(at: &Launcher<'a>, tensor: TensorId) -> Placed<'a> {
    let rows = at.plan.tensors[tensor.0].shape[0];
    let columns = at.plan.tensor_len(tensor) / rows;
    Placed {
        binding: at.tensors(),
        rows,
        columns,
        first: at.first(tensor),
        stride: at.total(),
        row: word(columns),
        batch_rows: 1,
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::tolerance;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    /// x · Wᵀ, delta · W and deltaᵀ · x of a dense layer of n units.
    fn products(
        trial: &mut Trial,
        bench: &mut Bench,
        units: usize,
        n: usize,
        mode: Mode,
    ) -> [MatMul; 3] {
        let [x, z, delta, below] = [units, n, n, units].map(|row| trial.buffer(bench, row));
        let weight = trial.tensor(bench, &[n, units]);
        let [x, z, delta, below] = [x, z, delta, below].map(|buffer| trial.plan.whole(buffer));
        let (weights, gradient) = (Factor::tensor(weight), Out::Gradient(weight));
        let [x, delta] = [x, delta].map(Factor::view);
        [
            MatMul { left: x, right: weights.transpose(), out: Out::View(z), mode },
            MatMul { left: delta, right: weights, out: Out::View(below), mode },
            MatMul { left: delta.transpose(), right: x, out: gradient, mode },
        ]
    }

    /// The terms of a product's sums in a replica of `rows` rows, the old value among them.
    fn terms(product: &MatMul, trial: &Trial, rows: usize) -> usize {
        1 + match (product.left.matrix, product.left.transposed) {
            (Matrix::View(view), true) => rows * view.rows,
            (Matrix::View(view), false) => view.columns,
            (Matrix::Tensor(tensor), _) => trial.plan.tensor_len(tensor),
        }
    }

    fn prove_all(bench: &mut Bench, shape: &Shape, sizes: &[usize], is_large: bool) {
        for (i, &n) in sizes.iter().enumerate() {
            let mode = if i == 1 { Mode::Add } else { Mode::Set };
            let mut trial = Trial::new(bench, shape);
            for product in products(&mut trial, bench, shape.units, n, mode) {
                prove_one(bench, &trial, product, is_large);
            }
        }
    }

    fn prove_one(bench: &mut Bench, trial: &Trial, product: MatMul, is_large: bool) {
        let operation = product.clone().into();
        trial.launched(
            bench,
            &operation,
            |at| vec![launch(&product, at, is_large)],
            |written| tolerance(terms(&product, trial, written.rows), written.terms),
        );
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        prove_all(bench, shape, &[1, 16, 37], false);
        prove_views(bench, shape);
    }

    /// The large tiles.
    pub fn prove_large(bench: &mut Bench, shape: &Shape) {
        prove_all(bench, shape, &[1, 130], true);
    }

    /// Parts of rows: all steps of a sequence at once, one of them, and one gate of four.
    fn prove_views(bench: &mut Bench, shape: &Shape) {
        let (steps, features, n) = (3, shape.units, 4);
        let mut trial = Trial::new(bench, shape);
        let [x, gates] = [features, 4 * n].map(|row| trial.buffer(bench, steps * row));
        let weight = trial.tensor(bench, &[n, features]);
        let all = |buffer, offset, columns| View { buffer, offset, rows: steps, columns };
        let one = |buffer, offset, columns| View { buffer, offset, rows: 1, columns };
        let weights = Factor::tensor(weight).transpose();
        for (mode, x, gate) in [
            (Mode::Set, all(x, 0, features), all(gates, n, n)),
            (Mode::Add, all(x, 0, features), all(gates, 0, n)),
            (Mode::Set, one(x, 2 * features, features), one(gates, 5 * n, n)),
        ] {
            let x = Factor::view(x);
            let forward = MatMul { left: x, right: weights, out: Out::View(gate), mode };
            prove_one(bench, &trial, forward, false);
            let gate = Factor::view(gate).transpose();
            let gradient = MatMul { left: gate, right: x, out: Out::Gradient(weight), mode };
            prove_one(bench, &trial, gradient, false);
        }
    }
}
