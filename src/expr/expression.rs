//! An expression: parsed, differentiated, computed.

use super::error::ParseError;
use super::parse;
use super::program::{Inputs, Program, Scratch};
use super::tree::{Term, Tree};
use super::variable::Variable;
use crate::math::Real;

/// A function f of one or more variables, with its derivative f' by the first of them, as a straight-line program with
/// shared subterms.
#[derive(Debug, Clone)]
pub struct Expression {
    tree: Tree,
    root: Term,
    pub(super) program: Program,
}

impl Expression {
    /// Parses a function of x, in the language of the crate's reference.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::of(&[Variable::X], text)
    }

    /// Parses a function of these variables, one or more; f' is the derivative with respect to the first.
    pub fn of(variables: &[Variable], text: &str) -> Result<Self, ParseError> {
        let (tree, root) = parse::parse(text, variables)?;
        Self::new(tree, root, variables)
    }

    /// The partial derivative with respect to `variable`, as a function of the same variables.
    pub fn derivative(&self, variable: Variable) -> Result<Self, ParseError> {
        let (tree, derivative) = differentiated(&self.tree, self.root, variable)?;
        let (tree, root) = tree.only(derivative);
        Self::new(tree, root, &self.program.variables)
    }

    /// Its variables; f' is the derivative with respect to the first.
    pub fn variables(&self) -> &[Variable] {
        &self.program.variables
    }

    fn new(tree: Tree, root: Term, variables: &[Variable]) -> Result<Self, ParseError> {
        let first = variables.first().copied().unwrap_or(Variable::X);
        let (with_derivative, derivative) = differentiated(&tree, root, first)?;
        let program = Program::new(&with_derivative, [root, derivative], variables)?;
        Ok(Self { tree, root, program })
    }

    /// f(x) and f'(x) of a function of one variable.
    ///
    /// # Panics
    /// If the function has more variables.
    pub fn evaluate<T: Real>(&self, x: T) -> (T, T) {
        self.evaluate_with(x, &[])
    }

    /// f and f' at `x`, the value of the first variable, and `others`, the values of the rest in their order.
    ///
    /// # Panics
    /// If the number of values differs from the number of variables.
    pub fn evaluate_with<T: Real>(&self, x: T, others: &[T]) -> (T, T) {
        self.program.evaluate(x, others)
    }

    /// f, and f' if there is a `derivative`, at every element of `x`, the values of the first variable. The values of
    /// the rest, `others`, are the same for all elements. The bits are those of [`Expression::evaluate_with`].
    ///
    /// # Panics
    /// If `value` or `derivative` is shorter than `x`, or `others` does not have one value per other variable.
    pub fn evaluate_block<T: Real>(
        &self,
        x: &[T],
        others: &[T],
        value: &mut [T],
        derivative: Option<&mut [T]>,
        scratch: &mut Scratch<T>,
    ) {
        self.program.evaluate_block(Inputs { x, others }, value, derivative, scratch);
    }

    /// f and f' as WGSL, `fn NAME(x: f32) -> vec2<f32>`. The arguments are all variables of the function, and others
    /// that it ignores. It calls functions of [`MATH_WGSL`](crate::math::MATH_WGSL), which must be in the same shader.
    pub fn to_wgsl(&self, name: &str, arguments: &[Variable]) -> String {
        self.program.to_wgsl(name, arguments)
    }
}

/// The tree with the derivative of `root`, its last term, by `variable`.
fn differentiated(tree: &Tree, root: Term, variable: Variable) -> Result<(Tree, Term), ParseError> {
    let mut tree = tree.clone();
    let derivative = tree.derivative(root, variable);
    if tree.take_overflow() {
        return Err(ParseError {
            position: 0,
            message: "the derivative has a constant beyond 3.4e38".to_owned(),
        });
    }
    Ok((tree, derivative))
}

impl std::fmt::Display for Expression {
    /// The expression of f, simplified, in the language it was parsed from.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.tree.write(self.root, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRELU: &str = "if(x <= 0, a*x, x)";

    fn of_x_and_a(text: &str) -> Expression {
        Expression::of(&[Variable::X, Variable::A], text).unwrap()
    }

    #[test]
    fn every_variable_has_a_derivative() {
        let f = of_x_and_a("x^2*sin(a) + a^3");
        let (x, a) = (1.5f64, 0.7f64);
        let (value, slope) = f.evaluate_with(x, &[a]);
        assert!((value - (x * x * a.sin() + a.powi(3))).abs() < 1e-14);
        assert!((slope - 2.0 * x * a.sin()).abs() < 1e-14);
        let by_a = f.derivative(Variable::A).unwrap();
        let (value, slope) = by_a.evaluate_with(x, &[a]);
        assert!((value - (x * x * a.cos() + 3.0 * a * a)).abs() < 1e-14);
        // The derivative of the derivative is by x again.
        assert!((slope - 2.0 * x * a.cos()).abs() < 1e-14);
        assert_eq!(f.derivative(Variable::E).unwrap().to_string(), "0");
    }

    #[test]
    fn a_parameter_is_a_value_for_all_elements() {
        let f = of_x_and_a(PRELU);
        let x: Vec<f32> = (0..100).map(|i| i as f32 - 50.0).collect();
        let (mut value, mut slope) = (vec![0.0; 100], vec![0.0; 100]);
        f.evaluate_block(&x, &[0.25], &mut value, Some(&mut slope), &mut Scratch::default());
        for (i, &x) in x.iter().enumerate() {
            let expected = if x <= 0.0 { (0.25 * x, 0.25) } else { (x, 1.0) };
            assert_eq!((value[i], slope[i]), expected, "{x}");
            assert_eq!(f.evaluate_with(x, &[0.25]), expected, "{x}");
        }
    }

    #[test]
    fn wgsl_has_the_variables_as_arguments() {
        let both = [Variable::X, Variable::A];
        let text = of_x_and_a(PRELU).to_wgsl("act", &both);
        assert!(text.starts_with("fn act(x: f32, a: f32) -> vec2<f32> {"), "{text}");
        assert!(text.contains("a * x"), "{text}");
        let text = Expression::parse("2*x").unwrap().to_wgsl("act", &both);
        assert!(text.starts_with("fn act(x: f32, a: f32)") && !text.contains("a *"), "{text}");
    }

    #[test]
    fn names_are_those_of_the_variables_alone() {
        let of_e = |text| Expression::of(&[Variable::E], text);
        assert_eq!(of_e("e*E").unwrap().to_string(), "e^2");
        assert_eq!(of_e("e^2").unwrap().evaluate(3.0), (9.0, 6.0));
        let refusal = |text| of_e(text).unwrap_err().message;
        let message = refusal("x^2");
        assert!(message.contains("`x` is no known name"), "{message}");
        assert!(message.contains("allowed are e, pi and the functions if,"), "{message}");
        assert!(refusal("2e").ends_with("as in 2*e"));
        assert!(refusal("e**2").ends_with("written e^2"));
        assert!(refusal("").ends_with("an example is e^2"));
        let message = Expression::parse("a*x").unwrap_err().message;
        assert!(message.contains("allowed are x, pi, e and the functions"), "{message}");
        assert_eq!(Expression::parse("e").unwrap().evaluate(0.0).0, std::f64::consts::E);
    }
}
