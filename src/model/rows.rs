//! The shapes of the rows that a model takes.

use super::Model;
use crate::network::{InputLayout, Network};

impl Model {
    /// The shapes that rows may have, flat aside; those of the model first. Channels are where the model's data have
    /// them, and one channel need not be said.
    pub(crate) fn row_shapes(&self) -> Vec<Vec<usize>> {
        let input = &self.network.input;
        let mut shapes = vec![self.input_layout.of_data(input)];
        if input.len() > 1 && input[0] == 1 {
            shapes.push(input[1..].to_vec());
        }
        if !shapes.contains(&self.row_shape) {
            shapes.push(self.row_shape.clone());
        }
        shapes
    }

    /// The shape of its data's rows, where that does not follow from the input's.
    pub(super) fn own_row_shape(&self) -> Option<Vec<usize>> {
        let input = &self.network.input;
        let follows = self.row_shape == self.input_layout.of_data(input)
            || (input[0] == 1 && self.row_shape == input[1..]);
        (!follows).then(|| self.row_shape.clone())
    }
}

/// The place of the channels in rows of data: first where nothing is said. The error tells what is allowed.
pub(super) fn input_layout(name: Option<&str>, network: &Network) -> Result<InputLayout, String> {
    let last = InputLayout::ChannelsLast.name();
    match name {
        None => Ok(InputLayout::ChannelsFirst),
        Some(name) if name == last && network.input.len() > 1 => Ok(InputLayout::ChannelsLast),
        Some(_) => Err(format!("input_layout; allowed: {last:?}, of signals and images")),
    }
}

/// The shape of rows of data: as the network takes them where nothing is said. The error tells what is allowed.
pub(super) fn row_shape(
    given: Option<Vec<usize>>,
    network: &Network,
    layout: InputLayout,
) -> Result<Vec<usize>, String> {
    let Some(shape) = given else { return Ok(layout.of_data(&network.input)) };
    let elements = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    if matches!(shape.len(), 1..=3) && elements == Some(network.elements()) {
        return Ok(shape);
    }
    Err(format!("row_shape; allowed: 1 to 3 sizes, {} elements in all", network.elements()))
}
