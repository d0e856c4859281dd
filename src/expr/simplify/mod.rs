//! Building terms in their simplest form.
//!
//! Each rule reads the operands alone and returns a term in its simplest form: a printed expression, parsed again, gives
//! the same terms.

mod products;
mod sums;

use super::operation::{Comparison, Function, Operator};
use super::tree::{Node, Term, Tree};

impl Tree {
    /// Whether `term` is the constant `value`.
    fn is(&self, term: Term, value: f64) -> bool {
        self.value(term) == Some(value)
    }

    /// v, if `term` is 1 + exp(v).
    fn one_plus_exponential(&self, term: Term) -> Option<Term> {
        let Node::Combine(Operator::Add, a, b) = self.node(term) else {
            return None;
        };
        match (self.node(a), self.node(b)) {
            (_, Node::Apply(Function::Exponential, v)) if self.is(a, 1.0) => Some(v),
            (Node::Apply(Function::Exponential, v), _) if self.is(b, 1.0) => Some(v),
            _ => None,
        }
    }

    /// `function(a)`
    pub(super) fn apply(&mut self, function: Function, a: Term) -> Term {
        if function == Function::Negate {
            return self.negate(a);
        }
        if let Some(value) = self.value(a) {
            return self.constant(function.apply(value));
        }
        match (function, self.node(a)) {
            (Function::Logarithm, Node::Apply(Function::Exponential, u)) => u,
            (Function::Absolute, Node::Apply(Function::Absolute, _)) => a,
            (Function::Absolute, Node::Apply(Function::Negate, u)) => {
                self.insert(Node::Apply(Function::Absolute, u))
            }
            _ => match self.one_plus_exponential(a) {
                Some(v) if function == Function::Logarithm => self.apply(Function::Softplus, v),
                _ => self.insert(Node::Apply(function, a)),
            },
        }
    }

    /// `-a`
    pub(super) fn negate(&mut self, a: Term) -> Term {
        match self.node(a) {
            Node::Constant(bits) => self.constant(-f64::from_bits(bits)),
            Node::Apply(Function::Negate, u) => u,
            Node::Combine(Operator::Subtract, u, v) => self.subtract(v, u),
            Node::Combine(operator @ (Operator::Multiply | Operator::Divide), u, v)
                if self.value(u).is_some() =>
            {
                let u = self.negate(u);
                self.combine(operator, u, v)
            }
            _ => self.insert(Node::Apply(Function::Negate, a)),
        }
    }

    /// `a operator b`
    pub(super) fn combine(&mut self, operator: Operator, a: Term, b: Term) -> Term {
        if let (Some(a), Some(b)) = (self.value(a), self.value(b)) {
            return self.constant(operator.fold(a, b));
        }
        match operator {
            Operator::Add => self.add(a, b),
            Operator::Subtract => self.subtract(a, b),
            Operator::Multiply => self.multiply(a, b),
            Operator::Divide => self.divide(a, b),
            Operator::Power => self.power(a, b),
            Operator::Maximum | Operator::Minimum if a == b => a,
            Operator::Maximum | Operator::Minimum => self.insert(Node::Combine(operator, a, b)),
        }
    }

    /// `if(a comparison b, then, otherwise)`
    pub(super) fn choose(&mut self, comparison: Comparison, terms: [Term; 4]) -> Term {
        let [a, b, then, otherwise] = terms;
        let decided = match (self.value(a), self.value(b)) {
            (Some(a), Some(b)) => Some(comparison.holds(a, b)),
            _ if a == b => Some(comparison.holds(0.0, 0.0)),
            _ => None,
        };
        match decided {
            Some(true) => then,
            Some(false) => otherwise,
            None if then == otherwise => then,
            None => self.insert(Node::Choose(comparison, terms)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::Expression;

    #[track_caller]
    fn simplifies(text: &str, expected: &str) {
        let expression = Expression::parse(text).unwrap();
        assert_eq!(expression.to_string(), expected, "{text}");
    }

    #[test]
    fn neutral_elements_and_signs_vanish() {
        simplifies("x + 0", "x");
        simplifies("0*exp(x) + 1*x", "x");
        simplifies("--x - (-x)", "2*x");
        simplifies("2*3*x/4", "1.5*x");
        simplifies("x + -2*x^2", "x - 2*x^2");
        simplifies("-x + 1", "1 - x");
        simplifies("-(x - sin(x))", "sin(x) - x");
        simplifies("if(1 < 2, x, 3)", "x");
        simplifies("max(x, x) - x", "0");
    }

    #[test]
    fn powers_are_gathered() {
        simplifies("x*x*x", "x^3");
        simplifies("(x^2)^3", "x^6");
        simplifies("x^0.5", "sqrt(x)");
        simplifies("e^x", "exp(x)");
        simplifies("2^3^2", "512");
        simplifies("-2^2", "-4");
    }

    #[test]
    fn what_would_overflow_is_rewritten() {
        simplifies("1/(1+exp(-x))", "sigmoid(x)");
        simplifies("x/(1+e^(-x))", "x*sigmoid(x)");
        simplifies("exp(x)/(exp(x)+1)", "sigmoid(x)");
        simplifies("ln(1+exp(2*x))", "softplus(2*x)");
    }
}
