//! A model on a backend.

use ndarray::{Array2, ArrayView2};

use super::padding::without_padding;
use crate::backend::{Evaluated, Infer, Trained};
use crate::data::{Forecast, Scaling};
use crate::error::{Error, Result};
use crate::metrics::Truth;
use crate::model::Model;
use crate::plan::Loss;

/// The most numbers among the inputs, or the outputs, of a block.
const BLOCK_NUMBERS: usize = 1 << 20;
/// The most rows of a block.
const MOST_ROWS: usize = 4096;

/// Predicts rows in original units.
///
/// Inputs are scaled here, in f64: rows keep their differences, however far from 0 the values are.
pub struct Predictor {
    infer: Box<dyn Infer>,
    inputs: Scaling,
    /// The column of each input, where the channels of a row come last.
    columns: Option<Vec<usize>>,
    /// Rows are its windows, if there is one.
    forecast: Option<Forecast>,
    /// The samples of a row, where each row has a length.
    samples: Option<usize>,
    /// Tells the meaning of the outputs: with one sigmoid, the probability of the second of two classes.
    loss: Loss,
    block_rows: usize,
}

impl Predictor {
    /// The model on the backend that `open` makes.
    pub async fn new(
        model: &Model,
        open: impl AsyncFnOnce(Trained) -> Result<Box<dyn Infer>>,
    ) -> Result<Self> {
        Self::on(model, model.trained()?, open).await
    }

    /// The same for rows with targets. It predicts values less the model's shifts, like the truth's.
    pub(super) async fn with_targets(
        model: &Model,
        open: impl AsyncFnOnce(Trained) -> Result<Box<dyn Infer>>,
    ) -> Result<Self> {
        let mut trained = model.trained()?;
        trained.targets.shift.fill(0.0);
        Self::on(model, trained, open).await
    }

    async fn on(
        model: &Model,
        trained: Trained,
        open: impl AsyncFnOnce(Trained) -> Result<Box<dyn Infer>>,
    ) -> Result<Self> {
        Ok(Predictor {
            infer: open(trained).await?,
            inputs: model.inputs.clone(),
            columns: columns(model),
            forecast: model.forecast.clone(),
            samples: model.network.samples_with_lengths(),
            loss: model.network.loss(),
            block_rows: block_rows(model),
        })
    }

    /// The best number of rows per call.
    pub fn block_rows(&self) -> usize {
        self.block_rows
    }

    /// For rows in original units, shape (rows, inputs): the probabilities of the classes, shape
    /// (rows, classes), or of the labels, shape (rows, labels), or the values, shape (rows, outputs).
    /// Probabilities are f32s. `first` is the number of the first row, for messages.
    pub async fn predict(&mut self, rows: &Array2<f64>, first: u64) -> Result<Array2<f64>> {
        let scaled = self.scaled(rows.view(), first)?;
        let outputs = self.infer.predict(scaled.view()).await?;
        Ok(self.predictions(outputs, rows.view()))
    }

    /// The same, and the sum of the losses against these targets.
    pub(super) async fn evaluate(
        &mut self,
        rows: ArrayView2<'_, f64>,
        truth: &Truth,
        first: u64,
    ) -> Result<Evaluated> {
        let scaled = self.scaled(rows, first)?;
        let Evaluated { predictions, loss_sum } = self.infer.evaluate(scaled.view(), truth).await?;
        Ok(Evaluated { predictions: self.predictions(predictions, rows), loss_sum })
    }

    /// Rows as the network takes them.
    fn scaled(&self, rows: ArrayView2<f64>, first: u64) -> Result<Array2<f32>> {
        let columns = self.columns.as_deref();
        let rows = without_padding(self.samples, columns, rows, first)?;
        scaled(&self.inputs, columns, rows.view(), first)
    }

    /// From the outputs of the network on these rows, in original units, to predictions.
    fn predictions(&self, mut outputs: Array2<f64>, rows: ArrayView2<f64>) -> Array2<f64> {
        match self.loss {
            Loss::OfValues(_) => {
                if let Some(forecast) = &self.forecast {
                    let element = |row, input| rows[[row, input]];
                    forecast.add_bases(rows.ncols(), element, &mut outputs);
                }
                outputs
            }
            Loss::SoftmaxCrossEntropy | Loss::MultiLabelCrossEntropy => {
                outputs.mapv(|p| f64::from(p as f32))
            }
            Loss::BinaryCrossEntropy => {
                Array2::from_shape_fn((outputs.nrows(), 2), |(row, class)| {
                    let of_second = outputs[[row, 0]] as f32;
                    f64::from(if class == 0 { 1.0 - of_second } else { of_second })
                })
            }
        }
    }
}

/// The rows of a block.
pub(super) fn block_rows(model: &Model) -> usize {
    let widest = model.network.inputs().max(model.network.outputs()).max(1);
    (BLOCK_NUMBERS / widest).clamp(1, MOST_ROWS)
}

/// The column of each input of the model in rows of its data; None where it is the input's own.
pub(super) fn columns(model: &Model) -> Option<Vec<usize>> {
    let columns = model.input_layout.columns(&model.network.input);
    // The length of a row stays behind it.
    columns.map(|own| {
        own.into_iter().chain(model.network.elements()..model.network.inputs()).collect()
    })
}

/// (value - shift) · scale in f64, as f32; `columns` has the column of each input.
pub(super) fn scaled(
    scaling: &Scaling,
    columns: Option<&[usize]>,
    rows: ArrayView2<f64>,
    first: u64,
) -> Result<Array2<f32>> {
    let column = |input: usize| columns.map_or(input, |columns| columns[input]);
    let mut values = Vec::with_capacity(rows.len());
    for row in rows.outer_iter() {
        for (input, (shift, scale)) in scaling.shift.iter().zip(&scaling.scale).enumerate() {
            values.push(((row[column(input)] - shift) * scale) as f32);
        }
    }
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        let (row, column) = (at / rows.ncols(), column(at % rows.ncols()));
        return Err(Error::input(format!(
            "row {}, column {column} (counted from 0) is {:e}, which f32 can't hold once it is scaled as \
             the model's data were",
            first + row as u64,
            rows[[row, column]]
        )));
    }
    Array2::from_shape_vec(rows.dim(), values)
        .map_err(|error| Error::failed(format!("rows of a wrong shape: {error}")))
}
