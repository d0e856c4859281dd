//! Activations and losses share names that may have a number, and formulas that a network can learn through.

use crate::error::{Error, Result};
use crate::expr::{Expression, Variable};

/// The points at which a formula has to be finite: at 0, near it, and far out on both sides.
const POINTS: [f32; 11] = [0.0, 1e-3, -1e-3, 0.5, -0.5, 3.0, -3.0, 50.0, -50.0, 1e4, -1e4];

/// The expression `text` of `variables`; `others` are the values of all but the first. An error if it or its derivative
/// is not finite, or if it is constant. Messages call it a `kind`.
pub(crate) fn expression(
    kind: &str,
    text: &str,
    variables: &[Variable],
    others: &[f32],
) -> Result<Expression> {
    let expression = Expression::of(variables, text)
        .map_err(|e| Error::input(format!("{e}\n    {}", pointed_at(text, e.position))))?;
    let name = variables.first().map_or("x", |own| own.name());
    let values = POINTS.map(|x| expression.evaluate_with(x, others).0);
    if values.iter().all(|value| *value == values[0]) {
        return Err(Error::input(format!(
            "the {kind} {text:?} is {} for every {name}: nothing can be learned through it; it has to \
             depend on {name}",
            values[0]
        )));
    }
    for x in POINTS {
        let (value, slope) = expression.evaluate_with(x, others);
        if !value.is_finite() || !slope.is_finite() {
            return Err(Error::input(format!(
                "the {kind} {text:?} is not finite at {name} = {x} (f = {value}, f' = {slope}); \
                 it has to be so from -1e4 to 1e4: guard it with if(...), max or min"
            )));
        }
    }
    Ok(expression)
}

/// Splits `leaky_relu(0.02)` into its name and number; anything else is all name.
pub(crate) fn name_and_number(text: &str) -> (&str, Option<f64>) {
    text.strip_suffix(')')
        .and_then(|t| t.split_once('('))
        .and_then(|(name, number)| {
            let number: f64 = number.trim().parse().ok()?;
            (number.is_finite() && is_word(name.trim())).then_some((name.trim(), Some(number)))
        })
        .unwrap_or((text, None))
}

/// Whether a text is one word, as names are.
pub(crate) fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The text around a character, on one line, and a caret under it on the next.
fn pointed_at(text: &str, position: usize) -> String {
    const AROUND: usize = 30;
    let first = position.saturating_sub(AROUND);
    let shown: String = text.chars().skip(first).take(2 * AROUND).collect();
    format!("{shown}\n    {}^", " ".repeat(position - first))
}
