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
const HIDDEN: &str = "HIDDEN";
const ACTIVATION: &str = "ACTIVATION";
const LAYERS: &str = "LAYERS";
/// The keys of each form.
const FORMS: [&[&str]; 3] =
    [&[LAYER_SIZES, LAYER_NAMES, LAYER_ACTS], &[HIDDEN, ACTIVATION], &[LAYERS]];
const OTHER_FORMS: &str = "off: `HIDDEN` tells the layers";

pub(super) const KEYS: &[Key] = &[
    Key {
        name: LAYER_SIZES,
        help: "input, hidden and output widths",
        default: DefaultValue::Told(OTHER_FORMS),
        other_names: &[],
        setting: &Together {
            of: Sizes,
            read: Some(read_layers),
            get: |p| match &p.layers {
                LayerStack::Mlp { sizes, .. } => Some(sizes.clone()),
                LayerStack::Hidden { .. } | LayerStack::General(_) => None,
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
                LayerStack::Hidden { .. } | LayerStack::General(_) => None,
            },
        },
    },
    Key {
        name: LAYER_ACTS,
        help: "one activation a layer; `\"-\"` stands for the input, which has none",
        default: DefaultValue::Told(OTHER_FORMS),
        other_names: &["ACTIVATIONS"],
        setting: &Together {
            of: ACTIVATIONS,
            read: None,
            get: |p| match &p.layers {
                LayerStack::Mlp { activations, .. } => Some(activations.clone()),
                LayerStack::Hidden { .. } | LayerStack::General(_) => None,
            },
        },
    },
    Key {
        name: HIDDEN,
        help: "instead of the three above: the widths of the hidden layers of an MLP alone, `[]` for none. Inputs and \
               outputs are the data's; the output is softmax for classes, sigmoid for labels, linear for values",
        default: DefaultValue::Told("`[256, 128]`, where no other key tells the layers"),
        other_names: &["HIDDENLAYERSIZES", "HIDDENSIZES", "HIDDENLAYERS"],
        setting: &Together {
            of: Widths,
            read: None,
            get: |p| match &p.layers {
                LayerStack::Hidden { widths, .. } => widths.clone(),
                LayerStack::Mlp { .. } | LayerStack::General(_) => None,
            },
        },
    },
    Key {
        name: ACTIVATION,
        help: "the activation of all layers of `HIDDEN`",
        default: DefaultValue::Told("`\"relu\"`"),
        other_names: &[],
        setting: &Together {
            of: Text { allowed: "an activation", examples: ACTIVATION_NAMES },
            read: None,
            get: |p| match &p.layers {
                LayerStack::Hidden { activation, .. } => activation.clone(),
                LayerStack::Mlp { .. } | LayerStack::General(_) => None,
            },
        },
    },
    Key {
        name: LAYERS,
        help: "instead of all above: convolution, pooling, recurrent and other layers, from the input on; the last \
               one is dense",
        default: DefaultValue::Told(OTHER_FORMS),
        other_names: &[],
        setting: &Together {
            of: Layers,
            read: None,
            get: |p| match &p.layers {
                LayerStack::Mlp { .. } | LayerStack::Hidden { .. } => None,
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

/// Which of these keys go together, as JSON Schema says it: those of one form, all that it needs.
pub(in crate::rooms::params) fn one_form() -> Value {
    let (off, list) = (json!({"type": "null"}), json!({"type": "array"}));
    let form = |own: &[&str], needs: &[&str]| {
        let others = FORMS.iter().copied().flatten().filter(|key| !own.contains(key));
        let others = others.map(|key| ((*key).to_string(), off.clone()));
        let needed = needs.iter().map(|key| ((*key).to_string(), list.clone()));
        let properties: Map<String, Value> = others.chain(needed).collect();
        json!({"properties": properties, "required": needs})
    };
    let [mlp, hidden, general] = FORMS;
    let forms =
        json!(
            [form(mlp, &[LAYER_SIZES, LAYER_ACTS]), form(hidden, &[]), form(general, &[LAYERS]),]
        );
    json!({"anyOf": forms})
}

/// In LAYER_ACTS, the input, which has no activation.
const INPUT: &str = "-";

const NAMES: Texts =
    Texts { allowed: "a list of texts, one for the input and one a layer", examples: &[] };
const ACTIVATIONS: Texts = Texts {
    allowed: "a list of activations, \"-\" first, then one a layer",
    examples: ACTIVATION_NAMES,
};

/// The layers, in the one form that is there; where there is none, the data decide.
fn read_layers(given: &Given, parameters: &mut Parameters) -> Result<()> {
    let is_given = |key: &&str| given.get(key).is_some();
    let [mlp_keys, hidden_keys, general_keys] =
        FORMS.map(|keys| keys.iter().copied().find(is_given));
    if let Some((own, other)) = two(&[general_keys, hidden_keys, mlp_keys])
        && let Some(found) = given.get(own)
    {
        return Err(found.refuse(format!(
            "HIDDEN with ACTIVATION, or LAYERS, or LAYER_SIZES with LAYER_ACTS, one of them (here with {other}); null \
             takes a key out"
        )));
    }
    parameters.layers = match (general_keys.and_then(|key| given.get(key)), mlp_keys) {
        (Some(layers), _) => LayerStack::General(Layers.read(&layers)?),
        (None, Some(_)) => mlp(given)?,
        (None, None) => hidden(given)?,
    };
    Ok(())
}

/// The first two that are there.
fn two(found: &[Option<&'static str>]) -> Option<(&'static str, &'static str)> {
    let mut there = found.iter().copied().flatten();
    Some((there.next()?, there.next()?))
}

fn hidden(given: &Given) -> Result<LayerStack> {
    let widths = given.get(HIDDEN).map(|found| Widths.read(&found)).transpose()?;
    let text = Text { allowed: "an activation", examples: ACTIVATION_NAMES };
    let activation = given.get(ACTIVATION).map(|found| text.read(&found)).transpose()?;
    Ok(LayerStack::Hidden { widths, activation })
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

/// The widths of hidden layers.
struct Widths;

const WIDTHS: &str =
    "a list of whole numbers of 1 or more, such as [64, 32]; [] for no hidden layer";

impl Values for Widths {
    type Value = Vec<usize>;

    fn allowed(&self) -> String {
        WIDTHS.into()
    }

    fn schema(&self) -> Value {
        json!({"type": "array", "items": SIZE.schema()})
    }

    /// One number is one layer.
    fn read(&self, found: &Found) -> Result<Vec<usize>> {
        if found.is_list() {
            found.list(WIDTHS, |found| SIZE.read(&found))
        } else {
            Ok(vec![SIZE.read(found)?])
        }
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
