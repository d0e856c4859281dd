//! The parameter file as JSON Schema, for editors and other programs.

use serde_json::{Map, Value, json};

use super::keys::{OUTER, names_before};
use super::layer_schema;
use super::table::{DefaultValue, Key, keys, one_form};
use super::values::{COMMENTS, or_null};

/// A JSON Schema (draft 2020-12) of the parameter file, made of the table of keys. Where the program passes
/// over letter case it has the usual spelling alone.
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gpu-mlp: a parameter file",
        "type": "object",
        "properties": {"$schema": true, OUTER: parameters()},
        "patternProperties": {COMMENTS: true},
        "required": [OUTER],
        "additionalProperties": false,
        "$defs": {"layer": layer_schema::object()},
    })
}

/// The object of the keys.
fn parameters() -> Value {
    let mut properties = Map::from_iter([("$schema".into(), true.into())]);
    properties.extend(keys().map(|key| (key.name.into(), property(key))));
    properties.extend(names_before().map(|(before, key)| (before.into(), same_as(key))));
    json!({
        "type": "object",
        "properties": properties,
        "patternProperties": {COMMENTS: true},
        "additionalProperties": false,
        "allOf": all_of(),
    })
}

/// Each key that has to be there, by one of its names; and the layers in one form.
fn all_of() -> Vec<Value> {
    let required = keys().filter(|key| key.default == DefaultValue::Required).map(|key| {
        let before = names_before().filter(|(_, own)| *own == key.name).map(|(before, _)| before);
        let names = std::iter::once(key.name).chain(before);
        json!({"anyOf": names.map(|name| json!({"required": [name]})).collect::<Vec<_>>()})
    });
    required.chain([one_form()]).collect()
}

/// The property of a key by a name of before.
fn same_as(key: &str) -> Value {
    json!({"$ref": format!("#/properties/{OUTER}/properties/{key}")})
}

fn property(key: &Key) -> Value {
    let mut schema = key.setting.schema();
    schema["description"] = match key.default {
        DefaultValue::Told(default) | DefaultValue::OfData(default) => {
            format!("{} (default: {default})", key.help).into()
        }
        _ => key.help.into(),
    };
    if let Some(default) = key.default_json() {
        schema["default"] = default;
    }
    if key.default == DefaultValue::Required { schema } else { or_null(schema) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_tell_their_fields_and_what_holds_without_them() {
        let layers = &schema()["$defs"]["layer"];
        let of_type = |name: &str| {
            let types = layers["allOf"].as_array().unwrap().iter();
            let is_it = |each: &&Value| each["if"]["properties"]["type"]["const"] == *name;
            types.clone().find(is_it).unwrap()["then"].clone()
        };
        let [conv1d, pool, flatten] = ["conv1d", "avgpool2d", "flatten"].map(of_type);
        assert_eq!(conv1d["required"], json!(["type", "filters", "kernel"]));
        assert_eq!(conv1d["properties"]["stride"]["default"], 1);
        assert_eq!(conv1d["properties"]["activation"]["default"], "linear");
        assert_eq!(pool["properties"]["size"]["default"], 2);
        let stride = &pool["properties"]["stride"]["description"];
        let words = "the pixels from one window to the next; as size where it is absent";
        assert_eq!(stride, words);
        assert_eq!(flatten["properties"].as_object().unwrap().len(), 1);
    }
}
