//! The values of `TARGET`, `NA` and `COLUMNS`.

use serde_json::{Map, Value, json};

use super::found::{Found, quoted};
use super::values::Values;
use crate::data::AskedKind;
use crate::error::Result;

/// A text or a list of texts, each once.
pub(super) struct Names {
    /// What each is, such as "the name of a column".
    pub(super) what: &'static str,
}

impl Values for Names {
    type Value = Vec<String>;

    fn allowed(&self) -> String {
        format!("{}, or a list of them, each once", self.what)
    }

    fn schema(&self) -> Value {
        let text = json!({"type": ["string", "number"]});
        json!({"anyOf": [text, {"type": "array", "items": text, "uniqueItems": true}]})
    }

    fn read(&self, found: &Found) -> Result<Vec<String>> {
        if !found.is_list() {
            return Ok(vec![found.word(&self.allowed())?]);
        }
        let mut names: Vec<String> = vec![];
        for name in found.list(&self.allowed(), |name| name.word(self.what))? {
            if names.contains(&name) {
                return Err(found.refuse_because(&format!(", with {name:?} twice"), self.allowed()));
            }
            names.push(name);
        }
        Ok(names)
    }

    fn write(&self, value: &Vec<String>) -> Value {
        match &value[..] {
            [one] => one.as_str().into(),
            several => json!(several),
        }
    }
}

/// The kinds of columns, by name.
pub(super) struct Kinds;

const KINDS: &str = "an object such as {\"zip\": {\"as\": \"category\"}}";
const AS: &str = "as";

impl Values for Kinds {
    type Value = Vec<(String, AskedKind)>;

    fn allowed(&self) -> String {
        KINDS.into()
    }

    fn schema(&self) -> Value {
        let kind = json!({"enum": AskedKind::ALL.map(AskedKind::name)});
        json!({"type": "object", "additionalProperties": {
            "type": "object", "properties": {AS: kind}, "required": [AS], "additionalProperties": false,
        }})
    }

    /// A kind alone stands for an object that has it.
    fn read(&self, found: &Found) -> Result<Vec<(String, AskedKind)>> {
        let choices = AskedKind::ALL.map(|kind| (kind.name(), kind));
        let names = quoted(choices.iter().map(|(name, _)| *name));
        let mut kinds = vec![];
        for (column, found) in found.named(KINDS)? {
            let kind = if found.is_object() {
                let fields = found.fields(KINDS)?;
                fields.only(&[AS])?;
                fields.required(AS, &names)?.choice(&choices)?
            } else {
                found.choice(&choices)?
            };
            kinds.push((column.to_string(), kind));
        }
        Ok(kinds)
    }

    fn write(&self, value: &Vec<(String, AskedKind)>) -> Value {
        let kinds = value.iter().map(|(column, kind)| (column.clone(), json!({AS: kind.name()})));
        Value::Object(kinds.collect::<Map<String, Value>>())
    }
}
