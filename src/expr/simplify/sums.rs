//! Sums and differences.

use crate::expr::operation::{Function, Operator};
use crate::expr::tree::{Node, Term, Tree};

impl Tree {
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

    /// `a + b`
    pub(in crate::rooms::expr) fn add(&mut self, a: Term, b: Term) -> Term {
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
    pub(in crate::rooms::expr) fn subtract(&mut self, a: Term, b: Term) -> Term {
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
}
