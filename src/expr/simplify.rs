//! Building terms in their simplest form.
//!
//! Each rule looks at the operands alone, and what it returns is in its simplest form again:
//! a printed expression, parsed, gives the same terms.

use super::operation::{Comparison, Function, Operator};
use super::tree::{Node, Term, Tree};

impl Tree {
    fn is(&self, term: Term, value: f64) -> bool {
        self.value(term) == Some(value)
    }

    /// u, if `term` is `-u`, a negative constant or a multiple by one.
    fn negated(&mut self, term: Term) -> Option<Term> {
        match self.node(term) {
            Node::Apply(Function::Negate, u) => Some(u),
            Node::Constant(bits) if f64::from_bits(bits) < 0.0 => Some(self.negate(term)),
            Node::Combine(Operator::Multiply, a, _) if self.value(a)? < 0.0 => {
                Some(self.negate(term))
            }
            _ => None,
        }
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

    /// `term` as a whole positive power of another.
    fn base_and_exponent(&self, term: Term) -> (Term, f64) {
        if let Node::Combine(Operator::Power, base, exponent) = self.node(term)
            && let Some(n) = self.value(exponent)
            && n > 0.0
            && n.fract() == 0.0
        {
            return (base, n);
        }
        (term, 1.0)
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

    /// `a + b`
    pub(super) fn add(&mut self, a: Term, b: Term) -> Term {
        if let (Some(a), Some(b)) = (self.value(a), self.value(b)) {
            return self.constant(a + b);
        }
        if self.is(a, 0.0) {
            return b;
        }
        if self.is(b, 0.0) {
            return a;
        }
        if a == b {
            let two = self.constant(2.0);
            return self.multiply(two, a);
        }
        if let Some(b) = self.negated(b) {
            return self.subtract(a, b);
        }
        if let Some(a) = self.negated(a) {
            return self.subtract(b, a);
        }
        self.insert(Node::Combine(Operator::Add, a, b))
    }

    /// `a - b`
    pub(super) fn subtract(&mut self, a: Term, b: Term) -> Term {
        if let (Some(a), Some(b)) = (self.value(a), self.value(b)) {
            return self.constant(a - b);
        }
        if self.is(a, 0.0) {
            return self.negate(b);
        }
        if self.is(b, 0.0) {
            return a;
        }
        if a == b {
            return self.constant(0.0);
        }
        if let Some(b) = self.negated(b) {
            return self.add(a, b);
        }
        if let Node::Apply(Function::Negate, u) = self.node(a) {
            let sum = self.add(u, b);
            return self.negate(sum);
        }
        self.insert(Node::Combine(Operator::Subtract, a, b))
    }

    /// `a * b`
    pub(super) fn multiply(&mut self, a: Term, b: Term) -> Term {
        if let Some(factor) = self.value(a) {
            return self.multiple(factor, b);
        }
        if let Some(factor) = self.value(b) {
            return self.multiple(factor, a);
        }
        if let Node::Apply(Function::Negate, u) = self.node(a) {
            let product = self.multiply(u, b);
            return self.negate(product);
        }
        if let Node::Apply(Function::Negate, u) = self.node(b) {
            let product = self.multiply(a, u);
            return self.negate(product);
        }
        let ((base, m), (other, n)) = (self.base_and_exponent(a), self.base_and_exponent(b));
        if base == other {
            let exponent = self.constant(m + n);
            return self.power(base, exponent);
        }
        self.insert(Node::Combine(Operator::Multiply, a, b))
    }

    /// `factor * a`
    fn multiple(&mut self, factor: f64, a: Term) -> Term {
        if let Some(value) = self.value(a) {
            return self.constant(factor * value);
        }
        if factor == 0.0 {
            return self.constant(0.0);
        }
        if factor == 1.0 {
            return a;
        }
        if factor == -1.0 {
            return self.negate(a);
        }
        match self.node(a) {
            Node::Apply(Function::Negate, u) => self.multiple(-factor, u),
            Node::Combine(Operator::Multiply, inner, u) if self.value(inner).is_some() => {
                let product = factor * self.value(inner).unwrap_or(1.0);
                self.multiple(product, u)
            }
            _ => {
                let factor = self.constant(factor);
                self.insert(Node::Combine(Operator::Multiply, factor, a))
            }
        }
    }

    /// `a / b`; a quotient by a constant becomes a product, which GPUs compute to the last bit.
    pub(super) fn divide(&mut self, a: Term, b: Term) -> Term {
        if let Some(divisor) = self.value(b) {
            return match self.value(a) {
                Some(a) => self.constant(a / divisor),
                None => {
                    let factor = self.constant(1.0 / divisor);
                    self.multiply(factor, a)
                }
            };
        }
        if self.is(a, 0.0) {
            return a;
        }
        if a == b {
            return self.constant(1.0);
        }
        if let Node::Apply(Function::Negate, u) = self.node(a) {
            let quotient = self.divide(u, b);
            return self.negate(quotient);
        }
        if let Node::Apply(Function::Negate, u) = self.node(b) {
            let quotient = self.divide(a, u);
            return self.negate(quotient);
        }
        match self.one_plus_exponential(b) {
            Some(v) => self.logistic(a, v),
            None => self.insert(Node::Combine(Operator::Divide, a, b)),
        }
    }

    /// `a / (1 + exp(v))`, written so that nothing overflows.
    fn logistic(&mut self, a: Term, v: Term) -> Term {
        if self.node(a) == Node::Apply(Function::Exponential, v) {
            return self.apply(Function::Sigmoid, v);
        }
        let v = self.negate(v);
        let sigmoid = self.apply(Function::Sigmoid, v);
        self.multiply(a, sigmoid)
    }

    /// `a ^ b`
    pub(super) fn power(&mut self, a: Term, b: Term) -> Term {
        let (base, m) = self.base_and_exponent(a);
        match (self.value(a), self.value(b)) {
            (Some(a), Some(b)) => self.constant(Operator::Power.fold(a, b)),
            (_, Some(0.0)) => self.constant(1.0),
            (_, Some(1.0)) => a,
            (_, Some(0.5)) => self.apply(Function::SquareRoot, a),
            (_, Some(n)) if n.fract() == 0.0 && m > 1.0 => {
                let exponent = self.constant(m * n);
                self.insert(Node::Combine(Operator::Power, base, exponent))
            }
            (Some(base), None) if base > 0.0 => {
                let exponent = self.multiple(base.ln(), b);
                self.apply(Function::Exponential, exponent)
            }
            _ => self.insert(Node::Combine(Operator::Power, a, b)),
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
