//! The layers of a parameter file, in either of its two forms.

use super::found::{Fields, Found};
use super::keys::Keys;
use crate::error::{Error, Result};
use crate::network::layers::{Kind, LAYER_TYPES, Source};
use crate::network::{Layer, MOST_SIZE};
use crate::plan::Padding;
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

/// One object of `LAYERS`.
fn layer(found: &Found) -> Result<Layer<String>> {
    let fields = found.fields("an object such as {\"type\": \"dense\", \"units\": 16}")?;
    let names: Vec<String> = LAYER_TYPES.iter().map(|name| format!("{name:?}")).collect();
    let choices: Vec<(&str, &str)> = LAYER_TYPES.iter().map(|&name| (name, name)).collect();
    let found = fields.required("type", &names.join(", "))?;
    let name = found.choice(&choices)?;
    let is_activated = Kind::is_activated(name);
    let activation_field = is_activated.then_some("activation");
    let own = Kind::fields_of(name).unwrap_or_default().iter().copied();
    let allowed: Vec<&str> = ["type"].into_iter().chain(own).chain(activation_field).collect();
    fields.only(&allowed)?;
    let kind = Kind::read(name, &mut Object(&fields))
        .unwrap_or_else(|| Err(found.refuse(names.join(", "))))?;
    let activation = if is_activated { Some(activation(&fields)?) } else { None };
    Ok(Layer { kind, activation })
}

/// The fields of an object of `LAYERS`, as a layer reads them.
struct Object<'a, 'f>(&'a Fields<'f>);

impl Source for Object<'_, '_> {
    type Error = Error;

    fn size(&mut self, field: &str, otherwise: Option<usize>, what: &str) -> Result<usize> {
        match (self.0.get(field), otherwise) {
            (Some(found), _) => size(found),
            (None, Some(otherwise)) => Ok(otherwise),
            (None, None) => {
                size(self.0.required(field, &format!("{what}, a whole number of 1 or more"))?)
            }
        }
    }

    fn pair(
        &mut self,
        field: &str,
        otherwise: Option<[usize; 2]>,
        what: &str,
    ) -> Result<[usize; 2]> {
        let allowed =
            format!("{what}: a whole number of 1 or more, or a pair [height, width] of such");
        let pair = |found: &Found| match found.is_list() {
            false => size(found).map(|size| [size; 2]),
            true => match found.list(&allowed, |found| size(&found))?[..] {
                [vertical, horizontal] => Ok([vertical, horizontal]),
                _ => Err(found.refuse(&allowed)),
            },
        };
        match (self.0.get(field), otherwise) {
            (Some(found), _) => pair(found),
            (None, Some(otherwise)) => Ok(otherwise),
            (None, None) => pair(self.0.required(field, &allowed)?),
        }
    }

    fn padding(&mut self, field: &str) -> Result<Padding> {
        match self.0.get(field) {
            None => Ok(Padding::Each(0)),
            Some(found) if found.is("same") => Ok(Padding::Same),
            Some(found) => {
                let allowed = format!(
                    "a whole number from 0 (\"valid\") to {}, less than the kernel, or \"same\"",
                    MOST_UNITS - 1
                );
                let zeros = found.whole(0, MOST_UNITS - 1).map_err(|_| found.refuse(allowed))?;
                Ok(Padding::Each(zeros as usize))
            }
        }
    }
}

fn activation(fields: &Fields) -> Result<String> {
    match fields.get("activation") {
        Some(found) => {
            Ok(found.text("an activation such as \"relu\", or an expression of x")?.into())
        }
        None => Ok("linear".into()),
    }
}
