//! Losses, apart from the activation of the output. A loss of values is one line in a table.

use std::fmt;

use super::formula::{expression, is_word, name_and_number};
use crate::error::{Error, Result};
use crate::expr::{Expression, Variable};
use crate::nearest::did_you_mean;

/// The loss of a row. Training minimises its mean over rows, weighted if rows have weights.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // one a network
pub enum Loss {
    /// -log ŷ_true from the logits: log Σ_j e^(z_j) - z_true; delta = softmax(z) - y.
    SoftmaxCrossEntropy,
    /// From one logit: softplus(z) - y·z; delta = sigmoid(z) - y.
    BinaryCrossEntropy,
    /// From one logit per label: Σ_k (softplus(z_k) - y_k·z_k) / outputs; delta = (sigmoid(z) - y) / outputs.
    MultiLabelCrossEntropy,
    /// Σ_k l(ŷ_k - y_k) / outputs; delta = l'(ŷ - y) / outputs.
    OfValues(ValueLoss),
}

/// The loss l(e) of one output of a regression, a function of its error e = ŷ - y.
#[derive(Debug, Clone)]
pub struct ValueLoss {
    /// The name in parameters and models: `mse`, `huber(1)`, or the expression's text.
    pub name: String,
    /// l and its derivative with respect to e.
    pub expression: Expression,
}

/// The losses of values known by name: name, default of its number, formula. In a formula `delta` is the number, which
/// has to be above 0. At a kink the derivative is 0.
const VALUE_LOSSES: &[(&str, Option<f64>, &str)] = &[
    ("mse", None, "e^2"),
    ("mae", None, "abs(e)"),
    // P. Huber, "Robust Estimation of a Location Parameter", 1964.
    ("huber", Some(1.0), "if(abs(e) <= delta, e^2/2, delta*(abs(e) - delta/2))"),
];

/// The names of the losses of values; `(delta)` may follow huber.
pub const VALUE_LOSS_NAMES: [&str; VALUE_LOSSES.len()] = {
    let mut names = [""; VALUE_LOSSES.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = VALUE_LOSSES[index].0;
        index += 1;
    }
    names
};

/// The loss of a regression that names none.
const MEAN_SQUARED_ERROR: &str = "mse";

impl ValueLoss {
    /// The squared error, e².
    pub fn mean_squared_error() -> Result<Self> {
        Self::parse(MEAN_SQUARED_ERROR)
    }

    /// Reads a loss: a name, a name with its number, or an expression of e that is least at e = 0.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let (name, number) = name_and_number(text);
        let name = name.to_lowercase();
        let known = VALUE_LOSSES.iter().find(|(known, ..)| *known == name);
        match (known, number) {
            (Some((_, None, formula)), None) => Self::of(name, formula),
            (Some((_, Some(default), formula)), number) => {
                let delta = number.unwrap_or(*default);
                if delta <= 0.0 || !(delta as f32).is_normal() {
                    return Err(Error::input(format!(
                        "{text:?}: its number has to be above 0, from 1.2e-38 to 3.4e38, as in \
                         \"{name}({default})\""
                    )));
                }
                Self::of(
                    format!("{name}({delta})"),
                    &formula.replace("delta", &format!("({delta})")),
                )
            }
            (Some(_), Some(_)) => Err(misspelt(text)),
            (None, _) if VALUE_LOSS_NAMES.iter().any(|own| begins_with(text, own)) => {
                Err(misspelt(text))
            }
            (None, _) if is_word(text) && !text.eq_ignore_ascii_case(Variable::E.name()) => {
                Err(Error::input(format!(
                    "{text:?} is no loss of values{}; allowed: {}",
                    did_you_mean(text, VALUE_LOSS_NAMES),
                    allowed()
                )))
            }
            (None, _) => Self::of(text.to_lowercase(), text)?.least_at_zero(),
        }
    }

    fn of(name: String, formula: &str) -> Result<Self> {
        let expression = expression("loss", formula, &[Variable::E], &[])?;
        Ok(ValueLoss { name, expression })
    }

    /// Refuses a loss that an error can lower: training would run away from the targets.
    fn least_at_zero(self) -> Result<Self> {
        let at = |e: f64| self.expression.evaluate(e).0;
        let sizes = [1e-3, 0.1, 0.5, 1.0, 3.0, 50.0, 1e4];
        match sizes.into_iter().flat_map(|e| [e, -e]).find(|&e| at(e) < at(0.0)) {
            None => Ok(self),
            Some(e) => Err(Error::input(format!(
                "the loss {:?} is {} at e = {e} and {} at e = 0; allowed: what is least at e = 0, where the \
                 prediction is the target",
                self.name,
                at(e),
                at(0.0)
            ))),
        }
    }

    /// Whether this is the squared error, which files that name no loss have.
    pub fn is_mean_squared_error(&self) -> bool {
        self.name == MEAN_SQUARED_ERROR
    }
}

/// Losses of one name have one formula.
impl PartialEq for ValueLoss {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Display for ValueLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The allowed values of `LOSS`, for messages.
fn allowed() -> String {
    let mut names = vec![];
    for (name, number, _) in VALUE_LOSSES {
        names.push(match number {
            None => format!("{name:?}"),
            Some(number) => format!("\"{name}({number})\""),
        });
    }
    format!("{}, or an expression of the error e = prediction - target", names.join(", "))
}

/// Whether a text is a call of `name`.
fn begins_with(text: &str, name: &str) -> bool {
    text.split_once('(').is_some_and(|(own, _)| own.trim().eq_ignore_ascii_case(name))
}

/// The error of a name with wrong parentheses: `mse(2)`, `huber(a)`.
fn misspelt(text: &str) -> Error {
    Error::input(format!("{text:?} is no loss of values; allowed: {}", allowed()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(text: &str) -> ValueLoss {
        ValueLoss::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn values_by_hand() {
        for (text, e, value, slope) in [
            ("mse", 3.0, 9.0, 6.0),
            ("mse", -0.5, 0.25, -1.0),
            ("mae", 3.0, 3.0, 1.0),
            ("mae", -0.5, 0.5, -1.0),
            ("mae", 0.0, 0.0, 0.0),
            // Within 1 half of the square; beyond, 1 · (|e| - 1/2).
            ("huber", 0.5, 0.125, 0.5),
            ("huber", 1.0, 0.5, 1.0),
            ("huber(1)", -3.0, 2.5, -1.0),
            // Within 2: 1.5² / 2; beyond: 2 (5 - 1).
            ("Huber(2)", 1.5, 1.125, 1.5),
            ("huber( 2 )", -5.0, 8.0, -2.0),
            ("huber(0.5)", 0.0, 0.0, 0.0),
            // The pinball of the 0.9 quantile, its e being prediction - target.
            ("max(0.1*e, -0.9*e)", 2.0, 0.2, 0.1),
            ("max(0.1*e, -0.9*e)", -2.0, 1.8, -0.9),
        ] {
            assert_eq!(loss(text).expression.evaluate::<f64>(e), (value, slope), "{text} at {e}");
        }
    }

    #[test]
    fn every_loss_is_least_at_zero_and_shows_what_is_not_a_number() {
        for name in VALUE_LOSS_NAMES {
            let own = loss(name).least_at_zero().unwrap();
            assert!(own.expression.evaluate(f32::NAN).0.is_nan(), "{name}");
            assert_eq!(own.expression.evaluate(0.0), (0.0, 0.0), "{name}");
        }
    }

    #[test]
    fn a_name_says_which_loss_it_is() {
        for (text, name) in [
            (" MSE ", "mse"),
            ("huber", "huber(1)"),
            ("HUBER(0.5)", "huber(0.5)"),
            ("abs(e)^1.5", "abs(e)^1.5"),
            ("sqrt(1 + E^2) - 1", "sqrt(1 + e^2) - 1"),
        ] {
            assert_eq!(loss(text).to_string(), name);
            assert_eq!(loss(name), loss(text));
        }
        assert!(loss("mse").is_mean_squared_error() && !loss("huber").is_mean_squared_error());
    }

    #[test]
    fn refusals_say_what_is_allowed() {
        for (text, words) in [
            (
                "maee",
                "\"maee\" is no loss of values; did you mean mae?; allowed: \"mse\", \"mae\", \"huber(1)\",",
            ),
            ("cross_entropy", "or an expression of the error e = prediction - target"),
            ("mse(2)", "\"mse(2)\" is no loss of values; allowed: \"mse\""),
            ("huber(a)", "\"huber(a)\" is no loss of values; allowed: \"mse\""),
            ("huber(inf)", "\"huber(inf)\" is no loss of values"),
            ("huber(0)", "has to be above 0, from 1.2e-38 to 3.4e38, as in \"huber(1)\""),
            ("huber(-1)", "has to be above 0"),
            ("huber(1e-40)", "has to be above 0"),
            ("huber(1e39)", "has to be above 0"),
            ("x^2", "`x` is no known name; allowed are e, pi and the functions"),
            ("pi + 0*e", "is 3.1415927 for every e"),
            ("1/e", "not finite at e = 0"),
            ("e", "the loss \"e\" is -0.001 at e = -0.001 and 0 at e = 0; allowed: what is least"),
            ("-e^2", "least at e = 0"),
            ("", "an example is e^2"),
        ] {
            let message = ValueLoss::parse(text).unwrap_err().to_string();
            assert!(message.contains(words), "{text}: {message}");
        }
    }
}
