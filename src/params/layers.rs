//! The layers of a parameter file, in either of its two forms.

use super::found::{Fields, Found};
use super::keys::Keys;
use crate::error::Result;
use crate::network::{Layer, MOST_SIZE, Padding};
use crate::run::LayerStack;

/// The same as JSON's numbers are.
const MOST_UNITS: u64 = MOST_SIZE as u64;

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
    let stack = layers.list(LAYERS, |found| layer(&found))?;
    if stack.is_empty() { Err(layers.refuse(LAYERS)) } else { Ok(LayerStack::General(stack)) }
}

fn mlp(keys: &Keys) -> Result<LayerStack> {
    let missing = format!("{SIZES}, with LAYER_ACTS; or LAYERS instead of both");
    let found = keys.required("LAYER_SIZES", &missing)?;
    let sizes = found.list(SIZES, |found| size(&found))?;
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

fn size(found: &Found) -> Result<usize> {
    found.whole(1, MOST_UNITS).map(|size| size as usize)
}

/// The types of layers that `LAYERS` may hold.
const TYPES: [(&str, Read); 4] =
    [("dense", dense), ("conv1d", conv1d), ("maxpool1d", maxpool1d), ("flatten", flatten)];

/// Reads the fields of one type of layer.
type Read = fn(&Fields) -> Result<Layer<String>>;

/// One object of `LAYERS`.
fn layer(found: &Found) -> Result<Layer<String>> {
    let fields = found.fields("an object such as {\"type\": \"dense\", \"units\": 16}")?;
    let names = TYPES.map(|(name, _)| format!("{name:?}")).join(", ");
    let read = fields.required("type", &names)?.choice(&TYPES)?;
    read(&fields)
}

fn dense(fields: &Fields) -> Result<Layer<String>> {
    fields.only(&["type", "units", "activation"])?;
    let units = fields.required("units", "the width of the layer, a whole number of 1 or more")?;
    Ok(Layer::Dense { units: size(units)?, activation: activation(fields)? })
}

fn conv1d(fields: &Fields) -> Result<Layer<String>> {
    fields.only(&["type", "filters", "kernel", "stride", "padding", "activation"])?;
    let filters =
        fields.required("filters", "the channels it makes, a whole number of 1 or more")?;
    let kernel =
        fields.required("kernel", "the samples it sees at once, a whole number of 1 or more")?;
    let padding = match fields.get("padding") {
        None => Padding::Each(0),
        Some(found) if found.is("same") => Padding::Same,
        Some(found) => {
            let allowed = format!(
                "a whole number from 0 (\"valid\") to {}, less than the kernel, or \"same\"",
                MOST_UNITS - 1
            );
            let zeros = found.whole(0, MOST_UNITS - 1).map_err(|_| found.refuse(allowed))?;
            Padding::Each(zeros as usize)
        }
    };
    Ok(Layer::Conv1d {
        filters: size(filters)?,
        kernel: size(kernel)?,
        stride: fields.get("stride").map_or(Ok(1), size)?,
        padding,
        activation: activation(fields)?,
    })
}

fn maxpool1d(fields: &Fields) -> Result<Layer<String>> {
    fields.only(&["type", "size", "stride"])?;
    let window = fields.get("size").map_or(Ok(2), size)?;
    // As in other frameworks, windows lie side by side unless told otherwise.
    let stride = fields.get("stride").map_or(Ok(window), size)?;
    Ok(Layer::MaxPool1d { size: window, stride })
}

fn flatten(fields: &Fields) -> Result<Layer<String>> {
    fields.only(&["type"])?;
    Ok(Layer::Flatten)
}

fn activation(fields: &Fields) -> Result<String> {
    match fields.get("activation") {
        Some(found) => {
            Ok(found.text("an activation such as \"relu\", or an expression of x")?.into())
        }
        None => Ok("linear".into()),
    }
}
