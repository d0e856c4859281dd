//! Rows as the network takes them: in the shape of `INPUT_SHAPE`, channels first.

use std::borrow::Cow;

use super::parameters::Parameters;
use crate::data::{Dataset, Forecast};
use crate::error::{Error, Result};
use crate::memory::refuse_copy;
use crate::network::{InputLayout, axes_of, reshaped};

/// A data set whose rows have their channels first.
pub(super) struct Arranged<'a> {
    pub dataset: Cow<'a, Dataset>,
    /// The shape of a row; one channel need not be said.
    pub shape: Vec<usize>,
    /// The place of the channels before.
    pub layout: InputLayout,
}

impl<'a> Arranged<'a> {
    /// The windows of a forecast.
    pub fn windows(dataset: &Dataset, forecast: &Forecast) -> Result<Self> {
        let windows = dataset.windows(forecast)?;
        let shape = windows.row_shape.clone();
        Ok(Arranged { dataset: Cow::Owned(windows), shape, layout: InputLayout::ChannelsFirst })
    }

    /// The data set as `INPUT_SHAPE` and `INPUT_LAYOUT` read it. With both the shape has the channels last, too.
    pub fn new(parameters: &Parameters, dataset: &'a Dataset) -> Result<Self> {
        let given = parameters.input_shape.as_deref();
        let shape = reshaped(&dataset.row_shape, given).map_err(|e| e.within("INPUT_SHAPE"))?;
        let layout = match parameters.input_layout.unwrap_or_default() {
            InputLayout::ChannelsFirst => InputLayout::ChannelsFirst,
            InputLayout::ChannelsLast => {
                refuse_features(&shape).map_err(|e| e.within("INPUT_LAYOUT"))?;
                let axes = axes_of(&parameters.layers.layers(parameters.task));
                let has_channels = axes.is_none_or(|axes| axes == shape.len());
                if has_channels { InputLayout::ChannelsLast } else { InputLayout::ChannelsFirst }
            }
        };
        let shape = layout.channels_first(&shape);
        let dataset = match layout.columns(&shape) {
            None => Cow::Borrowed(dataset),
            Some(columns) => {
                refuse_copy(dataset.inputs.bytes()).map_err(|e| e.within("INPUT_LAYOUT"))?;
                Cow::Owned(dataset.with_columns(&columns))
            }
        };
        Ok(Arranged { dataset, shape, layout })
    }
}

/// Refuses rows of one axis.
fn refuse_features(shape: &[usize]) -> Result<()> {
    match shape {
        [features] => Err(Error::input(format!(
            "a row is {features} features, without channels; leave it out, or give INPUT_SHAPE with the channels \
             last, for example [8, 8, 3]"
        ))),
        _ => Ok(()),
    }
}
