//! The description in the metadata of a model file, as JSON holds it.
//!
//! Typed, and with no list of whatever a file may hold: what is read of a hostile file is of the order
//! of its own size. Fields that are not known are passed over.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::data::Scaling;
use crate::network::{Activation, Layer, Padding};

/// What is read first: a file of another version may hold anything else.
#[derive(Deserialize)]
pub(super) struct Head {
    #[serde(default)]
    pub format: String,
    pub version: Option<u64>,
}

/// All of it, in the order in which it is written.
#[derive(Serialize, Deserialize)]
pub(super) struct Description {
    pub format: String,
    pub version: u64,
    pub task: String,
    /// Absent where the task alone tells it: a regression without one has the squared error.
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
#[derive(Default, Serialize, Deserialize)]
pub(super) struct LayerRecord {
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    units: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kernel: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stride: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    padding: Option<PaddingRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activation: Option<String>,
    pub output_shape: Option<Vec<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl LayerRecord {
    pub fn new(layer: &Layer, output_shape: &[usize], name: Option<&String>) -> Self {
        let record = LayerRecord {
            kind: layer.name().into(),
            activation: layer.activation().map(ToString::to_string),
            output_shape: Some(output_shape.to_vec()),
            name: name.cloned(),
            ..Self::default()
        };
        match *layer {
            Layer::Dense { units, .. } => LayerRecord { units: Some(units), ..record },
            Layer::Conv1d { filters, kernel, stride, padding, .. } => LayerRecord {
                filters: Some(filters),
                kernel: Some(kernel),
                stride: Some(stride),
                padding: Some(PaddingRecord(padding)),
                ..record
            },
            Layer::MaxPool1d { size, stride } => {
                LayerRecord { size: Some(size), stride: Some(stride), ..record }
            }
            Layer::Flatten => record,
        }
    }

    /// The characters of its activation.
    pub fn activation_length(&self) -> usize {
        self.activation.as_ref().map_or(0, String::len)
    }

    /// The layer; the error says what it lacks.
    pub fn layer(&self) -> Result<Layer, String> {
        let needed = |value: Option<usize>, field: &str| {
            value.ok_or_else(|| format!("{}: {field:?} is missing, or no whole number", self.kind))
        };
        // An expression of x is written out: no custom function is needed.
        let activation = || match &self.activation {
            None => Ok(Activation::Linear),
            Some(text) => Activation::parse(text, "x").map_err(|error| error.to_string()),
        };
        Ok(match self.kind.as_str() {
            "dense" => {
                Layer::Dense { units: needed(self.units, "units")?, activation: activation()? }
            }
            "conv1d" => Layer::Conv1d {
                filters: needed(self.filters, "filters")?,
                kernel: needed(self.kernel, "kernel")?,
                stride: needed(self.stride, "stride")?,
                padding: self.padding.as_ref().ok_or("conv1d: \"padding\" is missing")?.0,
                activation: activation()?,
            },
            "maxpool1d" => Layer::MaxPool1d {
                size: needed(self.size, "size")?,
                stride: needed(self.stride, "stride")?,
            },
            "flatten" => Layer::Flatten,
            other => {
                return Err(format!(
                    "{other:?} is no type of layer; allowed: dense, conv1d, maxpool1d, flatten"
                ));
            }
        })
    }
}

/// A number of zeros, or `"same"`.
struct PaddingRecord(Padding);

impl Serialize for PaddingRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Padding::Each(zeros) => serializer.serialize_u64(zeros as u64),
            Padding::Same => serializer.serialize_str("same"),
        }
    }
}

impl<'de> Deserialize<'de> for PaddingRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = PaddingRecord;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of zeros, or \"same\"")
            }
            fn visit_u64<E: de::Error>(self, zeros: u64) -> Result<PaddingRecord, E> {
                let zeros = usize::try_from(zeros).map_err(E::custom)?;
                Ok(PaddingRecord(Padding::Each(zeros)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<PaddingRecord, E> {
                match text {
                    "same" => Ok(PaddingRecord(Padding::Same)),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}
