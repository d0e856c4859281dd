//! Evaluation and prediction, in blocks of rows.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::execute::Executor;
use super::gather::Frame;
use super::matmul::Product;
use super::replica::{add_sums, gather};
use super::workspace::Workspace;
use crate::backend::Evaluation;
use crate::network::Layout;
use crate::params::{Replica, Run};

/// Rows of a block: enough for the products to run at full speed, few enough to stay in the cache.
const BLOCK: usize = 256;

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
    let workspace = || Workspace::new(&run.plan, BLOCK.min(rows.len()));
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
    if rows.len() <= BLOCK {
        // Waking a thread costs more than a block of a small network.
        total.add(&block(&mut workspace(), rows));
    } else {
        let blocks = rows.par_chunks(BLOCK);
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
    let mut workspace = Workspace::new(&run.plan, BLOCK.min(rows.nrows()));
    let mut predictions = Vec::with_capacity(rows.nrows() * outputs);
    for block in rows.axis_chunks_iter(ndarray::Axis(0), BLOCK) {
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
