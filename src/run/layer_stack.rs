//! The layers of a run, as the parameter file has them.

use crate::network::layers::dense::Dense;
use crate::network::{Layer, Task};

/// `ACTIVATION` where it is not given.
pub(super) const ACTIVATION: &str = "relu";

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
    /// `HIDDEN` and `ACTIVATION`: the hidden layers of an MLP; input and output are the data's.
    Hidden {
        /// The widths of the hidden layers; None where they are left to the data.
        widths: Option<Vec<usize>>,
        /// The activation of all of them; None for the usual one.
        activation: Option<String>,
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
    /// The layers after the input, activations as their texts; the task tells the output of hidden layers.
    pub(super) fn layers(&self, task: Option<Task>) -> Vec<Layer<String>> {
        match self {
            LayerStack::Mlp { sizes, activations, .. } => {
                let layers = sizes.iter().zip(activations).skip(1);
                layers.map(|(&units, text)| Layer::dense(units, text.clone())).collect()
            }
            LayerStack::Hidden { widths, activation } => {
                let activation = activation.as_deref().unwrap_or(ACTIVATION);
                let widths = widths.iter().flatten();
                let hidden = widths.map(|&units| Layer::dense(units, activation));
                hidden.chain([output(task)]).collect()
            }
            LayerStack::General(layers) => layers.clone(),
        }
    }

    /// Whether the data decide the output.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, LayerStack::Hidden { .. })
    }

    /// The key that holds the activations.
    pub(super) fn key(&self) -> &'static str {
        match self {
            LayerStack::Mlp { .. } => "LAYER_ACTS",
            LayerStack::Hidden { .. } => "ACTIVATION",
            LayerStack::General(_) => "LAYERS",
        }
    }

    /// The key that holds the widths.
    pub(super) fn sizes_key(&self) -> &'static str {
        match self {
            LayerStack::Mlp { .. } => "LAYER_SIZES",
            LayerStack::Hidden { .. } => "HIDDEN",
            LayerStack::General(_) => "LAYERS",
        }
    }

    /// Whether some layer has the activation of that name.
    pub(crate) fn uses(&self, name: &str) -> bool {
        let layers = self.layers(None);
        let mut texts = layers.iter().flat_map(Layer::with_inner).filter_map(Layer::activation);
        texts.any(|text| text.trim().eq_ignore_ascii_case(name))
    }

    /// Whether the output is linear.
    pub(super) fn ends_linear(&self, task: Option<Task>) -> bool {
        let layers = self.layers(task);
        let text = layers.last().and_then(Layer::activation).map_or("", |text| text.trim());
        ["linear", "identity"].iter().any(|name| name.eq_ignore_ascii_case(text))
    }
}

/// The output layer for a task, its units left to the data.
fn output(task: Option<Task>) -> Layer<String> {
    let activation = match task {
        Some(Task::Classification) => "softmax",
        Some(Task::MultiLabel) => "sigmoid",
        Some(Task::Regression) | None => "linear",
    };
    Layer::activated(Dense { units: None, bias: true }, activation)
}
