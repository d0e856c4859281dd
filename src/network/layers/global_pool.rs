//! Pools over all positions: what global_maxpool and global_avgpool share.

use super::field::Source;
use super::one_layer::{Input, OneLayer};
use super::pooled::{PoolOn, Reduction};
use super::row_shape::shape_text;
use crate::plan::{Axis, Windows};

/// A layer that reduces each channel to one number: its largest element, or its mean.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Global<const IS_MEAN: bool>;

impl<const IS_MEAN: bool> OneLayer for Global<IS_MEAN> {
    type Placed = PoolOn;
    const FIELDS: &'static [&'static str] = &[];
    const TAKES_LENGTHS: bool = true;

    fn read<S: Source>(_: &mut S) -> Result<Self, S::Error> {
        Ok(Global)
    }

    fn short(&self) -> Option<String> {
        Some(if IS_MEAN { "ga" } else { "gp" }.into())
    }

    /// One window per channel.
    fn place(&self, input: Input) -> Result<PoolOn, String> {
        let (channels, [height, width]) = match *input.shape {
            [channels, samples] => (channels, [1, samples]),
            [channels, height, width] => (channels, [height, width]),
            _ => {
                return Err(format!(
                    "takes a signal of (channels, samples) or an image of (channels, height, width), not {}",
                    shape_text(input.shape)
                ));
            }
        };
        let axes = [height, width].map(|size| Axis { input: size, kernel: size, ..Axis::ONE });
        let windows = Windows { channels, filters: channels, axes };
        let reduction = if IS_MEAN { Reduction::Mean } else { Reduction::Largest };
        Ok(PoolOn { windows, shape: vec![channels], reduction })
    }
}
