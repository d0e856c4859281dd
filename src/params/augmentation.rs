//! The values of `AUGMENT`.

use serde_json::{Map, Value, json};

use super::found::Found;
use super::values::{Choice, MOVE, MOVE_FROM_ZERO, Values};
use crate::error::Result;
use crate::run::{Augment, Flip, Shift};

/// How training rows are moved and flipped.
pub(super) struct Augments;

const ALLOWED: &str =
    "an object such as {\"shift\": 2, \"flip\": \"horizontal\"}, of one field or both";
const SHIFT: &str = "a whole number of 1 or more, or of images a pair [down, across], not both 0";
const FLIPS: Choice<Flip> =
    Choice(&[("horizontal", Flip::Horizontal), ("vertical", Flip::Vertical), ("both", Flip::Both)]);

impl Values for Augments {
    type Value = Augment;

    fn allowed(&self) -> String {
        ALLOWED.into()
    }

    fn schema(&self) -> Value {
        let of_axis = MOVE_FROM_ZERO.schema();
        let pair = json!({"type": "array", "minItems": 2, "maxItems": 2, "items": of_axis});
        json!({
            "type": "object",
            "minProperties": 1,
            "properties": {"shift": {"anyOf": [MOVE.schema(), pair]}, "flip": FLIPS.schema()},
            "patternProperties": {"^_": true},
            "additionalProperties": false,
        })
    }

    fn read(&self, found: &Found) -> Result<Augment> {
        let fields = found.fields(ALLOWED)?;
        fields.only(&["shift", "flip"])?;
        let shift = fields.get("shift").map(shift).transpose()?;
        let flip = fields.get("flip").map(|flip| FLIPS.read(flip)).transpose()?;
        if shift.is_none() && flip.is_none() {
            return Err(found.refuse(ALLOWED));
        }
        Ok(Augment { shift, flip })
    }

    fn write(&self, value: &Augment) -> Value {
        let shift = value.shift.map(|shift| match shift {
            Shift::Each(shift) => json!(shift),
            Shift::Pair(pair) => json!(pair),
        });
        let flip = value.flip.map(|flip| FLIPS.write(&flip));
        let fields = [("shift", shift), ("flip", flip)];
        let given = fields.into_iter().filter_map(|(name, value)| Some((name.into(), value?)));
        Value::Object(given.collect::<Map<_, _>>())
    }
}

fn shift(found: &Found) -> Result<Shift> {
    if !found.is_list() {
        return MOVE.read(found).map(Shift::Each);
    }
    match found.list(SHIFT, |shift| MOVE_FROM_ZERO.read(&shift))?[..] {
        [down, across] if down + across > 0 => Ok(Shift::Pair([down, across])),
        _ => Err(found.refuse(SHIFT)),
    }
}
