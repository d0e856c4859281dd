//! The layers of a parameter file, in either of its two forms.

use super::found::Found;
use super::keys::Keys;
use super::{LayerStack, Parameters};
use crate::error::Result;
use crate::network::{Activation, Layer};

/// The widest layer: 2^20.
const MOST_UNITS: u64 = 1 << 20;

/// The keys of the first form.
const MLP_KEYS: [&str; 3] = ["LAYER_SIZES", "LAYER_NAMES", "LAYER_ACTS"];

/// In LAYER_ACTS, the input, which has no activation.
const INPUT: &str = "-";

const SIZES: &str = "a list of 2 or more whole numbers: input, hidden and output widths";
const ACTIVATIONS: &str = "a list of activations, \"-\" first, then one a layer";
const NAMES: &str = "a list of texts, one for the input and one a layer";
const LAYERS: &str = "a list of 1 or more layers such as {\"type\": \"dense\", \"units\": 16, \"activation\": \"relu\"}";

/// Reads the layers; exactly one of the two forms has to be there.
pub(super) fn layer_stack(keys: &Keys) -> Result<LayerStack> {
    let Some(layers) = keys.get("LAYERS") else { return mlp(keys) };
    if let Some(other) = MLP_KEYS.iter().find(|key| keys.get(key).is_some()) {
        return Err(layers.refuse(format!(
            "LAYERS, or LAYER_SIZES with LAYER_ACTS, not both (here with {other}); null takes a key out"
        )));
    }
    let stack = layers.list(LAYERS, |layer| dense(&layer))?;
    if stack.is_empty() { Err(layers.refuse(LAYERS)) } else { Ok(LayerStack::Dense(stack)) }
}

fn mlp(keys: &Keys) -> Result<LayerStack> {
    let missing = format!("{SIZES}, with LAYER_ACTS; or LAYERS instead of both");
    let found = keys.required("LAYER_SIZES", &missing)?;
    let sizes = found.list(SIZES, |size| units(&size))?;
    if sizes.len() < 2 {
        return Err(found.refuse(SIZES));
    }
    let found = keys.required("LAYER_ACTS", ACTIVATIONS)?;
    let activations = texts(&found, sizes.len(), ACTIVATIONS)?;
    if let Some(index) = (0..sizes.len()).find(|&i| (activations[i] == INPUT) != (i == 0)) {
        let reason = format!(", with {:?} as item {}", activations[index], index + 1);
        return Err(found.refuse_because(&reason, ACTIVATIONS));
    }
    let names = keys.get("LAYER_NAMES");
    let names = names.map(|found| texts(&found, sizes.len(), NAMES)).transpose()?;
    Ok(LayerStack::Mlp { sizes, names, activations })
}

fn texts(found: &Found, len: usize, allowed: &str) -> Result<Vec<String>> {
    let texts = found.list(allowed, |text| text.text("a text").map(String::from))?;
    if texts.len() == len {
        return Ok(texts);
    }
    let reason = format!(", {} of them for {len} LAYER_SIZES", texts.len());
    Err(found.refuse_because(&reason, allowed))
}

fn units(found: &Found) -> Result<usize> {
    found.whole(1, MOST_UNITS).map(|units| units as usize)
}

/// The types of `LAYERS` that are to come.
const NOT_YET: [&str; 3] = ["conv1d", "maxpool1d", "flatten"];

/// One object of `LAYERS`.
fn dense(layer: &Found) -> Result<(usize, String)> {
    let fields = layer.fields("an object such as {\"type\": \"dense\", \"units\": 16}")?;
    let found = fields.required("type", "\"dense\"")?;
    if NOT_YET.iter().any(|name| found.is(name)) {
        let reason = ", which is not available yet";
        return Err(found.refuse_because(reason, "in this version: \"dense\""));
    }
    found.choice(&[("dense", ())])?;
    fields.only(&["type", "units", "activation"])?;
    let units =
        units(fields.required("units", "the width of the layer, a whole number of 1 or more")?)?;
    let activation = match fields.get("activation") {
        Some(found) => found.text("an activation such as \"relu\", or an expression of x")?,
        None => "linear",
    };
    Ok((units, activation.into()))
}

impl LayerStack {
    /// The units and the activation of each layer after the input.
    fn dense(&self) -> Vec<(usize, &str)> {
        match self {
            LayerStack::Mlp { sizes, activations, .. } => {
                let units = sizes.iter().copied().skip(1);
                units.zip(activations.iter().skip(1).map(String::as_str)).collect()
            }
            LayerStack::Dense(layers) => layers.iter().map(|(u, a)| (*u, a.as_str())).collect(),
        }
    }

    /// The key that holds the activations.
    pub(super) fn key(&self) -> &'static str {
        match self {
            LayerStack::Mlp { .. } => "LAYER_ACTS",
            LayerStack::Dense(_) => "LAYERS",
        }
    }

    /// Whether some layer has the activation of that name.
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.dense().iter().any(|(_, text)| text.trim().eq_ignore_ascii_case(name))
    }

    /// Whether the output is linear.
    pub(super) fn ends_linear(&self) -> bool {
        let linear =
            |text: &str| ["linear", "identity"].iter().any(|n| n.eq_ignore_ascii_case(text));
        self.dense().last().is_some_and(|(_, text)| linear(text.trim()))
    }
}

impl Parameters {
    /// The layers of the network; an error starts with its key.
    pub(super) fn network_layers(&self) -> Result<Vec<Layer>> {
        let custom = self.custom_function();
        if self.custom_function.is_some() {
            Activation::parse("custom_function", custom)
                .map_err(|e| e.within("CUSTOM_FUNCTION"))?;
        }
        let key = self.layers.key();
        let layer = |(index, (units, text)): (usize, (usize, &str))| {
            let activation = Activation::parse(text, custom)
                .map_err(|e| e.within(format!("{key}, layer {}", index + 1)))?;
            Ok(Layer::Dense { units, activation })
        };
        self.layers.dense().into_iter().enumerate().map(layer).collect()
    }
}
