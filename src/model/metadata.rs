//! The description in the metadata of a model file, as JSON holds it.
//!
//! Typed, without lists of arbitrary content: a hostile file takes memory of the order of its own size.
//! Unknown fields are skipped.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::field_record::FieldRecord;
use crate::data::{Forecast, Prepared, Scaling};
use crate::network::layers::{Field, Kind, LAYER_TYPES, LAYERS_INSIDE, Range, Source};
use crate::network::{Activation, Layer};
use crate::plan::Padding;

/// The fields that are read first: a file of another version may hold anything else.
#[derive(Deserialize)]
pub(super) struct Head {
    #[serde(default)]
    pub format: String,
    pub version: Option<u64>,
}

/// The whole description, in the order in which it is written.
#[derive(Serialize, Deserialize)]
pub(super) struct ModelMetadata {
    pub format: String,
    pub version: u64,
    pub task: String,
    /// Absent where the task tells it: a regression without it has the squared error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<String>,
    pub dataset: String,
    pub best_epoch: u32,
    pub input_shape: Vec<usize>,
    /// The shape of a row of the data, where that does not follow from the input's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_shape: Option<Vec<usize>>,
    /// Absent where the data have their channels first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_layout: Option<String>,
    /// Absent where rows are examples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Forecast>,
    /// Whether each row has a length of its own; absent where it has none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lengths: bool,
    pub layers: Vec<LayerRecord>,
    pub inputs: Scaling,
    pub targets: Option<Scaling>,
    pub labels: Option<Vec<i64>>,
    pub feature_names: Option<Vec<String>>,
    pub target_names: Option<Vec<String>>,
    /// Absent where rows hold inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepared: Option<Prepared>,
    pub metrics: Option<Box<RawValue>>,
    pub parameters: Option<Box<RawValue>>,
}

/// A layer: the fields of an object of `LAYERS`, the shape of its output and perhaps its name.
#[derive(Default)]
pub(super) struct LayerRecord {
    kind: String,
    fields: Vec<(&'static str, FieldRecord)>,
    activation: Option<String>,
    /// The layers inside it.
    layers: Vec<LayerRecord>,
    pub output_shape: Option<Vec<usize>>,
    pub name: Option<String>,
}

impl LayerRecord {
    pub fn new(layer: &Layer, output_shape: &[usize], name: Option<&String>) -> Self {
        let fields = layer.kind.fields().into_iter().map(|(name, field)| match field {
            Field::Size(size) => (name, FieldRecord::Whole(size)),
            // A network that was trained has all its sizes.
            Field::OptionalSize(size) => (name, FieldRecord::Whole(size.unwrap_or_default())),
            Field::Pair(pair) => (name, FieldRecord::Pair(pair)),
            Field::Padding(Padding::Each(zeros)) => (name, FieldRecord::Whole(zeros)),
            Field::Padding(Padding::Same) => (name, FieldRecord::Same),
            Field::Paddings([Padding::Each(vertical), Padding::Each(horizontal)]) => {
                (name, FieldRecord::Pair([vertical, horizontal]))
            }
            Field::Paddings(_) => (name, FieldRecord::Same),
            Field::Flag(flag) => (name, FieldRecord::Flag(flag)),
            Field::Number(number) => (name, FieldRecord::Real(number)),
        });
        LayerRecord {
            kind: layer.name().into(),
            fields: fields.collect(),
            activation: layer.activation().map(ToString::to_string),
            layers: layer.layers.iter().map(LayerRecord::inner).collect(),
            output_shape: Some(output_shape.to_vec()),
            name: name.cloned(),
        }
    }

    /// A layer inside another: its shape is not written.
    fn inner(layer: &Layer) -> Self {
        LayerRecord { output_shape: None, ..LayerRecord::new(layer, &[], None) }
    }

    /// The characters of its activation, and of those inside it.
    pub fn activation_length(&self) -> usize {
        let own = self.activation.as_ref().map_or(0, String::len);
        own + self.layers.iter().map(LayerRecord::activation_length).sum::<usize>()
    }

    /// The layer; the error says what it lacks.
    pub fn layer(&self) -> Result<Layer, String> {
        let kind = Kind::read(&self.kind, &mut Fields(self)).unwrap_or_else(|| {
            let allowed = LAYER_TYPES.join(", ");
            Err(format!("{:?} is no type of layer; allowed: {allowed}", self.kind))
        })?;
        let layers = self.layers.iter().map(LayerRecord::layer).collect::<Result<_, _>>()?;
        if Kind::usual_activation(&self.kind).is_none() {
            return Ok(Layer { layers, ..Layer::plain(kind) });
        }
        // An expression of x is written out: no custom function is needed.
        let activation = match &self.activation {
            None => Activation::Linear,
            Some(text) => Activation::parse(text, "x").map_err(|error| error.to_string())?,
        };
        Ok(Layer { layers, ..Layer::activated(kind, activation) })
    }
}

/// The fields of a record, for a layer that reads them. Sizes have to be there; fields that old files lack have
/// their defaults.
struct Fields<'a>(&'a LayerRecord);

impl Fields<'_> {
    fn get(&self, field: &str) -> Option<FieldRecord> {
        self.0.fields.iter().find(|(name, _)| *name == field).map(|(_, value)| *value)
    }

    fn fault(&self, field: &str, what: &str) -> String {
        format!("{}: {field:?} is missing, or {what}", self.0.kind)
    }
}

/// The field that convolutions of old files lack.
const DILATION: &str = "dilation";

impl Source for Fields<'_> {
    type Error = String;

    fn size(&mut self, field: &str, _: Option<usize>, _: &str) -> Result<usize, String> {
        match self.get(field) {
            Some(FieldRecord::Whole(size)) => Ok(size),
            None if field == DILATION => Ok(1),
            _ => Err(self.fault(field, "no whole number")),
        }
    }

    fn optional_size(&mut self, field: &str, what: &str) -> Result<Option<usize>, String> {
        self.size(field, None, what).map(Some)
    }

    fn pair(&mut self, field: &str, _: Option<[usize; 2]>, _: &str) -> Result<[usize; 2], String> {
        match self.get(field) {
            Some(FieldRecord::Pair(pair)) => Ok(pair),
            Some(FieldRecord::Whole(size)) => Ok([size; 2]),
            None if field == DILATION => Ok([1; 2]),
            _ => Err(self.fault(field, "no pair of whole numbers")),
        }
    }

    fn padding(&mut self, field: &str) -> Result<Padding, String> {
        match self.get(field) {
            Some(FieldRecord::Whole(zeros)) => Ok(Padding::Each(zeros)),
            Some(FieldRecord::Same) => Ok(Padding::Same),
            _ => Err(self.fault(field, "no whole number or \"same\"")),
        }
    }

    fn paddings(&mut self, field: &str) -> Result<[Padding; 2], String> {
        match self.get(field) {
            Some(FieldRecord::Pair(zeros)) => Ok(zeros.map(Padding::Each)),
            _ => self.padding(field).map(|padding| [padding; 2]),
        }
    }

    fn flag(&mut self, field: &str, otherwise: bool, _: &str) -> Result<bool, String> {
        match self.get(field) {
            Some(FieldRecord::Flag(flag)) => Ok(flag),
            None => Ok(otherwise),
            Some(_) => Err(self.fault(field, "neither true nor false")),
        }
    }

    fn number(
        &mut self,
        field: &str,
        _: Option<f64>,
        range: Range,
        _: &str,
    ) -> Result<f64, String> {
        let number = match self.get(field) {
            Some(FieldRecord::Real(number)) => Some(number),
            Some(FieldRecord::Whole(number)) => Some(number as f64),
            _ => None,
        };
        let number = number.filter(|&number| range.has(number));
        number.ok_or_else(|| self.fault(field, "out of its range"))
    }
}

impl Serialize for LayerRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &self.kind)?;
        for (name, field) in &self.fields {
            map.serialize_entry(name, field)?;
        }
        if let Some(activation) = &self.activation {
            map.serialize_entry("activation", activation)?;
        }
        if !self.layers.is_empty() {
            map.serialize_entry(LAYERS_INSIDE, &self.layers)?;
        }
        if let Some(shape) = &self.output_shape {
            map.serialize_entry("output_shape", shape)?;
        }
        if let Some(name) = &self.name {
            map.serialize_entry("name", name)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for LayerRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Record;
        impl<'de> Visitor<'de> for Record {
            type Value = LayerRecord;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the description of a layer")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<LayerRecord, M::Error> {
                let mut record = LayerRecord::default();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "type" => record.kind = map.next_value()?,
                        "activation" => record.activation = map.next_value()?,
                        LAYERS_INSIDE => record.layers = map.next_value()?,
                        "output_shape" => record.output_shape = map.next_value()?,
                        "name" => record.name = map.next_value()?,
                        other => {
                            let known = LAYER_TYPES.iter().filter_map(|kind| Kind::fields_of(kind));
                            match known.flatten().find(|field| **field == other) {
                                Some(field) => record.set(field, map.next_value()?),
                                None => drop(map.next_value::<IgnoredAny>()?),
                            }
                        }
                    }
                }
                Ok(record)
            }
        }
        deserializer.deserialize_map(Record)
    }
}

impl LayerRecord {
    /// Sets a field; the last value of several counts, so that repeated fields take no memory.
    fn set(&mut self, field: &'static str, value: FieldRecord) {
        self.fields.retain(|(name, _)| *name != field);
        self.fields.push((field, value));
    }
}
