//! A named function that is applied element by element.

use super::formula::expression;
use crate::error::{Error, Result};
use crate::expr::{Expression, Variable};

/// A function that is applied element by element: of x alone, or of x and a learned parameter a.
#[derive(Debug, Clone)]
pub struct Function {
    /// The name as tables and files show it: `relu`, `leaky_relu(0.02)`, or the expression's text.
    pub name: String,
    /// The function and its derivative by x.
    pub expression: Expression,
    /// The parameter that a layer learns, where there is one.
    pub parameter: Option<Box<Parameter>>,
}

/// The learned parameter a of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its value before training.
    pub initial: f64,
    /// The derivative of the function by a, a function of x and a.
    pub slope: Expression,
}

impl Function {
    /// The function that `text` describes, of x, and of a too where `initial` is a's value before training.
    /// Refused where it or its derivative is not finite, and where it is the same everywhere.
    pub fn of(name: &str, text: &str, initial: Option<f64>) -> Result<Self> {
        let variables = match initial {
            None => &[Variable::X][..],
            Some(_) => &[Variable::X, Variable::A],
        };
        let others: Vec<f32> = initial.iter().map(|&a| a as f32).collect();
        let expression = expression("activation", text, variables, &others)?;
        let parameter = |initial| {
            let slope = expression.derivative(Variable::A);
            let slope = slope.map_err(|e| Error::input(format!("the activation {text:?}: {e}")))?;
            Ok(Box::new(Parameter { initial, slope }))
        };
        let parameter = initial.map(parameter).transpose()?;
        Ok(Function { name: name.to_lowercase(), expression, parameter })
    }
}
