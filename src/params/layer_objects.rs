//! The objects of `LAYERS`.

use serde_json::{Value, json};

use super::bounds::bounds;
use super::found::{Fields, Found, quoted};
use super::layer_schema;
use super::values::{SIZE, Values, ZEROS};
use crate::error::{Error, Result};
use crate::network::layers::{Field, Kind, LAYER_TYPES, LAYERS_INSIDE, Range, Source};
use crate::network::{Layer, MOST_SIZE};
use crate::plan::Padding;

/// A list of layers.
pub(super) struct Layers;

const LAYERS: &str = "a list of 1 or more layers such as {\"type\": \"dense\", \"units\": 16, \"activation\": \"relu\"}";

impl Values for Layers {
    type Value = Vec<Layer<String>>;

    fn allowed(&self) -> String {
        LAYERS.into()
    }

    fn schema(&self) -> Value {
        layer_schema::list()
    }

    fn read(&self, found: &Found) -> Result<Vec<Layer<String>>> {
        let layers = found.list(LAYERS, |found| layer(&found))?;
        if layers.is_empty() { Err(found.refuse(LAYERS)) } else { Ok(layers) }
    }

    fn write(&self, value: &Vec<Layer<String>>) -> Value {
        value.iter().map(object).collect()
    }
}

/// One object of `LAYERS`.
fn layer(found: &Found) -> Result<Layer<String>> {
    let fields = found.fields("an object such as {\"type\": \"dense\", \"units\": 16}")?;
    let names = quoted(LAYER_TYPES.iter().copied());
    let choices: Vec<(&str, &str)> = LAYER_TYPES.iter().map(|&name| (name, name)).collect();
    let found = fields.required("type", &names)?;
    let name = found.choice(&choices)?;
    let usual = Kind::usual_activation(name);
    let activation_field = usual.map(|_| "activation");
    let layers_field = Kind::holds_layers(name).then_some(LAYERS_INSIDE);
    let own = Kind::fields_of(name).unwrap_or_default().iter().copied();
    let own = own.chain(layers_field).chain(activation_field);
    let allowed: Vec<&str> = ["type"].into_iter().chain(own).collect();
    fields.only(&allowed)?;
    let kind =
        Kind::read(name, &mut Object(&fields)).unwrap_or_else(|| Err(found.refuse(names)))?;
    let activation = usual.map(|usual| activation(&fields, usual)).transpose()?;
    let layers = match layers_field {
        Some(field) => Layers.read(fields.required(field, LAYERS)?)?,
        None => vec![],
    };
    Ok(Layer { kind, activation, layers })
}

/// A layer as an object, every field with its value.
fn object(layer: &Layer<String>) -> Value {
    let value = |field| match field {
        Field::Size(size) => json!(size),
        Field::OptionalSize(size) => json!(size),
        Field::Pair(pair) => json!(pair),
        Field::Padding(own) => padding(own),
        Field::Paddings([Padding::Same, Padding::Same]) => json!("same"),
        Field::Paddings(both) => both.map(padding).to_vec().into(),
        Field::Flag(flag) => json!(flag),
        Field::Number(number) => json!(number),
    };
    let fields = layer.kind.fields().into_iter().map(|(name, field)| (name, value(field)));
    let inside = Kind::holds_layers(layer.name());
    let inside = inside.then(|| (LAYERS_INSIDE, Layers.write(&layer.layers)));
    let fields = fields.chain(inside);
    let activation = layer.activation().map(|text| ("activation", json!(text)));
    let all = [("type", json!(layer.name()))].into_iter().chain(fields).chain(activation);
    all.map(|(name, value)| (name.to_string(), value)).collect()
}

fn padding(padding: Padding) -> Value {
    match padding {
        Padding::Each(zeros) => json!(zeros),
        Padding::Same => json!("same"),
    }
}

/// The fields of an object of `LAYERS`, as a layer reads them.
struct Object<'a, 'f>(&'a Fields<'f>);

impl Source for Object<'_, '_> {
    type Error = Error;

    fn size(&mut self, field: &str, otherwise: Option<usize>, what: &str) -> Result<usize> {
        match (self.0.get(field), otherwise) {
            (Some(found), _) => SIZE.read(found),
            (None, Some(otherwise)) => Ok(otherwise),
            (None, None) => {
                SIZE.read(self.0.required(field, &format!("{what}, a whole number of 1 or more"))?)
            }
        }
    }

    fn optional_size(&mut self, field: &str, _: &str) -> Result<Option<usize>> {
        self.0.get(field).map(|found| SIZE.read(found)).transpose()
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
            false => SIZE.read(found).map(|size| [size; 2]),
            true => match found.list(&allowed, |found| SIZE.read(&found))?[..] {
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
                    "a whole number from 0 (\"valid\") to {}, less than the kernel spans, or \"same\"",
                    MOST_SIZE - 1
                );
                let zeros = ZEROS.read(found).map_err(|_| found.refuse(allowed))?;
                Ok(Padding::Each(zeros))
            }
        }
    }

    fn paddings(&mut self, field: &str) -> Result<[Padding; 2]> {
        let Some(found) = self.0.get(field).filter(|found| found.is_list()) else {
            return self.padding(field).map(|padding| [padding; 2]);
        };
        let allowed = "a whole number from 0, a pair [height, width] of such, or \"same\"";
        match found.list(allowed, |found| ZEROS.read(&found))?[..] {
            [vertical, horizontal] => Ok([vertical, horizontal].map(Padding::Each)),
            _ => Err(found.refuse(allowed)),
        }
    }

    fn flag(&mut self, field: &str, otherwise: bool, _: &str) -> Result<bool> {
        self.0.get(field).map_or(Ok(otherwise), Found::boolean)
    }

    fn number(
        &mut self,
        field: &str,
        otherwise: Option<f64>,
        range: Range,
        what: &str,
    ) -> Result<f64> {
        let bounds = bounds(range);
        match (self.0.get(field), otherwise) {
            (Some(found), _) => found.number(bounds),
            (None, Some(otherwise)) => Ok(otherwise),
            (None, None) => {
                let allowed = format!("{what}, {}", bounds.allowed);
                self.0.required(field, &allowed)?.number(bounds)
            }
        }
    }
}

fn activation(fields: &Fields, usual: &str) -> Result<String> {
    match fields.get("activation") {
        Some(found) => {
            Ok(found.text("an activation such as \"relu\", or an expression of x")?.into())
        }
        None => Ok(usual.into()),
    }
}
