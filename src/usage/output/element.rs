//! The number types of written predictions.

use std::io::{self, Seek, Write};

use ndarray::Array2;

use super::npy::NpyOutput;
use crate::model::Model;
use crate::network::Task;

/// The numbers per row: one probability per class or label, or one value per output.
pub(super) fn columns(model: &Model) -> usize {
    if model.labels.is_empty() { model.network.outputs() } else { model.labels.len() }
}

/// The type of an array's numbers: probabilities are f32, as networks compute them; values in original units are
/// f64, because f32 would lose the differences of values far from 0.
#[derive(Clone, Copy)]
pub(super) enum Element {
    Single,
    Double,
}

impl Element {
    pub fn of(model: &Model) -> Self {
        if model.network.task() == Task::Regression { Element::Double } else { Element::Single }
    }

    /// NumPy's code of the type.
    pub fn code(self) -> &'static str {
        match self {
            Element::Single => "<f4",
            Element::Double => "<f8",
        }
    }

    /// Adds the numbers to an array of this type.
    pub fn write<W: Write + Seek>(
        self,
        numbers: &Array2<f64>,
        to: &mut NpyOutput<W>,
    ) -> io::Result<()> {
        match self {
            Element::Single => to.write(numbers.iter().map(|&value| (value as f32).to_le_bytes())),
            Element::Double => to.write(numbers.iter().map(|value| value.to_le_bytes())),
        }
    }
}
