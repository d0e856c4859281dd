//! A trained model on the rows of a file.

use super::output::PredictionFile;
use super::padding::without_padding;
use super::predictor::{Predictor, block_rows, columns, scaled};
use super::targets::truth;
use crate::backend::{Infer, Trained};
use crate::data::{Labelled, Rows};
use crate::error::{Error, Result};
use crate::memory::available;
use crate::metrics::{Metrics, Tally, Truth};
use crate::model::Model;

/// Predicts the rows of `rows` into `output`, block by block; tells `progress` the rows done. Returns the number
/// of rows.
pub async fn predict(
    predictor: &mut Predictor,
    rows: &mut Rows,
    output: &mut PredictionFile,
    mut progress: impl FnMut(u64),
) -> Result<u64> {
    let mut done = 0;
    while let Some(block) = rows.next_block(predictor.block_rows())? {
        let predictions = predictor.predict(&block.inputs, done).await;
        let predictions = predictions.map_err(|e| e.within(rows.name()))?;
        // The reader of standard output is gone.
        if !output.write(&predictions, &block.kept)? {
            break;
        }
        done += block.inputs.nrows() as u64;
        progress(done);
    }
    Ok(done)
}

/// The assumed memory where the system does not say.
const UNKNOWN_MEMORY: u64 = 8 << 30;

/// Refuses more classes than memory can count: each thread of a backend has two tables of class by class.
fn check_classes(classes: usize) -> Result<()> {
    let cells = (classes as u64).saturating_mul(classes as u64);
    let bytes = cells.saturating_mul(16 * rayon::current_num_threads() as u64);
    let available = available().unwrap_or(UNKNOWN_MEMORY);
    if bytes <= available {
        return Ok(());
    }
    Err(Error::input(format!(
        "an evaluation of {classes} classes counts {classes} x {classes} pairs of them on each thread, in {bytes} \
         bytes, and {available} are available; set RAYON_NUM_THREADS=1, or use predict and compare"
    )))
}

/// The truth of a forecast as values, not changes; None where there is no forecast.
fn values(model: &Model, data: &Labelled, truth: &Truth) -> Option<Truth> {
    let (Some(forecast), Truth::Values(outputs)) = (&model.forecast, truth) else { return None };
    let (inputs, mut values) = (&data.inputs, outputs.clone());
    let examples: Vec<usize> = data.examples.iter().cloned().flatten().collect();
    let element = |row: usize, input| inputs.element(examples[row], input);
    forecast.add_bases(inputs.ncols(), element, &mut values);
    Some(Truth::Values(values))
}

/// How good the model is on rows with targets. Every row counts the same.
pub async fn evaluate(
    model: &Model,
    data: &Labelled,
    open: impl AsyncFnOnce(Trained) -> Result<Box<dyn Infer>>,
    mut progress: impl FnMut(u64),
) -> Result<Metrics> {
    check_classes(model.labels.len())?;
    let truth = truth(model, data)?;
    // Figures are of values, losses of what the network gives.
    let values = values(model, data, &truth);
    // A row that f32 can't hold is refused before a device is opened.
    let (block_rows, columns) = (block_rows(model), columns(model));
    let samples = model.network.samples_with_lengths();
    let blocks = || data.blocks(block_rows);
    for block in blocks() {
        let (first, rows) = (block.start as u64, data.inputs.rows(block));
        let rows = without_padding(samples, columns.as_deref(), rows.view(), first)?;
        scaled(&model.inputs, columns.as_deref(), rows.view(), first)?;
    }
    let mut predictor = Predictor::with_targets(model, open).await?;
    let mut tally = Tally::new(model.labels.len(), values.as_ref().unwrap_or(&truth));
    let (mut first, mut loss_sum) = (0usize, 0.0);
    for block in blocks() {
        let block = data.inputs.rows(block);
        let truth = truth.rows(first..first + block.nrows());
        let evaluated = predictor.evaluate(block.view(), &truth, first as u64).await?;
        loss_sum += evaluated.loss_sum;
        tally.add(&evaluated.predictions, first);
        first += block.nrows();
        progress(first as u64);
    }
    Ok(Metrics::new(first, loss_sum / first as f64, tally))
}
