//! One value as it was found: its type, and the sentence that refuses it.

use serde_json::Value;

use super::bounds::Bounds;
use crate::error::{Error, Place, Result};
use crate::nearest::did_you_mean;
use crate::text::shown as shown_name;

/// A value of a parameter file and where it stands, from the outside in: a file, a key, an item.
#[derive(Debug, Clone)]
pub(super) struct Found<'a> {
    place: Vec<Place>,
    value: &'a Value,
}

/// Beyond 2^53 neighbouring whole numbers are the same f64.
const MOST_WHOLE_FLOAT: f64 = 9_007_199_254_740_992.0;

impl<'a> Found<'a> {
    pub(super) fn new(place: Vec<Place>, value: &'a Value) -> Self {
        Found { place, value }
    }

    /// A value inside this one.
    fn inner(&self, step: Place, value: &'a Value) -> Self {
        Found { place: deeper(&self.place, step), value }
    }

    /// The error for a value that is not what `allowed` says.
    pub(super) fn refuse(&self, allowed: impl AsRef<str>) -> Error {
        self.refuse_because("", allowed)
    }

    /// The same, with the reason after what was found.
    pub(super) fn refuse_because(&self, reason: &str, allowed: impl AsRef<str>) -> Error {
        let found = shown(self.value);
        refusal(&self.place, format!("found {found}{reason}; allowed: {}", allowed.as_ref()))
    }

    /// Whether the value is this name, letter case aside.
    pub(super) fn is(&self, name: &str) -> bool {
        self.value.as_str().is_some_and(|text| text.trim().eq_ignore_ascii_case(name))
    }

    pub(super) fn boolean(&self) -> Result<bool> {
        self.value.as_bool().ok_or_else(|| self.refuse("true or false"))
    }

    /// A text that is not blank, without blanks around it.
    pub(super) fn text(&self, allowed: &str) -> Result<&'a str> {
        let text = self.value.as_str().map(str::trim).filter(|text| !text.is_empty());
        text.ok_or_else(|| self.refuse(allowed))
    }

    /// One of the named values, letter case aside.
    pub(super) fn choice<T: Clone>(&self, choices: &[(&'static str, T)]) -> Result<T> {
        let names = choices.iter().map(|(name, _)| *name);
        let allowed = quoted(names.clone());
        let text = self.text(&allowed)?;
        match choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            Some((_, value)) => Ok(value.clone()),
            None => Err(self.refuse(allowed + &did_you_mean(text, names))),
        }
    }

    /// A number within bounds that f32, in which networks are trained, can hold.
    pub(super) fn number(&self, bounds: &Bounds) -> Result<f64> {
        let number = self.value.as_f64().filter(|&v| bounds.hold(v));
        let number = number.ok_or_else(|| self.refuse(bounds.allowed))?;
        if number != 0.0 && !(number as f32).is_normal() {
            let reason = ", which 32-bit floats cannot hold";
            let allowed = format!("{}, between 1.2e-38 and 3.4e38 where not 0", bounds.allowed);
            return Err(self.refuse_because(reason, allowed));
        }
        Ok(number)
    }

    /// A whole number from `least` to `most`; 10.0 is one too.
    pub(super) fn whole(&self, least: u64, most: u64) -> Result<u64> {
        let float = self.value.as_f64().filter(|v| v.fract() == 0.0);
        let small = float.filter(|v| (0.0..=MOST_WHOLE_FLOAT).contains(v)).map(|v| v as u64);
        match self.value.as_u64().or(small) {
            Some(whole) if (least..=most).contains(&whole) => Ok(whole),
            // Only a value above the most is told the most.
            _ if float.is_some_and(|v| v > MOST_WHOLE_FLOAT.min(most as f64)) => {
                Err(self.refuse(format!("a whole number from {least} to {most}")))
            }
            _ => Err(self.refuse(format!("a whole number of {least} or more"))),
        }
    }

    /// A list; each item is read by `read`.
    pub(super) fn list<T>(
        &self,
        allowed: &str,
        mut read: impl FnMut(Found<'a>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let items = self.value.as_array().ok_or_else(|| self.refuse(allowed))?;
        let item =
            |(index, value)| read(self.inner(Place::Part(format!("item {}", index + 1)), value));
        items.iter().enumerate().map(item).collect()
    }

    /// Whether it is a list.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.value, Value::Array(_))
    }

    /// Whether it is an object.
    pub(super) fn is_object(&self) -> bool {
        self.value.is_object()
    }

    /// A text, or a number as its text.
    pub(super) fn word(&self, allowed: &str) -> Result<String> {
        match self.value {
            Value::Number(number) => Ok(number.to_string()),
            _ => self.text(allowed).map(String::from),
        }
    }

    /// All entries of an object whose names are of the file's making: none is a comment.
    pub(super) fn named(&self, allowed: &str) -> Result<Vec<(&'a str, Found<'a>)>> {
        let object = self.value.as_object().ok_or_else(|| self.refuse(allowed))?;
        let found = |(name, value): (&'a String, &'a Value)| {
            (name.as_str(), self.inner(Place::Whole(name.clone()), value))
        };
        Ok(object.iter().map(found).collect())
    }

    /// The entries of an object, comments left out.
    pub(super) fn entries(&self, allowed: &str) -> Result<Vec<(&'a str, Found<'a>)>> {
        let mut entries = self.named(allowed)?;
        entries.retain(|(name, _)| !is_comment(name));
        Ok(entries)
    }

    /// The fields of an object.
    pub(super) fn fields(&self, allowed: &str) -> Result<Fields<'a>> {
        Ok(Fields { place: self.place.clone(), fields: self.entries(allowed)? })
    }
}

/// Names in quotes, commas between them.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// Whether a key is for people and editors, not for this program.
pub(super) fn is_comment(key: &str) -> bool {
    key == "$schema" || key.starts_with('_')
}

/// The fields of a JSON object.
pub(super) struct Fields<'a> {
    place: Vec<Place>,
    fields: Vec<(&'a str, Found<'a>)>,
}

impl<'a> Fields<'a> {
    /// The field of that name; null counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&Found<'a>> {
        let mut given = self.fields.iter().filter(|(_, found)| !found.value.is_null());
        given.find(|(own, _)| *own == name).map(|(_, found)| found)
    }

    /// The field of that name; the error for its absence says what is allowed.
    pub(super) fn required(&self, name: &str, allowed: &str) -> Result<&Found<'a>> {
        self.get(name).ok_or_else(|| {
            let place = deeper(&self.place, Place::Whole(name.into()));
            refusal(&place, format!("missing; allowed: {allowed}"))
        })
    }

    /// Refuses every field but the named ones.
    pub(super) fn only(&self, names: &[&str]) -> Result<()> {
        let Some((unknown, _)) = self.fields.iter().find(|(own, _)| !names.contains(own)) else {
            return Ok(());
        };
        let place = deeper(&self.place, Place::Whole(shown_name(unknown).into_owned()));
        let hint = did_you_mean(unknown, names.iter().copied());
        Err(refusal(&place, format!("unknown field{hint}; allowed: {}", names.join(", "))))
    }
}

/// A place inside another.
fn deeper(place: &[Place], step: Place) -> Vec<Place> {
    place.iter().cloned().chain([step]).collect()
}

fn refusal(place: &[Place], message: String) -> Error {
    Error { place: place.to_vec(), ..Error::input(message) }
}

/// A value as JSON, cut where it is long.
fn shown(value: &Value) -> String {
    const MOST: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::bounds::{ABOVE_ZERO, BELOW_ONE, ZERO_OR_MORE};
    use super::*;
    use serde_json::json;

    fn found(value: &Value) -> Found<'_> {
        Found::new(vec![Place::Whole("KEY".into())], value)
    }

    fn message<T>(result: Result<T>) -> String {
        result.map_or_else(|e| e.to_string(), |_| "accepted".into())
    }

    #[test]
    fn whole_numbers_may_be_written_as_floats() {
        for (value, whole) in [(json!(10), 10), (json!(10.0), 10), (json!(u64::MAX), u64::MAX)] {
            assert_eq!(found(&value).whole(0, u64::MAX), Ok(whole));
        }
        let beyond = found(&json!(2e16)).whole(0, u64::MAX);
        assert!(message(beyond).ends_with("a whole number from 0 to 18446744073709551615"));
        let large = message(found(&json!(100)).whole(1, 99));
        assert_eq!(large, "KEY: found 100; allowed: a whole number from 1 to 99");
        for value in [json!(-1), json!(0), json!(10.5), json!("10"), json!(null), json!([10])] {
            let message = message(found(&value).whole(1, 99));
            assert_eq!(
                message,
                format!("KEY: found {value}; allowed: a whole number of 1 or more")
            );
        }
    }

    #[test]
    fn numbers_fit_f32() {
        assert_eq!(found(&json!(0)).number(&ZERO_OR_MORE), Ok(0.0));
        for value in [1e-60, 1e-38, 1e39] {
            let text = message(found(&json!(value)).number(&ABOVE_ZERO));
            assert!(text.contains("32-bit floats cannot hold"), "{text}");
        }
        assert!(found(&json!(0.999_999_999)).number(&BELOW_ONE).is_err());
    }

    #[test]
    fn a_long_value_is_cut() {
        let value = json!("é".repeat(500));
        assert!(message(found(&value).boolean()).contains("éé...; allowed: true or false"));
    }
}
