//! The values of `CLASS_WEIGHT`.

use serde_json::{Value, json};

use super::bounds::ZERO_OR_MORE;
use super::found::Found;
use super::values::Values;
use crate::error::Result;
use crate::run::ClassWeight;

/// Weights of classes, in any of three forms.
pub(super) struct ClassWeights;

const ALLOWED: &str = "\"balanced\", or a list of numbers of 0 or more, one a class and not all 0, or an object such as \
     {\"1\": 5} with a number for each label that is not to weigh 1";

const BALANCED: &str = "balanced";

impl Values for ClassWeights {
    type Value = ClassWeight;

    fn allowed(&self) -> String {
        ALLOWED.into()
    }

    fn schema(&self) -> Value {
        let weight = ZERO_OR_MORE.schema();
        json!({"anyOf": [
            {"enum": [BALANCED]},
            {"type": "array", "minItems": 1, "items": weight},
            {
                "type": "object",
                "minProperties": 1,
                "patternProperties": {"^\\s*[-+]?[0-9]+\\s*$": weight, "^_": true},
                "additionalProperties": false,
            },
        ]})
    }

    fn read(&self, found: &Found) -> Result<ClassWeight> {
        if found.is(BALANCED) {
            return Ok(ClassWeight::Balanced);
        }
        if found.is_object() {
            return by_label(found);
        }
        let weights = found.list(ALLOWED, |weight| weight.number(&ZERO_OR_MORE))?;
        if weights.iter().all(|&weight| weight == 0.0) {
            return Err(found.refuse(ALLOWED));
        }
        Ok(ClassWeight::Each(weights))
    }

    fn write(&self, value: &ClassWeight) -> Value {
        match value {
            ClassWeight::Balanced => BALANCED.into(),
            ClassWeight::Each(weights) => json!(weights),
            ClassWeight::ByLabel(weights) => {
                weights.iter().map(|(label, weight)| (label.to_string(), json!(weight))).collect()
            }
        }
    }
}

fn by_label(found: &Found) -> Result<ClassWeight> {
    let mut weights = vec![];
    for (name, weight) in found.entries(ALLOWED)? {
        let Ok(label) = name.trim().parse::<i64>() else {
            let reason = format!(", where {name:?} is no label, a whole number");
            return Err(found.refuse_because(&reason, ALLOWED));
        };
        weights.push((label, weight.number(&ZERO_OR_MORE)?));
    }
    let mut labels: Vec<i64> = weights.iter().map(|(label, _)| *label).collect();
    labels.sort_unstable();
    if let Some(twice) = labels.windows(2).find(|pair| pair[0] == pair[1]) {
        let reason = format!(", with the label {} twice", twice[0]);
        return Err(found.refuse_because(&reason, ALLOWED));
    }
    if weights.is_empty() {
        return Err(found.refuse(ALLOWED));
    }
    Ok(ClassWeight::ByLabel(weights))
}
