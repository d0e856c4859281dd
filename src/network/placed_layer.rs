//! A layer in its network, for those who read networks: their shapes, and the names of their tensors.

use super::layers::{Layer, LayerOn};
use super::lowering::SEQUENCE_AXES;
use crate::plan::Windows;

/// A layer on its input.
#[derive(Debug, Clone)]
pub struct PlacedLayer<'a> {
    /// The layer.
    pub layer: &'a Layer,
    /// The beginning of the names of its tensors: `layers.2`, and `layers.2.layers.0` inside of it.
    pub path: String,
    /// The shape of a row of its input.
    pub input: Vec<usize>,
    placed: &'a LayerOn,
}

impl<'a> PlacedLayer<'a> {
    /// Layers that follow each other, from rows of this shape on.
    pub(super) fn sequence(
        path: &str,
        input: &[usize],
        layers: &'a [Layer],
        placed: &'a [LayerOn],
    ) -> Vec<Self> {
        let mut input = input.to_vec();
        let mut sequence = vec![];
        for (index, (layer, placed)) in layers.iter().zip(placed).enumerate() {
            let output = placed.shape();
            let path = format!("{path}layers.{index}");
            sequence.push(PlacedLayer { layer, path, input, placed });
            input = output;
        }
        sequence
    }

    /// The shape of a row of its output.
    pub fn output(&self) -> Vec<usize> {
        self.placed.shape()
    }

    /// Its windows, if it has any.
    pub fn windows(&self) -> Option<Windows> {
        self.placed.windows()
    }

    /// Why it takes no sequences of which each row has a length of its own, if it takes none.
    pub(super) fn lengths_fault(&self) -> Option<String> {
        if self.input.len() != SEQUENCE_AXES {
            return None;
        }
        if !self.layer.kind.takes_lengths() {
            return Some(
                "would mix what exists with what lies behind the end of a row (array lengths); \
                 allowed until each row is one vector: rnn, gru, lstm, batch_norm, layer_norm, dropout, \
                 residual, global_maxpool and global_avgpool"
                    .into(),
            );
        }
        self.inside().iter().enumerate().find_map(|(index, inner)| {
            let fault = inner.lengths_fault()?;
            let name = inner.layer.name();
            Some(format!("has a layer {} ({name}) inside it that {fault}", index + 1))
        })
    }

    /// The layers inside it.
    pub fn inside(&self) -> Vec<PlacedLayer<'a>> {
        let path = format!("{}.", self.path);
        PlacedLayer::sequence(&path, &self.input, &self.layer.layers, &self.placed.inside)
    }

    /// The layer beside those inside it that gives its input the shape of their output, if there is one.
    pub fn projection(&self) -> Option<PlacedLayer<'a>> {
        let (layer, placed) = self.placed.projection.as_deref()?;
        let path = format!("{}.projection", self.path);
        Some(PlacedLayer { layer, path, input: self.input.clone(), placed })
    }
}
