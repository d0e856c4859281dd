//! Keys of the network.

use serde_json::{Map, Value, json};

use super::key::{DefaultValue, Key};
use crate::error::Result;
use crate::network::ACTIVATION_NAMES;
use crate::params::found::Found;
use crate::params::given::Given;
use crate::params::layer_objects::Layers;
use crate::params::setting::{Optional, Together};
use crate::params::values::{SIZE, Text, Values};
use crate::run::{LayerStack, Parameters};

const LAYER_SIZES: &str = "LAYER_SIZES";
const LAYER_NAMES: &str = "LAYER_NAMES";
const LAYER_ACTS: &str = "LAYER_ACTS";
const LAYERS: &str = "LAYERS";

pub(super) const KEYS: &[Key] = &[
    Key {
        name: LAYER_SIZES,
        help: "input, hidden and output widths",
        default: DefaultValue::RequiredWithout(LAYERS),
        other_names: &["HIDDENLAYERSIZES", "HIDDENSIZES"],
        setting: &Together {
            of: Sizes,
            read: Some(read_layers),
            get: |p| match &p.layers {
                LayerStack::Mlp { sizes, .. } => Some(sizes.clone()),
                LayerStack::General(_) => None,
            },
        },
    },
    Key {
        name: LAYER_NAMES,
        help: "names of the input and of each layer, for display only",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Together {
            of: NAMES,
            read: None,
            get: |p| match &p.layers {
                LayerStack::Mlp { names, .. } => names.clone(),
                LayerStack::General(_) => None,
            },
        },
    },
    Key {
        name: LAYER_ACTS,
        help: "one activation a layer; `\"-\"` stands for the input, which has none",
        default: DefaultValue::RequiredWithout(LAYERS),
        other_names: &["ACTIVATION", "ACTIVATIONS"],
        setting: &Together {
            of: ACTIVATIONS,
            read: None,
            get: |p| match &p.layers {
                LayerStack::Mlp { activations, .. } => Some(activations.clone()),
                LayerStack::General(_) => None,
            },
        },
    },
    Key {
        name: LAYERS,
        help: "instead of the three above: convolution, pooling, recurrent and other layers, from the input on; the last \
               one is dense",
        default: DefaultValue::RequiredWithout(LAYER_SIZES),
        other_names: &[],
        setting: &Together {
            of: Layers,
            read: None,
            get: |p| match &p.layers {
                LayerStack::Mlp { .. } => None,
                LayerStack::General(layers) => Some(layers.clone()),
            },
        },
    },
    Key {
        name: "CUSTOM_FUNCTION",
        help: "what `custom_function` as an activation means",
        default: DefaultValue::Told("`x*sigmoid(x)`, with a warning"),
        other_names: &[],
        setting: &Optional {
            of: Text { allowed: "an expression of x", examples: &["x*sigmoid(x)"] },
            at: |p| &mut p.custom_function,
        },
    },
];

/// Which of these keys go together, as JSON Schema says it.
pub(in crate::rooms::params) fn either_form() -> Map<String, Value> {
    let (off, list) = (json!({"type": "null"}), json!({"type": "array"}));
    Map::from_iter([
        ("if".into(), json!({"properties": {LAYERS: off}})),
        (
            "then".into(),
            json!({
                "properties": {LAYER_SIZES: list, LAYER_ACTS: list},
                "required": [LAYER_SIZES, LAYER_ACTS],
            }),
        ),
        (
            "else".into(),
            json!({"properties": {LAYER_SIZES: off, LAYER_NAMES: off, LAYER_ACTS: off}}),
        ),
    ])
}

/// In LAYER_ACTS, the input, which has no activation.
const INPUT: &str = "-";

const NAMES: Texts =
    Texts { allowed: "a list of texts, one for the input and one a layer", examples: &[] };
const ACTIVATIONS: Texts = Texts {
    allowed: "a list of activations, \"-\" first, then one a layer",
    examples: ACTIVATION_NAMES,
};

/// Exactly one of the two forms has to be there.
fn read_layers(given: &Given, parameters: &mut Parameters) -> Result<()> {
    parameters.layers = match given.get(LAYERS) {
        Some(layers) => general(given, &layers)?,
        None => mlp(given)?,
    };
    Ok(())
}

fn general(given: &Given, layers: &Found) -> Result<LayerStack> {
    let others = [LAYER_SIZES, LAYER_NAMES, LAYER_ACTS];
    if let Some(other) = others.iter().find(|key| given.get(key).is_some()) {
        return Err(layers.refuse(format!(
            "LAYERS, or LAYER_SIZES with LAYER_ACTS, not both (here with {other}); null takes a key out"
        )));
    }
    Layers.read(layers).map(LayerStack::General)
}

fn mlp(given: &Given) -> Result<LayerStack> {
    let missing = format!("{}, with LAYER_ACTS; or LAYERS instead of both", Sizes.allowed());
    let sizes = Sizes.read(&given.required(LAYER_SIZES, &missing)?)?;
    let found = given.required(LAYER_ACTS, ACTIVATIONS.allowed)?;
    let activations = ACTIVATIONS.read_each(&found, &sizes)?;
    if let Some(index) = (0..sizes.len()).find(|&i| (activations[i] == INPUT) != (i == 0)) {
        let reason = format!(", with {:?} as item {}", activations[index], index + 1);
        return Err(found.refuse_because(&reason, ACTIVATIONS.allowed));
    }
    let names = given.get(LAYER_NAMES);
    let names = names.map(|found| NAMES.read_each(&found, &sizes)).transpose()?;
    Ok(LayerStack::Mlp { sizes, names, activations })
}

/// The widths of an MLP.
struct Sizes;

impl Values for Sizes {
    type Value = Vec<usize>;

    fn allowed(&self) -> String {
        "a list of 2 or more whole numbers: input, hidden and output widths".into()
    }

    fn schema(&self) -> Value {
        json!({"type": "array", "minItems": 2, "items": SIZE.schema()})
    }

    fn read(&self, found: &Found) -> Result<Vec<usize>> {
        let sizes = found.list(&self.allowed(), |found| SIZE.read(&found))?;
        if sizes.len() < 2 { Err(found.refuse(self.allowed())) } else { Ok(sizes) }
    }

    fn write(&self, value: &Vec<usize>) -> Value {
        json!(value)
    }
}

/// One text for the input, and one per layer.
struct Texts {
    allowed: &'static str,
    examples: &'static [&'static str],
}

impl Texts {
    /// The texts, as many as there are sizes.
    fn read_each(&self, found: &Found, sizes: &[usize]) -> Result<Vec<String>> {
        let texts = self.read(found)?;
        if texts.len() == sizes.len() {
            return Ok(texts);
        }
        let reason = format!(", {} of them for {} LAYER_SIZES", texts.len(), sizes.len());
        Err(found.refuse_because(&reason, self.allowed))
    }

    const fn of_each(&self) -> Text {
        Text { allowed: "a text", examples: self.examples }
    }
}

impl Values for Texts {
    type Value = Vec<String>;

    fn allowed(&self) -> String {
        self.allowed.into()
    }

    fn schema(&self) -> Value {
        json!({"type": "array", "minItems": 2, "items": self.of_each().schema()})
    }

    fn read(&self, found: &Found) -> Result<Vec<String>> {
        found.list(self.allowed, |text| self.of_each().read(&text))
    }

    fn write(&self, value: &Vec<String>) -> Value {
        json!(value)
    }
}
