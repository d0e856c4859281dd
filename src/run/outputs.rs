//! The units of a last layer that leaves them to the data.

use super::layer_stack::LayerStack;
use super::parameters::Parameters;
use crate::data::Targets;
use crate::network::layers::Kind;
use crate::network::{Activation, Layer, Network, Task};

/// Gives the last layer, if it is dense and has no units, as many as the targets ask for: one per class under softmax, one
/// for two classes under a sigmoid, else one per column.
pub(super) fn complete(layers: &mut [Layer], task: Option<Task>, targets: &Targets) {
    let Some(Layer { kind: Kind::Dense(dense), activation: Some(activation), .. }) =
        layers.last_mut()
    else {
        return;
    };
    let of_classes = match activation {
        Activation::Softmax if targets.columns() == 1 => Some(classes(targets)),
        _ => None,
    };
    let of_classes = of_classes.filter(|_| task != Some(Task::Regression));
    dense.units.get_or_insert_with(|| of_classes.unwrap_or(targets.columns()));
}

/// The number of different targets.
fn classes(targets: &Targets) -> usize {
    let mut words: Vec<u64> = match targets {
        Targets::Integers(labels) => labels.iter().map(|label| label.cast_unsigned()).collect(),
        Targets::Reals(values) => values.iter().map(|value| value.to_bits()).collect(),
    };
    words.sort_unstable();
    words.dedup();
    words.len()
}

impl Parameters {
    /// Fills in the units of the last layer, which the data have decided.
    pub(super) fn settle_outputs(&mut self, network: &Network) {
        if let LayerStack::General(layers) = &mut self.layers
            && let Some(Layer { kind: Kind::Dense(dense), .. }) = layers.last_mut()
        {
            dense.units = Some(network.outputs());
        }
    }
}
