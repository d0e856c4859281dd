//! A signal or an image as features: channel after channel.

use super::field::Source;
use super::one_layer::{Input, OnInput, OneLayer};
use crate::network::lowering::{Lowering, Site};
use crate::plan::BufferId;

/// The layer that flattens a row to features.
#[derive(Debug, Clone, PartialEq)]
pub struct Flatten;

/// The layer on rows of this many elements.
#[derive(Debug, Clone, PartialEq)]
pub struct FlattenOn {
    elements: usize,
}

impl OneLayer for Flatten {
    type Placed = FlattenOn;
    const FIELDS: &'static [&'static str] = &[];

    fn read<S: Source>(_: &mut S) -> Result<Self, S::Error> {
        Ok(Flatten)
    }

    fn place(&self, input: Input) -> Result<FlattenOn, String> {
        Ok(FlattenOn { elements: input.shape.iter().product() })
    }
}

impl OnInput for FlattenOn {
    fn shape(&self) -> Vec<usize> {
        vec![self.elements]
    }

    /// No operation: rows are flat in memory.
    fn lower(&self, _: &mut Lowering, site: &Site) -> BufferId {
        site.x
    }
}
