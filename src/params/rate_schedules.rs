//! The values of `LR_SCHEDULE`.

use serde_json::{Value, json};

use super::bounds::{ZERO_OR_MORE, number};
use super::found::Found;
use super::values::Values;
use crate::error::Result;
use crate::nearest::did_you_mean;
use crate::run::{Parameters, RateSchedule};

/// Schedules of the learning rate, by their names, some with a number.
pub(super) struct RateSchedules;

const CONSTANT: &str = "constant";
const COSINE: &str = "cosine";

const ALLOWED: &str = "\"constant\", \"cosine\", or \"cosine(FLOOR)\" with a number from 0 to LR, such as \"cosine(1e-5)\"";

impl Values for RateSchedules {
    type Value = RateSchedule;

    fn allowed(&self) -> String {
        ALLOWED.into()
    }

    /// Letter case, blanks, and what is above `LR` are for the program.
    fn schema(&self) -> Value {
        json!({"anyOf": [
            {"enum": [CONSTANT, COSINE]},
            {"type": "string", "pattern": "^cosine\\([0-9.]+([eE][-+]?[0-9]+)?\\)$"},
        ]})
    }

    fn read(&self, found: &Found) -> Result<RateSchedule> {
        let text = found.text(ALLOWED)?;
        let (name, number) = match text.split_once('(') {
            Some((name, rest)) => (name.trim(), Some(rest)),
            None => (text, None),
        };
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match number {
            None if is(CONSTANT) => Ok(RateSchedule::Constant),
            None if is(COSINE) => Ok(RateSchedule::Cosine { floor: 0.0 }),
            Some(rest) if is(COSINE) => {
                floor(rest, found).map(|floor| RateSchedule::Cosine { floor })
            }
            Some(_) if is(CONSTANT) => {
                Err(found.refuse_because(", but a constant rate has no number", ALLOWED))
            }
            _ => {
                let hint = did_you_mean(name, [CONSTANT, COSINE]);
                Err(found.refuse(ALLOWED.to_string() + &hint))
            }
        }
    }

    fn write(&self, value: &RateSchedule) -> Value {
        match *value {
            RateSchedule::Constant => CONSTANT.into(),
            RateSchedule::Cosine { floor: 0.0 } => COSINE.into(),
            RateSchedule::Cosine { floor } => format!("{COSINE}({})", number(floor)).into(),
        }
    }
}

/// The floor of a cosine, from what stands behind its bracket.
fn floor(rest: &str, found: &Found) -> Result<f64> {
    let floor = rest.strip_suffix(')').and_then(|number| number.trim().parse::<f64>().ok());
    match floor {
        None => Err(found.refuse_because(", whose floor is no number in brackets", ALLOWED)),
        Some(floor) if !ZERO_OR_MORE.hold(floor) => {
            Err(found.refuse_because(", whose floor is not 0 or more", ALLOWED))
        }
        Some(floor) if floor != 0.0 && !(floor as f32).is_normal() => {
            Err(found.refuse_because(", whose floor 32-bit floats cannot hold", ALLOWED))
        }
        // -0 is 0.
        Some(floor) => Ok(floor.abs()),
    }
}

/// Sets the schedule; refuses a rate that would rise to its floor.
pub(super) fn set(
    parameters: &mut Parameters,
    schedule: RateSchedule,
    found: &Found,
) -> Result<()> {
    let rate = parameters.learning_rate;
    match schedule {
        RateSchedule::Cosine { floor }
            if floor > rate && !parameters.left_to_data.contains(&"LR") =>
        {
            let reason = format!(", whose floor is above LR, {}", number(rate));
            Err(found.refuse_because(&reason, ALLOWED))
        }
        RateSchedule::Cosine { .. } | RateSchedule::Constant => {
            parameters.rate_schedule = schedule;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Place;

    fn read(text: &str) -> Result<RateSchedule> {
        let value = json!(text);
        RateSchedules.read(&Found::new(vec![Place::Whole("KEY".into())], &value))
    }

    #[test]
    fn a_schedule_is_written_as_it_is_read() {
        for (text, written, floor) in [
            ("cosine", "cosine", 0.0),
            (" COSINE(0) ", "cosine", 0.0),
            ("cosine(-0.0)", "cosine", 0.0),
            ("Cosine ( 1e-4 )", "cosine(0.0001)", 1e-4),
            ("cosine(1e-30)", "cosine(1e-30)", 1e-30),
            ("cosine(2)", "cosine(2)", 2.0),
        ] {
            let schedule = read(text).unwrap();
            assert_eq!(schedule, RateSchedule::Cosine { floor }, "{text}");
            assert_eq!(RateSchedules.write(&schedule), written, "{text}");
            assert_eq!(read(written).unwrap(), schedule, "{text}");
        }
        assert_eq!(read("Constant").unwrap(), RateSchedule::Constant);
        assert_eq!(RateSchedules.write(&RateSchedule::Constant), "constant");
    }
}
