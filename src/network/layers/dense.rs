//! a = f(W x + b), W of shape (units, inputs).

use super::field::{Field, Source};
use super::one_layer::{Input, OnInput, OneLayer};
use super::weighted::{Weighted, lower};
use crate::network::lowering::{Lowering, Site};
use crate::plan::access::Mode;
use crate::plan::ops::matmul::{Factor, MatMul, Out};
use crate::plan::{BufferId, View};

/// A dense layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// The number of outputs. None in the last layer alone, until the data are known: as many as they have classes or
    /// targets.
    pub units: Option<usize>,
    /// Whether it adds a bias per unit.
    pub bias: bool,
}

/// A dense layer on an input of known shape.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseOn {
    inputs: Vec<usize>,
    units: usize,
    bias: bool,
}

/// The fault of a layer without units that is not the last.
const NO_UNITS: &str =
    "has no units; allowed: 1 or more (the last layer alone may leave them to the data)";

impl OneLayer for Dense {
    type Placed = DenseOn;
    const FIELDS: &'static [&'static str] = &["units", "bias"];
    const ACTIVATION: Option<&'static str> = Some("linear");

    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error> {
        Ok(Dense {
            units: from.optional_size("units", "the width of the layer")?,
            bias: from.flag("bias", true, "whether each unit has a bias")?,
        })
    }

    fn fields(&self) -> Vec<Field> {
        vec![Field::OptionalSize(self.units), Field::Flag(self.bias)]
    }

    fn sizes(&self) -> Vec<(usize, &'static str)> {
        self.units.iter().map(|&units| (units, "0 units")).collect()
    }

    fn described(&self) -> Option<String> {
        let units = self.units.map_or("as many as the data have".into(), |units| units.to_string());
        Some(format!("{units}{}", if self.bias { "" } else { ", no bias" }))
    }

    fn short(&self) -> Option<String> {
        self.units.map(|units| units.to_string())
    }

    fn place(&self, input: Input) -> Result<DenseOn, String> {
        let units = self.units.ok_or(NO_UNITS)?;
        Ok(DenseOn { inputs: input.shape.to_vec(), units, bias: self.bias })
    }
}

impl OnInput for DenseOn {
    fn shape(&self) -> Vec<usize> {
        vec![self.units]
    }

    fn weights(&self) -> u128 {
        self.units as u128 * self.inputs.iter().map(|&size| size as u128).product::<u128>()
    }

    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
        let inputs = self.inputs.iter().product();
        let weighted = Weighted {
            weight: vec![self.units, inputs],
            fan_in: inputs,
            fan_out: self.units,
            output: self.shape(),
            bias: self.bias,
        };
        lower(lowering, site, weighted, |weight, z| {
            let (x, z) = (View::whole(site.x, inputs), View::whole(z, self.units));
            let right = Factor::tensor(weight).transpose();
            MatMul { left: Factor::view(x), right, out: Out::View(z), mode: Mode::Set }.into()
        })
    }
}
