//! The derivative of a term by one of its variables.

use super::operation::{Comparison, Function, Operator};
use super::tree::{Node, Term, Tree};
use super::variable::Variable;

impl Tree {
    /// The derivative of `root`, the last term of the tree, by `variable`. Operands come before their operation, so one
    /// pass over the terms suffices.
    pub(super) fn derivative(&mut self, root: Term, variable: Variable) -> Term {
        let mut derivatives: Vec<Term> = Vec::new();
        for index in 0..=root.index() {
            let derivative = self.derivative_of_one(Term::at(index), variable, &derivatives);
            derivatives.push(derivative);
        }
        derivatives[root.index()]
    }

    fn derivative_of_one(&mut self, term: Term, by: Variable, derivatives: &[Term]) -> Term {
        let of = |operand: Term| derivatives[operand.index()];
        match self.node(term) {
            Node::Variable(variable) => self.constant(if variable == by { 1.0 } else { 0.0 }),
            Node::Constant(_) => self.constant(0.0),
            Node::Apply(Function::Negate, u) => self.negate(of(u)),
            Node::Apply(function, u) => {
                let outer = self.derivative_of_function(function, u, term);
                self.multiply(outer, of(u))
            }
            Node::Combine(operator, u, v) => {
                self.derivative_of_operator(operator, [u, v, term], [of(u), of(v)])
            }
            Node::Choose(comparison, [a, b, then, otherwise]) => {
                self.choose(comparison, [a, b, of(then), of(otherwise)])
            }
        }
    }

    /// The derivative of `function` at u, where its value is f.
    fn derivative_of_function(&mut self, function: Function, u: Term, f: Term) -> Term {
        let (zero, one) = (self.constant(0.0), self.constant(1.0));
        match function {
            Function::Negate => self.constant(-1.0),
            Function::Absolute => {
                let minus_one = self.constant(-1.0);
                let left = self.choose(Comparison::Less, [u, zero, minus_one, zero]);
                self.choose(Comparison::Greater, [u, zero, one, left])
            }
            Function::Exponential => f,
            Function::Logarithm => {
                let slope = self.divide(one, u);
                self.choose(Comparison::Greater, [u, zero, slope, zero])
            }
            Function::SquareRoot => {
                let half = self.constant(0.5);
                let slope = self.divide(half, f);
                self.choose(Comparison::Greater, [u, zero, slope, zero])
            }
            Function::Sine => self.apply(Function::Cosine, u),
            Function::Cosine => {
                let sine = self.apply(Function::Sine, u);
                self.negate(sine)
            }
            Function::Tangent => {
                let square = self.multiply(f, f);
                self.subtract(one, square)
            }
            Function::Sigmoid => {
                let rest = self.subtract(one, f);
                self.multiply(f, rest)
            }
            Function::Softplus => self.apply(Function::Sigmoid, u),
            Function::Error => {
                let square = self.multiply(u, u);
                let exponent = self.negate(square);
                let bell = self.apply(Function::Exponential, exponent);
                let factor = self.constant(std::f64::consts::FRAC_2_SQRT_PI);
                self.multiply(factor, bell)
            }
        }
    }

    /// The derivative of f = u operator v from those of u and v.
    fn derivative_of_operator(
        &mut self,
        operator: Operator,
        [u, v, f]: [Term; 3],
        [du, dv]: [Term; 2],
    ) -> Term {
        match operator {
            Operator::Add => self.add(du, dv),
            Operator::Subtract => self.subtract(du, dv),
            Operator::Multiply => {
                let left = self.multiply(du, v);
                let right = self.multiply(u, dv);
                self.add(left, right)
            }
            Operator::Divide => {
                // (u' - f v') / v: unlike the form over v², no intermediate exceeds u' and v'.
                let change = self.multiply(f, dv);
                let numerator = self.subtract(du, change);
                self.divide(numerator, v)
            }
            Operator::Power => self.derivative_of_power([u, v, f], [du, dv]),
            Operator::Maximum => self.choose(Comparison::Greater, [u, v, du, dv]),
            Operator::Minimum => self.choose(Comparison::Less, [u, v, du, dv]),
        }
    }

    /// The derivative of f = u^v: v u^(v-1) u' + f ln(u) v', where u^(v-1) and f are 0 for
    /// u <= 0 unless v is a whole number.
    fn derivative_of_power(&mut self, [u, v, f]: [Term; 3], [du, dv]: [Term; 2]) -> Term {
        let one = self.constant(1.0);
        let exponent = self.subtract(v, one);
        let lower = self.power(u, exponent);
        let slope = self.multiply(v, lower);
        let left = self.multiply(slope, du);
        let logarithm = self.apply(Function::Logarithm, u);
        let growth = self.multiply(f, logarithm);
        let right = self.multiply(growth, dv);
        self.add(left, right)
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::Expression;

    #[track_caller]
    fn slope(text: &str, x: f64) -> f64 {
        Expression::parse(text).unwrap().evaluate(x).1
    }

    #[test]
    fn at_a_kink_the_branch_of_x_not_above_it_holds() {
        assert_eq!(slope("max(x, 0)", 0.0), 0.0);
        assert_eq!(slope("min(x, 0)", 0.0), 0.0);
        assert_eq!(slope("if(x > 0, x, 0.01*x)", 0.0), 0.01);
        assert_eq!(slope("if(x > 0, x, exp(x) - 1)", 0.0), 1.0);
        assert_eq!(slope("abs(x)", 0.0), 0.0);
        assert_eq!((slope("abs(x)", 2.0), slope("abs(x)", -2.0)), (1.0, -1.0));
    }

    #[test]
    fn outside_their_domain_functions_stay_finite() {
        for text in ["sqrt(x)", "ln(x)", "x^1.5", "x^x", "x^(-0.3)"] {
            for x in [0.0, -3.0] {
                let expression = Expression::parse(text).unwrap();
                let (value, slope) = expression.evaluate::<f64>(x);
                assert!(value.is_finite(), "{text} at {x}: {value}");
                assert_eq!(slope, 0.0, "{text} at {x}");
            }
        }
    }

    #[test]
    fn whole_powers_hold_on_both_sides_of_zero() {
        assert_eq!(slope("x^3", -2.0), 12.0);
        assert_eq!(slope("x^-1", -2.0), -0.25);
        assert_eq!(slope("2^x", 0.0), std::f64::consts::LN_2);
    }
}
