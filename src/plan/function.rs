//! A named function that is applied element by element.

use super::formula::expression;
use crate::error::{Error, Result};
use crate::expr::{Expression, Variable};

/// A function that is applied element by element: of x alone, or of x and a learned parameter a.
#[derive(Debug, Clone)]
pub struct Function {
    /// The name in tables and files: `relu`, `leaky_relu(0.02)`, or the expression's text.
    pub name: String,
    /// f, which is evaluated together with its derivative with respect to x.
    pub expression: Expression,
    /// The learned parameter, if it has one.
    pub parameter: Option<Box<Parameter>>,
}

/// The learned parameter a of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its value before training.
    pub initial: f64,
    /// The derivative of the function with respect to a, a function of x and a.
    pub slope: Expression,
}

impl Function {
    /// Parses `text` as a function of x, or of x and a where `initial`, a's value before training, is given. An
    /// error if it is constant, or if it or its derivative is not finite.
    pub fn of(name: &str, text: &str, initial: Option<f64>) -> Result<Self> {
        let variables = match initial {
            None => &[Variable::X][..],
            Some(_) => &[Variable::X, Variable::A],
        };
        let values: Vec<f32> = initial.iter().map(|&a| a as f32).collect();
        let expression = expression("activation", text, variables, &values)?;
        let parameter = match initial {
            None => None,
            Some(initial) => {
                let slope = expression.derivative(Variable::A);
                let slope =
                    slope.map_err(|e| Error::input(format!("the activation {text:?}: {e}")))?;
                Some(Box::new(Parameter { initial, slope }))
            }
        };
        Ok(Function { name: name.to_lowercase(), expression, parameter })
    }
}
