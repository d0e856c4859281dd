//! a = f(F(x) + P(x)): F are the layers inside it, P is x itself, or, where F's output has another shape, a convolution of
//! size 1 (a dense layer for features) that gives x this shape (He et al., 2016).

use super::field::Source;
use super::one_layer::{Input, OnInput, OneLayer};
use super::projection::Projection;
use super::row_shape::shape_text;
use super::weighted::activate;
use crate::network::lowering::{Lowering, Site};
use crate::plan::access::Mode;
use crate::plan::ops::add::Add;
use crate::plan::{BufferId, Operation};

/// Layers, and a shortcut around them.
#[derive(Debug, Clone, PartialEq)]
pub struct Residual;

/// The layer on an input of known shape.
#[derive(Debug, Clone, PartialEq)]
pub struct ResidualOn {
    shape: Vec<usize>,
    projection: Option<Projection>,
}

impl OneLayer for Residual {
    type Placed = ResidualOn;
    const FIELDS: &'static [&'static str] = &[];
    const ACTIVATION: Option<&'static str> = Some("linear");
    const HOLDS_LAYERS: bool = true;
    const TAKES_LENGTHS: bool = true;

    fn read<S: Source>(_: &mut S) -> Result<Self, S::Error> {
        Ok(Residual)
    }

    fn place(&self, input: Input) -> Result<ResidualOn, String> {
        let Input { shape, inside } = input;
        let projection = if shape == inside { None } else { Some(projection(shape, inside)?) };
        Ok(ResidualOn { shape: inside.to_vec(), projection })
    }
}

/// The projection from rows of one shape to rows of the other.
fn projection(from: &[usize], to: &[usize]) -> Result<Projection, String> {
    let strides = from.iter().zip(to).skip(1).map(|(&from, &to)| stride(from, to));
    let strides = strides.collect::<Option<Vec<usize>>>();
    match (strides, to.first()) {
        (Some(strides), Some(&filters)) if from.len() == to.len() => {
            Ok(Projection { filters, strides })
        }
        _ => Err(format!(
            "can't add its input of {} to its layers' output of {}: no stride leads from one to the other; use \
             \"padding\": \"same\" inside it, and let it end with as many axes as it begins with",
            shape_text(from),
            shape_text(to)
        )),
    }
}

/// The stride at which windows of 1 over `from` elements have `to` positions, if there is one.
fn stride(from: usize, to: usize) -> Option<usize> {
    let stride = from.div_ceil(to);
    (from.div_ceil(stride) == to).then_some(stride)
}

impl OnInput for ResidualOn {
    fn shape(&self) -> Vec<usize> {
        self.shape.clone()
    }

    fn projection(&self) -> Option<&Projection> {
        self.projection.as_ref()
    }

    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
        let z = lowering.buffer(&format!("z{}", site.number), self.shape());
        let add = |from, mode| Operation::from(Add { from, to: z, mode });
        lowering.training.extend([add(site.inside, Mode::Set), add(site.shortcut, Mode::Add)]);
        activate(lowering, site, z, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_has_the_stride_of_the_branch() {
        let of = |from: &[usize], to: &[usize]| projection(from, to).ok();
        let some =
            |filters, strides: &[usize]| Some(Projection { filters, strides: strides.into() });
        assert_eq!(of(&[3], &[8]), some(8, &[]));
        assert_eq!(of(&[4, 11], &[4, 6]), some(4, &[2]));
        assert_eq!(of(&[1, 9, 10], &[5, 3, 10]), some(5, &[3, 1]));
        // Without padding ten samples become eight: no stride does that.
        assert_eq!(of(&[4, 10], &[4, 8]), None);
        assert_eq!(of(&[4, 10], &[40]), None);
        // A branch that is longer than its input.
        assert_eq!(of(&[4, 10], &[4, 12]), None);
    }
}
