//! The channels of a signal or an image one after the other.

use super::{Field, OnInput, OneLayer, Source};
use crate::network::lowering::{Lowering, Site};
use crate::plan::BufferId;

/// A row as features.
#[derive(Debug, Clone, PartialEq)]
pub struct Flatten;

/// The same on rows of so many elements.
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

    fn fields(&self) -> Vec<Field> {
        vec![]
    }

    fn sizes(&self) -> Vec<(usize, &'static str)> {
        vec![]
    }

    fn described(&self) -> Option<String> {
        None
    }

    fn short(&self) -> Option<String> {
        None
    }

    fn place(&self, input: &[usize]) -> Result<FlattenOn, String> {
        Ok(FlattenOn { elements: input.iter().product() })
    }
}

impl OnInput for FlattenOn {
    fn shape(&self) -> Vec<usize> {
        vec![self.elements]
    }

    /// Rows lie flat in memory already.
    fn lower(&self, _: &mut Lowering, site: &Site) -> BufferId {
        site.x
    }
}
