//! The description in the metadata of a model file, as JSON holds it.
//!
//! Typed, without lists of arbitrary content: a hostile file takes memory of the order of its own size.
//! Unknown fields are skipped.

use std::fmt;

use serde::de::{self, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::data::Scaling;
use crate::network::layers::{Field, Kind, LAYER_TYPES, Source};
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
    pub layers: Vec<LayerRecord>,
    pub inputs: Scaling,
    pub targets: Option<Scaling>,
    pub labels: Option<Vec<i64>>,
    pub feature_names: Option<Vec<String>>,
    pub target_names: Option<Vec<String>>,
    pub metrics: Option<Box<RawValue>>,
    pub parameters: Option<Box<RawValue>>,
}

/// A layer: the fields of an object of `LAYERS`, the shape of its output and perhaps its name.
#[derive(Default)]
pub(super) struct LayerRecord {
    kind: String,
    fields: Vec<(&'static str, FieldRecord)>,
    activation: Option<String>,
    pub output_shape: Option<Vec<usize>>,
    pub name: Option<String>,
}

impl LayerRecord {
    pub fn new(layer: &Layer, output_shape: &[usize], name: Option<&String>) -> Self {
        let fields = layer.kind.fields().into_iter().map(|(name, field)| match field {
            Field::Size(size) => (name, FieldRecord::Number(size)),
            Field::Pair(pair) => (name, FieldRecord::Pair(pair)),
            Field::Padding(Padding::Each(zeros)) => (name, FieldRecord::Number(zeros)),
            Field::Padding(Padding::Same) => (name, FieldRecord::Same),
        });
        LayerRecord {
            kind: layer.name().into(),
            fields: fields.collect(),
            activation: layer.activation().map(ToString::to_string),
            output_shape: Some(output_shape.to_vec()),
            name: name.cloned(),
        }
    }

    /// The characters of its activation.
    pub fn activation_length(&self) -> usize {
        self.activation.as_ref().map_or(0, String::len)
    }

    /// The layer; the error says what it lacks.
    pub fn layer(&self) -> Result<Layer, String> {
        let kind = Kind::read(&self.kind, &mut Fields(self)).unwrap_or_else(|| {
            let allowed = LAYER_TYPES.join(", ");
            Err(format!("{:?} is no type of layer; allowed: {allowed}", self.kind))
        })?;
        if !Kind::is_activated(&self.kind) {
            return Ok(Layer::plain(kind));
        }
        // An expression of x is written out: no custom function is needed.
        let activation = match &self.activation {
            None => Activation::Linear,
            Some(text) => Activation::parse(text, "x").map_err(|error| error.to_string())?,
        };
        Ok(Layer::activated(kind, activation))
    }
}

/// The fields of a record, for a layer that reads them: all have to be there.
struct Fields<'a>(&'a LayerRecord);

impl Fields<'_> {
    fn get(&self, field: &str) -> Option<FieldRecord> {
        self.0.fields.iter().find(|(name, _)| *name == field).map(|(_, value)| *value)
    }
}

impl Source for Fields<'_> {
    type Error = String;

    fn size(&mut self, field: &str, _: Option<usize>, _: &str) -> Result<usize, String> {
        match self.get(field) {
            Some(FieldRecord::Number(size)) => Ok(size),
            Some(FieldRecord::Pair(_) | FieldRecord::Same) | None => {
                Err(format!("{}: {field:?} is missing, or no whole number", self.0.kind))
            }
        }
    }

    fn pair(&mut self, field: &str, _: Option<[usize; 2]>, _: &str) -> Result<[usize; 2], String> {
        match self.get(field) {
            Some(FieldRecord::Pair(pair)) => Ok(pair),
            Some(FieldRecord::Number(size)) => Ok([size; 2]),
            Some(FieldRecord::Same) | None => {
                Err(format!("{}: {field:?} is missing, or no pair of whole numbers", self.0.kind))
            }
        }
    }

    fn padding(&mut self, field: &str) -> Result<Padding, String> {
        match self.get(field) {
            Some(FieldRecord::Number(zeros)) => Ok(Padding::Each(zeros)),
            Some(FieldRecord::Same) => Ok(Padding::Same),
            Some(FieldRecord::Pair(_)) | None => {
                Err(format!("{}: {field:?} is missing", self.0.kind))
            }
        }
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
        map.serialize_entry("output_shape", &self.output_shape)?;
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

/// A number, a pair of numbers, or `"same"`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum FieldRecord {
    Number(usize),
    Pair([usize; 2]),
    Same,
}

impl Serialize for FieldRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            FieldRecord::Number(number) => serializer.serialize_u64(*number as u64),
            FieldRecord::Pair(pair) => pair.serialize(serializer),
            FieldRecord::Same => serializer.serialize_str("same"),
        }
    }
}

impl<'de> Deserialize<'de> for FieldRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = FieldRecord;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, a pair of them, or \"same\"")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<FieldRecord, A::Error> {
                let (vertical, horizontal) = (all.next_element()?, all.next_element()?);
                match (vertical, horizontal, all.next_element::<IgnoredAny>()?) {
                    (Some(vertical), Some(horizontal), None) => {
                        Ok(FieldRecord::Pair([vertical, horizontal]))
                    }
                    _ => Err(A::Error::custom("a list of other than two whole numbers")),
                }
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<FieldRecord, E> {
                usize::try_from(number).map(FieldRecord::Number).map_err(E::custom)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<FieldRecord, E> {
                match text {
                    "same" => Ok(FieldRecord::Same),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}
