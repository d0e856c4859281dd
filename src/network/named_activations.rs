//! The activations that have a name.

use crate::error::Result;
use crate::plan::Initializer::{Glorot, He, LeCun};
use crate::plan::{Function, Initializer};

/// An activation that has a name; a further one is a line of [`ACTIVATIONS`].
pub(super) struct Named {
    pub name: &'static str,
    /// The number that may follow it.
    number: Number,
    /// Its formula in x, in `alpha` where it has a number that stays, and in `a` where it has one that is learned;
    /// None for what is no function of an element.
    formula: Option<&'static str>,
    /// How the weights of a hidden layer start that has it.
    pub initializer: Initializer,
}

/// The number `(alpha)` that may follow a name, with its value where it is absent.
enum Number {
    /// There is none.
    None,
    /// It stays what it is.
    Fixed(f64),
    /// Training begins there: a layer learns it.
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

/// The activations known by name. The z <= 0 branch holds at a kink, and it is the one that is tested for,
/// so that NaN takes the other and a diverged run is seen in its loss.
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

/// The line of a name, which is in lower case.
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

    /// The function of an element that it is, with the number that was given; None where it is none, or takes no
    /// number.
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
