//! Activations: names, parameters and expressions of x.
//!
//! Every activation of one variable is an [`Expression`]; its derivative is derived, never typed.
//! Softmax couples the units of a layer and PReLU learns a parameter, so these two stand apart.

use std::fmt;

use crate::error::{Error, Result};
use crate::expr::Variable;
use crate::nearest::did_you_mean;
use crate::plan::Initializer::{Glorot, He, LeCun};
use crate::plan::formula::{expression, is_word, name_and_number};
use crate::plan::{Function, Initializer};

/// An activation that has a name; a further one is a line of [`ACTIVATIONS`].
struct Named {
    name: &'static str,
    /// The number that may follow it, `(alpha)`, where it is absent; None for one without.
    alpha: Option<f64>,
    /// Its formula in x and `alpha`; None for what is no function of x alone.
    formula: Option<&'static str>,
    /// How the weights of a hidden layer start that has it.
    initializer: Initializer,
}

const fn named(name: &'static str, formula: &'static str, initializer: Initializer) -> Named {
    Named { name, alpha: None, formula: Some(formula), initializer }
}

const fn with_alpha(name: &'static str, alpha: f64, formula: &'static str) -> Named {
    Named { name, alpha: Some(alpha), formula: Some(formula), initializer: He }
}

const fn other(name: &'static str, alpha: Option<f64>, initializer: Initializer) -> Named {
    Named { name, alpha, formula: None, initializer }
}

/// The activations known by name. The z <= 0 branch holds at a kink, and it is the one that is tested for,
/// so that NaN takes the other and a diverged run is seen in its loss.
const ACTIVATIONS: &[Named] = &[
    named("relu", "if(x <= 0, 0, x)", He),
    with_alpha("leaky_relu", 0.01, "if(x <= 0, alpha * x, x)"),
    other("prelu", Some(PRELU_ALPHA), He),
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
    other("softmax", None, Glorot),
    other("linear", None, Glorot),
    other("identity", None, Glorot),
    other("custom_function", None, He),
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

/// The line of a name.
fn line(name: &str) -> Option<&'static Named> {
    ACTIVATIONS.iter().find(|named| named.name == name)
}

/// PReLU's alpha before training (He et al., 2015, "Delving Deep into Rectifiers").
const PRELU_ALPHA: f64 = 0.25;

/// What a layer applies to z = W a + b.
#[derive(Debug, Clone)]
pub enum Activation {
    /// a = z
    Linear,
    /// a_i = e^(z_i) / Σ_j e^(z_j), in the output layer only
    Softmax,
    /// a = z for z > 0, else alpha·z; alpha is learned, one a layer, and starts at this value
    Prelu(f64),
    /// a = f(z), element by element
    Function(Function),
}

impl Activation {
    /// Reads an activation: a name, a name with its parameter, or an expression of x.
    ///
    /// `custom` is the expression that `custom_function` stands for.
    pub fn parse(text: &str, custom: &str) -> Result<Self> {
        let text = text.trim();
        let (name, parameter) = name_and_number(text);
        let name = name.to_lowercase();
        match (name.as_str(), parameter) {
            ("linear" | "identity", None) => return Ok(Activation::Linear),
            ("softmax", None) => return Ok(Activation::Softmax),
            ("prelu", alpha) => return Ok(Activation::Prelu(alpha.unwrap_or(PRELU_ALPHA))),
            ("custom_function", None) => return function_of(custom, custom).map(Self::Function),
            _ => {}
        }
        if parameter.is_some_and(|parameter| !(parameter as f32).is_finite()) {
            return Err(Error::input(format!(
                "{text:?}: the number is too large; allowed: up to 3e38"
            )));
        }
        if let Some(formula) = formula(&name, parameter) {
            let name = parameter.map_or(name.clone(), |alpha| format!("{name}({alpha})"));
            return function_of(&name, &formula).map(Activation::Function);
        }
        if let Some(error) = misspelt(text) {
            return Err(error);
        }
        if is_word(text) && !["x", "pi", "e"].contains(&&*text.to_lowercase()) {
            return Err(Error::input(format!(
                "{text:?} is no activation{}; allowed: {}, or an expression of x",
                did_you_mean(text, ACTIVATION_NAMES.iter().copied()),
                ACTIVATION_NAMES.join(", ")
            )));
        }
        function_of(text, text).map(Activation::Function)
    }

    /// How the weights of a hidden layer start that has it.
    pub(super) fn initializer(&self) -> Initializer {
        match self {
            Activation::Linear | Activation::Softmax => Glorot,
            Activation::Prelu(_) => He,
            Activation::Function(function) => {
                let (name, _) = name_and_number(&function.name);
                // Expressions too: those in use are relatives of ReLU, as swish and mish are.
                line(name).map_or(He, |named| named.initializer)
            }
        }
    }

    /// Whether this is the activation of that name, without parameters.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Activation::Function(function) if function.name == name)
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Activation::Linear => write!(f, "linear"),
            Activation::Softmax => write!(f, "softmax"),
            Activation::Prelu(alpha) if *alpha == PRELU_ALPHA => write!(f, "prelu"),
            Activation::Prelu(alpha) => write!(f, "prelu({alpha})"),
            Activation::Function(function) => write!(f, "{}", function.name),
        }
    }
}

/// The function `text` describes, under `name`; refused where it or its derivative is NaN, and
/// where it is the same everywhere.
fn function_of(name: &str, text: &str) -> Result<Function> {
    let expression = expression("activation", text, Variable::X)?;
    Ok(Function { name: name.to_lowercase(), expression })
}

/// The formula of an activation known by name, with its number put in.
fn formula(name: &str, alpha: Option<f64>) -> Option<String> {
    let named = line(name)?;
    let formula = named.formula?;
    match (named.alpha, alpha) {
        (None, Some(_)) => None,
        (None, None) => Some(formula.to_string()),
        (Some(default), alpha) => {
            Some(formula.replace("alpha", &format!("({})", alpha.unwrap_or(default))))
        }
    }
}

/// `relu(x)`, `gelu(0.1)`: a name that is no function of the expression language, with parentheses
/// that do not belong there.
fn misspelt(text: &str) -> Option<Error> {
    let name = text.split_once('(')?.0.trim().to_lowercase();
    let functions = ["sigmoid", "softplus", "tanh"];
    if !ACTIVATION_NAMES.contains(&&*name) || functions.contains(&&*name) {
        return None;
    }
    let parameterised = line(&name).is_some_and(|named| named.alpha.is_some());
    let number = if parameterised { format!(", \"{name}(0.02)\"") } else { String::new() };
    Some(Error::input(format!(
        "{text:?} is not how {name} is written; allowed: {name:?}{number}, or an expression of x"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Expression;

    fn function(text: &str) -> Expression {
        match Activation::parse(text, "x*sigmoid(x)") {
            Ok(Activation::Function(function)) => function.expression,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn refusal(text: &str) -> String {
        Activation::parse(text, "x").map(|a| a.to_string()).unwrap_err().to_string()
    }

    #[test]
    fn at_the_kink_the_branch_below_holds() {
        for (text, slope) in [("relu", 0.0), ("Leaky_ReLU", 0.01), ("elu", 1.0), ("elu(0.5)", 0.5)]
        {
            assert_eq!(function(text).evaluate(0.0f64), (0.0, slope), "{text}");
        }
        let selu = 1.0507009873554805 * 1.6732632423543772;
        assert!((function("selu").evaluate(0.0f64).1 - selu).abs() < 1e-15);
    }

    #[test]
    fn values_by_hand() {
        assert_eq!(function("leaky_relu(0.02)").evaluate(-3.0f64), (-0.06, 0.02));
        // x Φ(x) at 1 with the normal distribution's table value Φ(1) = 0.841344746.
        assert!((function("gelu_erf").evaluate(1.0f64).0 - 0.841344746).abs() < 1e-9);
        assert!((function("gelu").evaluate(1.0f64).0 - 0.841192).abs() < 1e-6);
        // x σ(x) and x tanh(ln(1 + e^x)) at 1.
        for name in ["custom_function", "silu", "swish"] {
            assert!((function(name).evaluate(1.0f64).0 - 0.731058579).abs() < 1e-9, "{name}");
        }
        assert!((function("mish").evaluate(1.0f64).0 - 0.865098388).abs() < 1e-9);
        for (name, x, value, slope) in [
            ("relu6", 7.0, 6.0, 0.0),
            ("relu6", 5.0, 5.0, 1.0),
            ("hardsigmoid", -3.0, 0.0, 0.0),
            ("hardsigmoid", 0.0, 0.5, 1.0 / 6.0),
            ("hardsigmoid", 4.0, 1.0, 0.0),
            ("hardswish", -4.0, 0.0, 0.0),
            ("hardswish", 1.5, 1.125, 1.0),
            ("hardswish", 4.0, 4.0, 1.0),
        ] {
            let (found, its_slope) = function(name).evaluate::<f64>(x);
            assert!((found - value).abs() < 1e-15, "{name} at {x}: {found}");
            assert!((its_slope - slope).abs() < 1e-15, "{name}' at {x}: {its_slope}");
        }
    }

    #[test]
    fn nothing_is_nan_far_out_and_nan_is_not_hidden() {
        for name in ACTIVATION_NAMES {
            let Ok(Activation::Function(function)) = Activation::parse(name, "x*sigmoid(x)") else {
                continue;
            };
            for x in [1e4f32, -1e4] {
                let (value, slope) = function.expression.evaluate(x);
                assert!(value.is_finite() && slope.is_finite(), "{name} at {x}");
            }
            assert!(function.expression.evaluate(f32::NAN).0.is_nan(), "{name}");
        }
    }

    #[test]
    fn names_parameters_and_expressions_are_shown_as_given() {
        for (text, shown) in [
            ("ReLU", "relu"),
            ("identity", "linear"),
            ("leaky_relu(0.02)", "leaky_relu(0.02)"),
            ("prelu", "prelu"),
            ("PReLU(0.1)", "prelu(0.1)"),
            ("custom_function", "x*sigmoid(x)"),
            ("x * tanh(softplus(x))", "x * tanh(softplus(x))"),
        ] {
            assert_eq!(Activation::parse(text, "x*sigmoid(x)").unwrap().to_string(), shown);
        }
    }

    #[test]
    fn refusals_say_what_is_allowed() {
        assert!(refusal("rleu").contains("did you mean relu?"));
        assert!(refusal("relu(0.1)").contains("is not how relu is written"));
        assert!(refusal("leaky_relu(a)").contains("leaky_relu(0.02)"));
        assert!(refusal("leaky_relu(1e39)").contains("too large"));
        assert!(refusal("exp(x)^20").contains("not finite"));
        assert!(refusal("x * sigmod(x)").contains("sigmoid"));
        assert!(refusal("x / (x - x)").contains("finite"), "{}", refusal("x / (x - x)"));
    }
}
