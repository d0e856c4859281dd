//! The activations that have a name.

use crate::error::Result;
use crate::plan::Initializer::{Glorot, He, LeCun};
use crate::plan::{Function, Initializer};

/// An activation that has a name: a line of [`ACTIVATIONS`].
pub(super) struct Named {
    pub name: &'static str,
    /// The number that may follow it.
    number: Number,
    /// Its formula in x, in `alpha` for a fixed number, and in `a` for a learned one; None if it is no function of one
    /// element.
    formula: Option<&'static str>,
    /// The initializer of the weights of a hidden layer with this activation.
    pub initializer: Initializer,
}

/// The number `(alpha)` that may follow a name, with its default.
enum Number {
    /// No number.
    None,
    /// A number that stays.
    Fixed(f64),
    /// The initial value of a number that a layer learns.
    Learned(f64),
}

const fn named(name: &'static str, formula: &'static str, initializer: Initializer) -> Named {
    Named { name, number: Number::None, formula: Some(formula), initializer }
}

const fn with_alpha(name: &'static str, alpha: f64, formula: &'static str) -> Named {
    Named { name, number: Number::Fixed(alpha), formula: Some(formula), initializer: He }
}

const fn learning(name: &'static str, initial: f64, formula: &'static str) -> Named {
    Named { name, number: Number::Learned(initial), formula: Some(formula), initializer: He }
}

const fn other(name: &'static str, initializer: Initializer) -> Named {
    Named { name, number: Number::None, formula: None, initializer }
}

/// The activations known by name. At a kink the branch of x <= 0 holds. The condition tests for it, so NaN takes the
/// other branch and shows in the loss.
const ACTIVATIONS: &[Named] = &[
    named("relu", "if(x <= 0, 0, x)", He),
    with_alpha("leaky_relu", 0.01, "if(x <= 0, alpha * x, x)"),
    // He et al., 2015, "Delving Deep into Rectifiers".
    learning("prelu", 0.25, "if(x <= 0, a * x, x)"),
    with_alpha("elu", 1.0, "if(x <= 0, alpha * (exp(x) - 1), x)"),
    // Klambauer et al., 2017: the constants that keep mean 0 and variance 1.
    named("selu", "1.0507009873554805 * if(x <= 0, 1.6732632423543772 * (exp(x) - 1), x)", LeCun),
    named("gelu", "0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))", He),
    named("gelu_erf", "0.5 * x * (1 + erf(x / sqrt(2)))", He),
    named("silu", "x * sigmoid(x)", He),
    named("swish", "x * sigmoid(x)", He),
    named("mish", "x * tanh(softplus(x))", He),
    // Howard et al., 2019; at the upper kinks the branch above holds.
    named("hardswish", "if(x <= -3, 0, if(x >= 3, x, x * (x + 3) / 6))", He),
    named("relu6", "if(x <= 0, 0, if(x >= 6, 6, x))", He),
    named("hardsigmoid", "if(x <= -3, 0, if(x >= 3, 1, (x + 3) / 6))", Glorot),
    named("sigmoid", "sigmoid(x)", Glorot),
    named("softplus", "softplus(x)", Glorot),
    named("tanh", "tanh(x)", Glorot),
    other("softmax", Glorot),
    other("linear", Glorot),
    other("identity", Glorot),
    other("custom_function", He),
];

/// The names of the activations; `(alpha)` may follow leaky_relu, prelu and elu.
pub const ACTIVATION_NAMES: &[&str] = {
    const NAMES: [&str; ACTIVATIONS.len()] = {
        let mut names = [""; ACTIVATIONS.len()];
        let mut index = 0;
        while index < names.len() {
            names[index] = ACTIVATIONS[index].name;
            index += 1;
        }
        names
    };
    &NAMES
};

/// The line of a name in lower case.
pub(super) fn line(name: &str) -> Option<&'static Named> {
    ACTIVATIONS.iter().find(|named| named.name == name)
}

impl Named {
    /// Whether a number may follow the name.
    pub fn takes_number(&self) -> bool {
        match self.number {
            Number::None => false,
            Number::Fixed(_) | Number::Learned(_) => true,
        }
    }

    /// Its function with the given number; None if it is no function of one element, or takes no number but one is
    /// given.
    pub fn function(&self, given: Option<f64>) -> Result<Option<Function>> {
        let Some(formula) = self.formula else { return Ok(None) };
        let (shown, formula, initial) = match (&self.number, given) {
            (Number::None, Some(_)) => return Ok(None),
            (Number::None, None) => (None, formula.to_owned(), None),
            (Number::Fixed(absent), _) => {
                let alpha = format!("({})", given.unwrap_or(*absent));
                (given, formula.replace("alpha", &alpha), None)
            }
            (Number::Learned(absent), _) => {
                let shown = given.filter(|number| number != absent);
                (shown, formula.to_owned(), Some(given.unwrap_or(*absent)))
            }
        };
        let name = match shown {
            None => self.name.to_owned(),
            Some(number) => format!("{}({number})", self.name),
        };
        Function::of(&name, &formula, initial).map(Some)
    }
}
