//! `y[u] = x[u] / (1 - rate)` in training with the probability 1 - rate, else 0; y = x when the network predicts.

use super::field::{Field, Range, Source};
use super::one_layer::{Input, OnInput, OneLayer};
use crate::network::lowering::{Lowering, Site};
use crate::plan::BufferId;
use crate::plan::access::Mode;
use crate::plan::ops::dropout::Dropout as Operation;

/// A layer that leaves out elements at random while it is trained.
#[derive(Debug, Clone, PartialEq)]
pub struct Dropout {
    /// The share that is left out.
    pub rate: f64,
}

/// The layer on rows of known shape.
#[derive(Debug, Clone, PartialEq)]
pub struct DropoutOn {
    rate: f64,
    shape: Vec<usize>,
}

impl OneLayer for Dropout {
    type Placed = DropoutOn;
    const FIELDS: &'static [&'static str] = &["rate"];
    const TAKES_LENGTHS: bool = true;

    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error> {
        let what = "the share of elements that is left out";
        Ok(Dropout { rate: from.number("rate", None, Range::BelowOne, what)? })
    }

    fn fields(&self) -> Vec<Field> {
        vec![Field::Number(self.rate)]
    }

    fn fault(&self) -> Option<String> {
        Range::BelowOne.fault("a rate", self.rate)
    }

    fn described(&self) -> Option<String> {
        Some(format!("rate {}", self.rate))
    }

    fn short(&self) -> Option<String> {
        Some(format!("d{}", self.rate))
    }

    fn place(&self, input: Input) -> Result<DropoutOn, String> {
        Ok(DropoutOn { rate: self.rate, shape: input.shape.to_vec() })
    }
}

impl OnInput for DropoutOn {
    fn shape(&self) -> Vec<usize> {
        self.shape.clone()
    }

    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
        let to = lowering.buffer(&format!("a{}", site.number), self.shape());
        let stream = lowering.new_stream();
        let (from, rate, mode) = (site.x, self.rate, Mode::Set);
        lowering.training.push(Operation { from, to, rate, stream, mode }.into());
        to
    }
}
