//! Activations: names, parameters and expressions of x.
//!
//! Every activation of one element is an expression; its derivatives are derived, never typed. Softmax is apart, because
//! it couples the units of a layer.

use std::fmt;

use super::named_activations::{ACTIVATION_NAMES, Named, line};
use crate::error::{Error, Result};
use crate::nearest::did_you_mean;
use crate::plan::formula::{is_word, name_and_number};
use crate::plan::{Function, Initializer};

/// The function that a layer applies to z = W x + b, which has the shape of its output.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // one per layer
pub enum Activation {
    /// a = z: no activation
    Linear,
    /// a_i = e^(z_i) / Σ_j e^(z_j), in the output layer only
    Softmax,
    /// a = f(z), element by element; f may have one learned parameter per layer
    Function(Function),
}

impl Activation {
    /// Reads an activation: a name, a name with its parameter, or an expression of x.
    ///
    /// `custom` is the expression of `custom_function`.
    pub fn parse(text: &str, custom: &str) -> Result<Self> {
        let text = text.trim();
        let (name, parameter) = name_and_number(text);
        let name = name.to_lowercase();
        match (name.as_str(), parameter) {
            ("linear" | "identity", None) => return Ok(Activation::Linear),
            ("softmax", None) => return Ok(Activation::Softmax),
            ("custom_function", None) => return expression_of(custom),
            _ => {}
        }
        if parameter.is_some_and(|parameter| !(parameter as f32).is_finite()) {
            return Err(Error::input(format!(
                "{text:?}: the number is too large; allowed: up to 3e38"
            )));
        }
        if let Some(named) = line(&name)
            && let Some(function) = named.function(parameter)?
        {
            return Ok(Activation::Function(function));
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
        expression_of(text)
    }

    /// The initializer of the weights of a hidden layer with this activation.
    pub(super) fn initializer(&self) -> Initializer {
        match self {
            Activation::Linear | Activation::Softmax => Initializer::Glorot,
            Activation::Function(function) => {
                let (name, _) = name_and_number(&function.name);
                // Expressions too: most are relatives of ReLU, as swish and mish are.
                line(name).map_or(Initializer::He, |named| named.initializer)
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
            Activation::Function(function) => write!(f, "{}", function.name),
        }
    }
}

/// An expression of x as an activation.
fn expression_of(text: &str) -> Result<Activation> {
    Function::of(text, text, None).map(Activation::Function)
}

/// The error of a name with wrong parentheses, `relu(x)` or `gelu(0.1)`; None for a function of the expression
/// language.
fn misspelt(text: &str) -> Option<Error> {
    let name = text.split_once('(')?.0.trim().to_lowercase();
    let functions = ["sigmoid", "softplus", "tanh"];
    if !ACTIVATION_NAMES.contains(&&*name) || functions.contains(&&*name) {
        return None;
    }
    let takes_number = line(&name).is_some_and(Named::takes_number);
    let number = if takes_number { format!(", \"{name}(0.02)\"") } else { String::new() };
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
            let others: Vec<f32> =
                function.parameter.iter().map(|own| own.initial as f32).collect();
            for x in [1e4f32, -1e4] {
                let (value, slope) = function.expression.evaluate_with(x, &others);
                assert!(value.is_finite() && slope.is_finite(), "{name} at {x}");
            }
            assert!(function.expression.evaluate_with(f32::NAN, &others).0.is_nan(), "{name}");
        }
    }

    #[test]
    fn prelu_learns_its_slope_below_zero() {
        let Ok(Activation::Function(prelu)) = Activation::parse("PReLU(0.1)", "x") else {
            panic!("prelu is a function")
        };
        let parameter = prelu.parameter.unwrap();
        assert_eq!(parameter.initial, 0.1);
        for (x, a, value, slope, by_a) in
            [(2.0, 0.5, 2.0, 1.0, 0.0), (-3.0, 0.5, -1.5, 0.5, -3.0), (0.0, 0.5, 0.0, 0.5, 0.0)]
        {
            assert_eq!(prelu.expression.evaluate_with(x, &[a]), (value, slope), "{x}");
            assert_eq!(parameter.slope.evaluate_with(x, &[a]).0, by_a, "{x}");
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
            ("prelu(0.25)", "prelu"),
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
        assert!(refusal("prelu(1e39)").contains("too large"));
        assert!(refusal("a*x").contains("allowed are x, pi, e and the functions"));
        assert!(refusal("exp(x)^20").contains("not finite"));
        assert!(refusal("x * sigmod(x)").contains("sigmoid"));
        assert!(refusal("x / (x - x)").contains("finite"), "{}", refusal("x / (x - x)"));
    }
}
