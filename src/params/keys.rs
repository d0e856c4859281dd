//! The keys of a parameter file: gathered from the file and from `--set`, each known, each once.

use serde_json::{Map, Value};

use super::found::{Found, is_comment};
use super::given::Given;
use super::json;
use super::other_names::{Meaning, meaning};
use super::overrides::Override;
use super::table::{key, keys};
use crate::error::{Error, Place, Result};
use crate::nearest::did_you_mean;

/// The one key of the outer object.
pub(super) const OUTER: &str = "parameters";

const FORM: &str = r#"one object with the keys in it, {"parameters": {"DATASET": ..., ...}}"#;

/// Reads one `KEY=VALUE` of `--set`. VALUE is JSON; what is not JSON is a text, so that
/// `OPTIMIZER=adam` needs no quotes.
pub fn parse_override(text: &str) -> Result<(&'static str, Value)> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(Error::input("found no \"=\"; allowed: KEY=VALUE, for example --set LR=0.01")
            .within(format!("--set {text}")));
    };
    let name = key.trim();
    let key = known(name).map_err(|e| e.set_by_option(&format!("--set {}", shown(name))))?;
    match json::parse(value) {
        Ok(value) => Ok((key, value)),
        // A text that begins as a list or an object was meant as one.
        Err(error) if value.trim_start().starts_with(['[', '{']) => {
            Err(error.within(format!("--set {key}")))
        }
        Err(_) => Ok((key, value.trim().into())),
    }
}

impl Override {
    /// That of `--set KEY=VALUE`; see [`parse_override`].
    pub fn set(text: &str) -> Result<Self> {
        let (key, value) = parse_override(text)?;
        Ok(Override { key, value, option: format!("--set {key}"), adds: false })
    }

    /// Those of several `--set`.
    pub fn all_set(texts: &[String]) -> Result<Vec<Self>> {
        texts.iter().map(|text| Override::set(text)).collect()
    }
}

/// The keys of `{"parameters": {...}}`, all of them known; errors name `file` before them.
pub(super) fn given(file: Option<String>, json: &Value) -> Result<Given> {
    match (values(json), file) {
        (Ok(values), file) => Ok(Given::new(file, values)),
        (Err(error), Some(file)) => Err(error.within(file)),
        (Err(error), None) => Err(error),
    }
}

fn values(json: &Value) -> Result<Vec<(&'static str, Value)>> {
    let own = inner(json)?.iter().filter(|(key, _)| !is_comment(key));
    let mut values: Vec<(&'static str, Value)> = vec![];
    for (name, value) in own {
        let key = known(name)?;
        if values.iter().any(|(own, _)| *own == key) {
            let message = format!("stands there twice, under two names of {key}; keep one of them");
            return Err(Error::input(message).within(name));
        }
        values.push((key, value.clone()));
    }
    Ok(values)
}

/// The object of the keys.
fn inner(file: &Value) -> Result<&Map<String, Value>> {
    let kind = match file {
        Value::Object(outer) => return inner_of(outer),
        Value::Array(_) => "a list",
        _ => "a single value",
    };
    Err(Error::input(format!("found {kind}; allowed: {FORM}")))
}

fn inner_of(outer: &Map<String, Value>) -> Result<&Map<String, Value>> {
    let stranger = outer.keys().find(|key| *key != OUTER && !is_comment(key));
    match (outer.get(OUTER), stranger) {
        (Some(Value::Object(inner)), None) => Ok(inner),
        (Some(value), None) => {
            Err(Found::new(vec![Place::Whole(OUTER.into())], value).refuse("an object of keys"))
        }
        (Some(_), Some(key)) => Err(Error::input(format!(
            "stands beside {OUTER:?}; allowed: {FORM}; move it inside, or take it out"
        ))
        .within(key)),
        (None, Some(key)) if outer.keys().any(|key| known(key).is_ok()) => {
            Err(Error::input(format!("stands at the top level; put all keys into {FORM}"))
                .within(key))
        }
        (None, Some(key)) => {
            Err(Error::input(format!("unknown{}; allowed: {FORM}", did_you_mean(key, [OUTER])))
                .within(key))
        }
        (None, None) => Err(Error::input(format!("found an object without keys; allowed: {FORM}"))),
    }
}

/// Names that keys had before: files go on using them.
const BEFORE: [(&str, &str); 2] = [("NPZ_DATASET", "DATASET"), ("NPZ_SHA256", "DATASET_SHA256")];

/// The names of before that are still read, each with the key of today.
pub(super) fn names_before() -> impl Iterator<Item = (&'static str, &'static str)> {
    BEFORE.into_iter()
}

/// The key of that name, or of that name before.
fn known(name: &str) -> Result<&'static str> {
    let before = names_before().find(|(before, _)| *before == name);
    if let Some(key) = key(before.map_or(name, |(_, key)| key)) {
        return Ok(key.name);
    }
    let names = keys().map(|key| key.name);
    let remedy = match (names.clone().find(|key| key.eq_ignore_ascii_case(name)), meaning(name)) {
        (Some(key), _) => format!("; keys are upper-case: write {key}"),
        (None, Some(Meaning::Key(key))) => format!("; it is {key} here"),
        (None, Some(Meaning::Told(words))) => format!("; {words}"),
        (None, None) => did_you_mean(name, names.clone()),
    };
    let allowed = || format!("; allowed: {}", names.collect::<Vec<_>>().join(", "));
    let remedy = if remedy.is_empty() { allowed() } else { remedy };
    Err(Error::input(format!("unknown key{remedy}")).within(shown(name)))
}

/// A name escaped: a blank of no width, pasted along, looks like no fault at all.
fn shown(name: &str) -> String {
    name.escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(file: Value) -> String {
        given(Some("f.json".into()), &file).map_or_else(|e| e.to_string(), |_| "accepted".into())
    }

    #[test]
    fn the_outer_form_is_explained() {
        for (file, words) in [
            (json!([1]), "f.json: found a list; allowed: one object"),
            (json!(3), "f.json: found a single value"),
            (json!({}), "f.json: found an object without keys; allowed: one object"),
            (json!({"LR": 1}), "f.json: LR: stands at the top level; put all keys into one object"),
            (json!({"Parameter": {}}), "f.json: Parameter: unknown; did you mean parameters?"),
            (json!({"parameters": {}, "LR": 1}), "f.json: LR: stands beside \"parameters\""),
            (json!({"_note": 1}), "f.json: found an object without keys; allowed: one object"),
            (json!({"parameters": [1]}), "f.json: parameters: found [1]; allowed: an object"),
        ] {
            let message = refusal(file);
            assert!(message.starts_with(words), "{message}");
        }
    }

    #[test]
    fn unknown_keys_are_answered_with_the_nearest() {
        for (key, words) in [
            ("BATCHSIZE", "BATCHSIZE: unknown key; it is BATCH_SIZE here"),
            ("BATCHES_SIZE", "BATCHES_SIZE: unknown key; did you mean BATCH_SIZE?"),
            ("LEARNING_RATE", "LEARNING_RATE: unknown key; it is LR here"),
            ("DROPOUT", "DROPOUT: unknown key; dropout is a layer of LAYERS, such as"),
            (
                "NESTEROV",
                "NESTEROV: unknown key; there is no Nesterov momentum; MOMENTUM is the plain",
            ),
            ("LR_SCHEDULER", "LR_SCHEDULER: unknown key; it is LR_SCHEDULE here"),
            ("LR_DECAY", "LR_DECAY: unknown key; the learning rate falls from LR with LR_SCHEDULE"),
            ("Max_Epochs", "Max_Epochs: unknown key; keys are upper-case: write MAX_EPOCHS"),
            ("q", "q: unknown key; allowed: DATASET, "),
            ("LR\u{200b}", "LR\\u{200b}: unknown key; did you mean LR?"),
        ] {
            let message = refusal(json!({ "parameters": { key: 1 } }));
            assert!(message.starts_with(&format!("f.json: {words}")), "{message}");
        }
    }

    #[test]
    fn overrides_are_json_or_text() {
        for (text, value) in [
            ("LR=0.5", json!(0.5)),
            ("LR = 0.5", json!(0.5)),
            ("LAYER_SIZES=[4, 3]", json!([4, 3])),
            ("OPTIMIZER=adam", json!("adam")),
            ("OPTIMIZER=\"adam\"", json!("adam")),
            ("GRAD_CLIP=null", json!(null)),
            ("CUSTOM_FUNCTION=if(x >= 0, x, 0)", json!("if(x >= 0, x, 0)")),
        ] {
            assert_eq!(parse_override(text).map(|(_, value)| value), Ok(value), "{text}");
        }
    }
}
