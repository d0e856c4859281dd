//! The JSON Schema of the objects of `LAYERS`, made from what the layers read.

use std::convert::Infallible;

use serde_json::{Map, Value, json};

use super::bounds::bounds;
use super::values::{COMMENTS, SIZE, Values, ZEROS, or_null};
use crate::network::ACTIVATION_NAMES;
use crate::network::layers::{Kind, LAYER_TYPES, LAYERS_INSIDE, Range, Source};
use crate::plan::Padding;

/// Where the schema of the file has that of one object.
const OBJECT: &str = "#/$defs/layer";

/// A list of objects.
pub(super) fn list() -> Value {
    json!({"type": "array", "minItems": 1, "items": {"$ref": OBJECT}})
}

/// One object. Its type decides which fields it has; editors follow `if`.
pub(super) fn object() -> Value {
    let of_type = |name: &&str| {
        json!({
            "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
            "then": of_type(name),
        })
    };
    json!({
        "type": "object",
        "properties": {"type": {"enum": LAYER_TYPES}},
        "required": ["type"],
        "allOf": LAYER_TYPES.iter().map(of_type).collect::<Vec<_>>(),
    })
}

/// The fields of a type of layer.
fn of_type(name: &str) -> Value {
    let mut fields = Fields::default();
    fields.add("type", json!({"const": name}), Absent::Refused);
    let Some(Ok(_)) = Kind::read(name, &mut fields) else { return json!(false) };
    if let Some(usual) = Kind::usual_activation(name) {
        let text = json!({
            "type": "string",
            "pattern": "\\S",
            "examples": ACTIVATION_NAMES,
            "description": "an activation, or an expression of x",
        });
        fields.add("activation", text, Absent::Means(usual.into()));
    }
    if Kind::holds_layers(name) {
        fields.add(LAYERS_INSIDE, list(), Absent::Refused);
    }
    json!({
        "properties": fields.properties,
        "patternProperties": {COMMENTS: true},
        "required": fields.required,
        "additionalProperties": false,
    })
}

/// The fields that a layer reads, recorded while it reads them.
#[derive(Default)]
struct Fields {
    properties: Map<String, Value>,
    required: Vec<String>,
    /// The answer for each size: a distinct number, by which a later default shows that it is the same as that
    /// field.
    answers: Vec<String>,
}

/// The default of a field.
enum Absent {
    Refused,
    Means(Value),
    /// The value of another field.
    As(String),
}

/// The first number that is answered: no layer has it as a default.
const FIRST_ANSWER: usize = 1 << 19;

impl Fields {
    fn add(&mut self, field: &str, mut schema: Value, absent: Absent) {
        let schema = match absent {
            Absent::Refused => {
                self.required.push(field.into());
                schema
            }
            Absent::Means(default) => {
                schema["default"] = default;
                or_null(schema)
            }
            Absent::As(other) => {
                let what = schema["description"].as_str().unwrap_or_default();
                schema["description"] = format!("{what}; as {other} where it is absent").into();
                or_null(schema)
            }
        };
        self.properties.insert(field.into(), schema);
    }

    /// The kind of a default; the first axis tells that of a pair.
    fn absent(&self, otherwise: Option<usize>) -> Absent {
        let Some(number) = otherwise else { return Absent::Refused };
        match number.checked_sub(FIRST_ANSWER).and_then(|index| self.answers.get(index)) {
            Some(field) => Absent::As(field.clone()),
            None => Absent::Means(number.into()),
        }
    }

    fn answer(&mut self, field: &str) -> usize {
        self.answers.push(field.into());
        FIRST_ANSWER + self.answers.len() - 1
    }
}

impl Source for Fields {
    type Error = Infallible;

    fn size(
        &mut self,
        field: &str,
        otherwise: Option<usize>,
        what: &str,
    ) -> Result<usize, Infallible> {
        let mut schema = SIZE.schema();
        schema["description"] = what.into();
        self.add(field, schema, self.absent(otherwise));
        Ok(self.answer(field))
    }

    fn optional_size(&mut self, field: &str, what: &str) -> Result<Option<usize>, Infallible> {
        let mut schema = SIZE.schema();
        let last = "absent in the last layer: as many as the data have classes or targets";
        schema["description"] = format!("{what}; {last}").into();
        self.properties.insert(field.into(), or_null(schema));
        Ok(None)
    }

    fn pair(
        &mut self,
        field: &str,
        otherwise: Option<[usize; 2]>,
        what: &str,
    ) -> Result<[usize; 2], Infallible> {
        let pair = json!({"type": "array", "minItems": 2, "maxItems": 2, "items": SIZE.schema()});
        let schema = json!({"anyOf": [SIZE.schema(), pair], "description": what});
        self.add(field, schema, self.absent(otherwise.map(|[first, _]| first)));
        Ok([self.answer(field); 2])
    }

    fn padding(&mut self, field: &str) -> Result<Padding, Infallible> {
        let what = "zeros on both sides, fewer than the kernel spans, or \"same\"";
        let schema = json!({"anyOf": [ZEROS.schema(), {"enum": ["same"]}], "description": what});
        self.add(field, schema, Absent::Means(0.into()));
        Ok(Padding::Each(0))
    }

    fn paddings(&mut self, field: &str) -> Result<[Padding; 2], Infallible> {
        let what = "zeros on both sides of each axis, fewer than the kernel spans, or \"same\"";
        let pair = json!({"type": "array", "minItems": 2, "maxItems": 2, "items": ZEROS.schema()});
        let schema = json!({
            "anyOf": [ZEROS.schema(), pair, {"enum": ["same"]}],
            "description": what,
        });
        self.add(field, schema, Absent::Means(0.into()));
        Ok([Padding::Each(0); 2])
    }

    fn flag(&mut self, field: &str, otherwise: bool, what: &str) -> Result<bool, Infallible> {
        let schema = json!({"type": "boolean", "description": what});
        self.add(field, schema, Absent::Means(otherwise.into()));
        Ok(otherwise)
    }

    fn number(
        &mut self,
        field: &str,
        otherwise: Option<f64>,
        range: Range,
        what: &str,
    ) -> Result<f64, Infallible> {
        let mut schema = bounds(range).schema();
        schema["description"] = what.into();
        let absent = otherwise.map_or(Absent::Refused, |number| Absent::Means(number.into()));
        self.add(field, schema, absent);
        Ok(otherwise.unwrap_or_default())
    }
}
