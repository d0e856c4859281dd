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
    /// The number of outputs.
    pub units: usize,
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

impl OneLayer for Dense {
    type Placed = DenseOn;
    const FIELDS: &'static [&'static str] = &["units", "bias"];
    const IS_ACTIVATED: bool = true;

    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error> {
        Ok(Dense {
            units: from.size("units", None, "the width of the layer")?,
            bias: from.flag("bias", true, "whether each unit has a bias")?,
        })
    }

    fn fields(&self) -> Vec<Field> {
        vec![Field::Size(self.units), Field::Flag(self.bias)]
    }

    fn sizes(&self) -> Vec<(usize, &'static str)> {
        vec![(self.units, "0 units")]
    }

    fn described(&self) -> Option<String> {
        Some(format!("{}{}", self.units, if self.bias { "" } else { ", no bias" }))
    }

    fn short(&self) -> Option<String> {
        Some(self.units.to_string())
    }

    fn place(&self, input: Input) -> Result<DenseOn, String> {
        Ok(DenseOn { inputs: input.shape.to_vec(), units: self.units, bias: self.bias })
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
