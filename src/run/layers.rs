//! From the texts of activations to the layers of a network.

use super::parameters::Parameters;
use crate::error::{Error, Result};
use crate::network::{Activation, Layer, MOST_EXPRESSIONS};

impl Parameters {
    /// The layers of the network; an error starts with its key.
    pub(super) fn network_layers(&self) -> Result<Vec<Layer>> {
        let custom = self.custom_expression();
        if self.custom_function.is_some() {
            Activation::parse("custom_function", custom)
                .map_err(|e| e.within("CUSTOM_FUNCTION"))?;
        }
        let key = self.layers.key();
        let item = if key == "LAYERS" { "item" } else { "layer" };
        let (mut length, mut layers) = (0, vec![]);
        for (index, layer) in self.layers.layers(self.task).iter().enumerate() {
            let mut places = places(layer, format!("{item} {}", index + 1)).into_iter();
            layers.push(layer.with_activation(&mut |text: &String| {
                let place = places.next().unwrap_or_default();
                length += if text.eq_ignore_ascii_case("custom_function") {
                    custom.len()
                } else {
                    text.len()
                };
                if length > MOST_EXPRESSIONS {
                    return Err(Error::input(format!(
                        "the activations have more than {MOST_EXPRESSIONS} characters in all; use \
                         fewer layers or shorter expressions"
                    ))
                    .within(key));
                }
                Activation::parse(text, custom).map_err(|e| e.part(place).within(key))
            })?);
        }
        Ok(layers)
    }
}

/// Where the activations of a layer and of those inside it are, as messages say it, in the order in which they are read.
fn places(layer: &Layer<String>, own: String) -> Vec<String> {
    let inside = layer.layers.iter().enumerate();
    let inside =
        inside.flat_map(|(i, layer)| places(layer, format!("{own}, layer {} inside it", i + 1)));
    let inside: Vec<String> = inside.collect();
    layer.activation().map(|_| own).into_iter().chain(inside).collect()
}
