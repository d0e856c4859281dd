//! The layers of a run, as the parameter file has them.

use crate::network::Layer;

/// The layers, in the form the file used.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerStack {
    /// `LAYER_SIZES`, `LAYER_NAMES` and `LAYER_ACTS`: an MLP.
    Mlp {
        /// Input, hidden and output widths.
        sizes: Vec<usize>,
        /// Names of the input, the hidden layers and the output.
        names: Option<Vec<String>>,
        /// "-" for the input, then one activation per layer.
        activations: Vec<String>,
    },
    /// `LAYERS`: any layers, activations as their texts; the input is the data's.
    General(Vec<Layer<String>>),
}

impl From<Vec<Layer<String>>> for LayerStack {
    fn from(layers: Vec<Layer<String>>) -> Self {
        LayerStack::General(layers)
    }
}

impl<const N: usize> From<[Layer<String>; N]> for LayerStack {
    fn from(layers: [Layer<String>; N]) -> Self {
        LayerStack::General(layers.into())
    }
}

impl LayerStack {
    /// The layers after the input, activations as their texts.
    pub(super) fn layers(&self) -> Vec<Layer<String>> {
        match self {
            LayerStack::Mlp { sizes, activations, .. } => {
                let layers = sizes.iter().zip(activations).skip(1);
                layers.map(|(&units, text)| Layer::dense(units, text.clone())).collect()
            }
            LayerStack::General(layers) => layers.clone(),
        }
    }

    /// The key that holds the activations.
    pub(super) fn key(&self) -> &'static str {
        match self {
            LayerStack::Mlp { .. } => "LAYER_ACTS",
            LayerStack::General(_) => "LAYERS",
        }
    }

    /// The key that holds the widths.
    pub(super) fn sizes_key(&self) -> &'static str {
        match self {
            LayerStack::Mlp { .. } => "LAYER_SIZES",
            LayerStack::General(_) => "LAYERS",
        }
    }

    /// Whether some layer has the activation of that name.
    pub(crate) fn uses(&self, name: &str) -> bool {
        let layers = self.layers();
        let mut texts = layers.iter().flat_map(Layer::with_inner).filter_map(Layer::activation);
        texts.any(|text| text.trim().eq_ignore_ascii_case(name))
    }

    /// Whether the output is linear.
    pub(super) fn ends_linear(&self) -> bool {
        let layers = self.layers();
        let text = layers.last().and_then(Layer::activation).map_or("", |text| text.trim());
        ["linear", "identity"].iter().any(|name| name.eq_ignore_ascii_case(text))
    }
}
