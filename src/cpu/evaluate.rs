//! Evaluation and prediction, in blocks of rows.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::execute::Executor;
use super::gather::Frame;
use super::matmul::Product;
use super::replica::{add_sums, gather};
use super::workspace::Workspace;
use crate::backend::Evaluation;
use crate::network::{Layout, Plan};
use crate::params::{Replica, Run};

/// Rows of a block: enough for the products to run at full speed.
const BLOCK: usize = 256;
/// Numbers that the buffers of a block hold: few enough to stay in the cache, where rows are long.
const NUMBERS: usize = 1 << 20;

/// Rows of a block of this plan.
pub(super) fn block_rows(plan: &Plan) -> usize {
    (NUMBERS / plan.row_elements()).clamp(1, BLOCK)
}

/// The sums over `rows`. Blocks are shared among threads but added in their order, so that the bits
/// do not depend on the number of threads.
pub(super) fn evaluate<T: Product>(
    run: &Run,
    layout: &Layout,
    frame: &Frame<T>,
    weights: &[T],
    rows: &[u32],
) -> Evaluation {
    if rows.is_empty() {
        return Evaluation::default();
    }
    let executor = Executor { plan: &run.plan, layout, weights };
    let block_rows = block_rows(&run.plan);
    let workspace = || Workspace::new(&run.plan, block_rows.min(rows.len()));
    let block = |workspace: &mut Workspace<T>, rows: &[u32]| {
        let mut sums = Evaluation::default();
        workspace.rows = rows.len();
        gather(run, frame, rows, workspace);
        executor.forward(workspace, false);
        executor.loss(workspace, T::ONE);
        add_sums(&run.plan, workspace, &mut sums);
        sums
    };
    let mut total = Evaluation::default();
    if rows.len() <= block_rows {
        // Waking a thread costs more than a block of a small network.
        total.add(&block(&mut workspace(), rows));
    } else {
        let blocks = rows.par_chunks(block_rows);
        let sums: Vec<Evaluation> = blocks.map_init(workspace, block).collect();
        sums.iter().for_each(|sums| total.add(sums));
    }
    total
}

/// The outputs for centred rows, shape (rows, outputs), in original units.
pub(super) fn predict<T: Product>(
    run: &Run,
    replica: &Replica,
    layout: &Layout,
    frame: &Frame<T>,
    weights: &[T],
    rows: ArrayView2<f32>,
) -> Array2<f32> {
    let executor = Executor { plan: &run.plan, layout, weights };
    let outputs = run.network.outputs();
    let block_rows = block_rows(&run.plan);
    let mut workspace = Workspace::new(&run.plan, block_rows.min(rows.nrows()));
    let mut predictions = Vec::with_capacity(rows.nrows() * outputs);
    for block in rows.axis_chunks_iter(ndarray::Axis(0), block_rows) {
        workspace.rows = block.nrows();
        workspace.with(run.plan.input, |inputs, _| {
            let rows = block.outer_iter().map(|row| row.to_slice().unwrap_or_default());
            frame.scale_inputs(rows, inputs);
        });
        executor.forward(&mut workspace, false);
        executor.predict(&mut workspace);
        let output = workspace.of(run.plan.output).iter().enumerate();
        predictions.extend(output.map(|(i, y)| replica.original(i % outputs, y.to_f64())));
    }
    let shape = (rows.nrows(), outputs);
    Array2::from_shape_vec(shape, predictions).unwrap_or_else(|_| Array2::zeros(shape))
}
