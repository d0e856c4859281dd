//! A layer on rows of known shape, with the layers inside it.

use super::convolved::Conv;
use super::dense::Dense;
use super::kind::{Kind, Placed};
use super::layer::Layer;
use super::one_layer::Input;
use super::projection::Projection;
use super::row_shape::shape_text;
use crate::network::activation::Activation;
use crate::network::lowering::{Lowering, Site};
use crate::plan::{BufferId, Windows};

/// The most values per row of the output of a layer: half a gigabyte.
const MOST_VALUES: u128 = 1 << 27;

/// A layer on rows of known shape.
#[derive(Debug, Clone)]
pub(in crate::rooms::network) struct LayerOn {
    own: Placed,
    /// The layers inside it, each on its input.
    pub inside: Vec<LayerOn>,
    /// The layer in its shortcut, if shapes differ.
    pub projection: Option<Box<(Layer, LayerOn)>>,
}

impl LayerOn {
    /// The layer on rows of this shape; the error says why it does not take them.
    pub fn new(layer: &Layer, input: &[usize]) -> Result<Self, String> {
        let (mut inside, mut shape) = (vec![], input.to_vec());
        for (index, inner) in layer.layers.iter().enumerate() {
            let placed = LayerOn::new(inner, &shape).map_err(|fault| {
                format!("has a layer {} ({}) inside it that {fault}", index + 1, inner.name())
            })?;
            shape = placed.shape();
            inside.push(placed);
        }
        let own = layer.kind.place(Input { shape: input, inside: &shape });
        let own = own.map_err(|fault| {
            format!("{fault}; the input of this layer is {}", shape_text(input))
        })?;
        let projection = match own.projection().map(layer_of) {
            None => None,
            Some(layer) => Some(Box::new((layer.clone(), LayerOn::new(&layer, input)?))),
        };
        let layer = LayerOn { own, inside, projection };
        layer.check_values(input)?;
        Ok(layer)
    }

    fn check_values(&self, input: &[usize]) -> Result<(), String> {
        let shape = self.shape();
        let values: u128 = shape.iter().map(|&size| size as u128).product();
        if values <= MOST_VALUES {
            return Ok(());
        }
        Err(format!(
            "makes {} of {}, {values} values a row; allowed: up to {MOST_VALUES}",
            shape_text(&shape),
            shape_text(input)
        ))
    }

    /// The shape of a row of its output.
    pub fn shape(&self) -> Vec<usize> {
        self.own.shape()
    }

    /// Its windows, if it has any.
    pub fn windows(&self) -> Option<Windows> {
        self.own.windows()
    }

    /// The number of its weights and of those inside it, biases aside.
    pub fn weights(&self) -> u128 {
        let projection = self.projection.as_ref().map_or(0, |own| own.1.weights());
        let inside: u128 = self.inside.iter().map(LayerOn::weights).sum();
        self.own.weights() + projection + inside
    }

    /// Adds the operations of the layer, which is `layer`, at a site; the buffer of their result.
    pub fn lower(&self, layer: &Layer, lowering: &mut Lowering, mut site: Site) -> BufferId {
        for (index, (inner, placed)) in layer.layers.iter().zip(&self.inside).enumerate() {
            let (path, number) = (format!("layers.{index}"), (index + 1).to_string());
            let inside = site.inner(&path, &number, site.inside, activation(inner));
            site.inside = placed.lower(inner, lowering, inside);
        }
        if let Some((inner, placed)) = self.projection.as_deref() {
            let around = site.inner("projection", "0", site.x, activation(inner));
            site.shortcut = placed.lower(inner, lowering, around);
        }
        self.own.lower(lowering, &site)
    }
}

/// The activation of a layer; none is linear.
pub(in crate::rooms::network) fn activation(layer: &Layer) -> &Activation {
    layer.activation().unwrap_or(&Activation::Linear)
}

/// A projection as a layer.
fn layer_of(projection: &Projection) -> Layer {
    let filters = projection.filters;
    let kind: Kind = match projection.strides[..] {
        [stride] => Conv { stride, ..Conv::new(filters, 1) }.into(),
        [down, across] => Conv { stride: [down, across], ..Conv::new(filters, [1, 1]) }.into(),
        _ => Dense { units: Some(filters), bias: true }.into(),
    };
    Layer::activated(kind, Activation::Linear)
}
