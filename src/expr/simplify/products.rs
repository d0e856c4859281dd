//! Products, quotients and powers.

use crate::expr::operation::{Function, Operator};
use crate::expr::tree::{Node, Term, Tree};

impl Tree {
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

    /// `a * b`
    pub(in crate::rooms::expr) fn multiply(&mut self, a: Term, b: Term) -> Term {
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
    pub(in crate::rooms::expr) fn divide(&mut self, a: Term, b: Term) -> Term {
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
    pub(in crate::rooms::expr) fn power(&mut self, a: Term, b: Term) -> Term {
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
}
