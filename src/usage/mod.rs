//! A trained model at work: predictions for the rows of a file, and how good they are.

mod curves;
mod metrics;
mod output;
mod own_splits;
mod predictor;

pub use curves::{average_precision, roc_auc};
pub use metrics::{ClassMetrics, Metrics, OutputMetrics, Quality};
pub use output::Output;
pub use own_splits::evaluate_own_splits;
pub use predictor::{Predictor, wanted};

use std::sync::Arc;

use ndarray::{Axis, concatenate};

use crate::artifact::Model;
use crate::backend::Backend;
use crate::data::{Labelled, Rows};
use crate::error::{Error, Result};
use crate::params::Run;

/// Predicts the rows of `rows` into `output`, a block at a time; `progress` is told of the rows that are
/// done. The number of rows.
pub fn predict(
    predictor: &mut Predictor,
    rows: &mut Rows,
    output: &mut Output,
    mut progress: impl FnMut(u64),
) -> Result<u64> {
    let mut done = 0;
    while let Some(block) = rows.next_block(predictor.block_rows())? {
        let predictions = predictor.predict(&block, done).map_err(|e| e.within(rows.name()))?;
        // A reader of standard output that has gone wants no more.
        if !output.write(&predictions)? {
            break;
        }
        done += block.nrows() as u64;
        progress(done);
    }
    Ok(done)
}

/// How good the model is on rows with targets. Every row counts the same.
pub fn evaluate(
    model: &Model,
    data: &Labelled,
    open: impl FnOnce(Arc<Run>) -> Result<Box<dyn Backend>>,
    mut progress: impl FnMut(u64),
) -> Result<Metrics> {
    let truth = predictor::truth(model, data)?;
    let (mut predictor, loss) = Predictor::with_targets(model, data, &truth, open)?;
    let mut predictions = vec![];
    let mut first = 0;
    for block in data.inputs.axis_chunks_iter(Axis(0), predictor.block_rows()) {
        predictions.push(predictor.predict(&block.to_owned(), first)?);
        first += block.nrows() as u64;
        progress(first);
    }
    let views: Vec<_> = predictions.iter().map(|block| block.view()).collect();
    let all = concatenate(Axis(0), &views)
        .map_err(|error| Error::failed(format!("the predictions can't be joined: {error}")))?;
    Ok(Metrics::new(model, loss, &all, &truth))
}
