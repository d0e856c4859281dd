//! How the rows of data hold the inputs of a network.

use super::layers::shape_text;
use crate::error::{Error, Result};

/// The place of the channels in a row of several axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InputLayout {
    /// (channels, height, width) and (channels, samples), as the network takes them.
    #[default]
    ChannelsFirst,
    /// (height, width, channels) and (samples, channels).
    ChannelsLast,
}

impl InputLayout {
    /// Its name in parameters and models.
    pub fn name(self) -> &'static str {
        match self {
            InputLayout::ChannelsFirst => "channels_first",
            InputLayout::ChannelsLast => "channels_last",
        }
    }

    /// The shape, as the network takes it, of a row of this layout.
    pub fn channels_first(self, row: &[usize]) -> Vec<usize> {
        match (self, row) {
            (InputLayout::ChannelsLast, [positions @ .., channels]) => {
                [&[*channels], positions].concat()
            }
            (InputLayout::ChannelsFirst | InputLayout::ChannelsLast, _) => row.to_vec(),
        }
    }

    /// The shape in this layout of a row that the network takes as `input`.
    pub fn of_data(self, input: &[usize]) -> Vec<usize> {
        match (self, input) {
            (InputLayout::ChannelsLast, [channels, positions @ ..]) => {
                [positions, &[*channels]].concat()
            }
            (InputLayout::ChannelsFirst | InputLayout::ChannelsLast, _) => input.to_vec(),
        }
    }

    /// The place of each input in a row of this layout; None where it is its own.
    pub fn columns(self, input: &[usize]) -> Option<Vec<usize>> {
        let (InputLayout::ChannelsLast, [channels, positions @ ..]) = (self, input) else {
            return None;
        };
        let positions: usize = positions.iter().product();
        let of_channel = |channel| (0..positions).map(move |at| at * channels + channel);
        Some((0..*channels).flat_map(of_channel).collect())
    }
}

/// The given shape for rows of another; refused where the two have not as many elements.
pub fn reshaped(row: &[usize], given: Option<&[usize]>) -> Result<Vec<usize>> {
    let Some(given) = given else { return Ok(row.to_vec()) };
    let product = |shape: &[usize]| shape.iter().map(|&size| size as u128).product::<u128>();
    if product(given) == product(row) {
        return Ok(given.to_vec());
    }
    let row = match row {
        [features] => format!("{features} features"),
        shape => format!("the shape {}, {} elements", shape_text(shape), product(shape)),
    };
    Err(Error::input(format!(
        "found {given:?}, {} elements, but a row has {row}; allowed: 1 to 3 sizes whose product is as many",
        product(given)
    )))
}

#[cfg(test)]
mod tests {
    use super::InputLayout::{ChannelsFirst, ChannelsLast};
    use super::*;

    #[test]
    fn a_shape_has_as_many_elements_as_a_row() {
        assert_eq!(reshaped(&[64], Some(&[1, 8, 8])), Ok(vec![1, 8, 8]));
        assert_eq!(reshaped(&[4, 16], Some(&[64])), Ok(vec![64]));
        assert_eq!(reshaped(&[4, 16], None), Ok(vec![4, 16]));
        let error = reshaped(&[64], Some(&[1, 8, 9])).unwrap_err().to_string();
        assert!(error.contains("[1, 8, 9], 72 elements, but a row has 64 features"), "{error}");
    }

    #[test]
    fn channels_that_come_last_go_first() {
        assert_eq!(ChannelsLast.channels_first(&[4, 5, 3]), [3, 4, 5]);
        assert_eq!(ChannelsLast.of_data(&[3, 4, 5]), [4, 5, 3]);
        assert_eq!(ChannelsFirst.channels_first(&[4, 5, 3]), [4, 5, 3]);
        assert_eq!(ChannelsLast.columns(&[2, 3]), Some(vec![0, 2, 4, 1, 3, 5]));
        assert_eq!(ChannelsFirst.columns(&[2, 3]), None);
    }
}
