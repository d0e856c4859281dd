//! A model at work on arrays.

#[cfg(feature = "files")]
use std::path::Path;

use ndarray::{Array2, ArrayView, Dimension};

use crate::backend::{Infer, Trained};
use crate::cpu::CpuInference;
use crate::error::{Error, Result};
use crate::metrics::predicted;
use crate::model::Model;
use crate::network::layers::shape_text;
use crate::usage::Predictor;

impl Model {
    /// The model's predictions for rows in original units, (rows, ...shape of a row): the probabilities of classes
    /// or labels, or values in original units, shape (rows, classes, labels or outputs). Rows that have lengths are flat,
    /// each with its length behind it. Computed on the CPU.
    pub fn predict<D: Dimension>(&self, rows: ArrayView<'_, f64, D>) -> Result<Array2<f64>> {
        let rows = self.flat(rows)?;
        pollster::block_on(async {
            let mut predictor = Predictor::new(self, on_the_cpu).await?;
            predictor.predict(&rows, 0).await
        })
    }

    /// The label of the likeliest class of each row; refused where the model has no classes.
    pub fn predict_labels<D: Dimension>(&self, rows: ArrayView<'_, f64, D>) -> Result<Vec<i64>> {
        if self.labels.is_empty() {
            let what = self.task_name();
            return Err(Error::input(format!("the model's task is {what}; use predict")));
        }
        let probabilities = self.predict(rows)?;
        let classes = probabilities.outer_iter().map(|row| predicted(row.iter().copied()));
        Ok(classes.map(|class| self.labels[class]).collect())
    }

    /// Writes the model to a file, whole or not at all.
    #[cfg(feature = "files")]
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        crate::artifact::write_whole(path.as_ref(), &self.to_bytes()?)
    }

    /// Rows as a matrix; refused where they have neither the model's shape nor its number of inputs.
    fn flat<D: Dimension>(&self, rows: ArrayView<'_, f64, D>) -> Result<Array2<f64>> {
        let (inputs, shapes) = (self.network.inputs(), self.row_shapes());
        let has_lengths = self.network.has_lengths();
        let shape = rows.shape().to_vec();
        let fits = match shape.split_first() {
            Some((_, row)) => {
                row == [inputs] || (!has_lengths && shapes.iter().any(|shape| row == shape))
            }
            None => false,
        };
        let flat = rows.as_standard_layout().into_owned();
        match flat.into_shape_with_order((shape.first().copied().unwrap_or(0), inputs)) {
            Ok(flat) if fits => Ok(flat),
            _ => Err(Error::input(format!(
                "rows of the shape {shape:?}; the model takes (rows, {inputs}){}",
                if has_lengths {
                    ": the elements of a row, and its length".into()
                } else if shapes[0].len() > 1 {
                    format!(", or rows of {}", shape_text(&shapes[0]))
                } else {
                    String::new()
                }
            ))),
        }
    }
}

async fn on_the_cpu(trained: Trained) -> Result<Box<dyn Infer>> {
    Ok(Box::new(CpuInference::<f64>::new(trained)?))
}
