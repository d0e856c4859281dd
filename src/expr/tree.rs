//! The tree of an expression, in which equal subterms exist once.
//!
//! All terms are in one list, each after its operands: a walk of the list visits operands before their operation, and no
//! tree, however deep, needs recursion.

use std::collections::HashMap;

use super::operation::{Comparison, Function, Operator};
use super::variable::Variable;

/// A term of a [`Tree`]: its index in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Term(u32);

impl Term {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn at(index: usize) -> Self {
        Self(index as u32)
    }
}

/// The operation of a term and its operands. A constant is the bits of an f64, to be compared and hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Variable(Variable),
    Constant(u64),
    Apply(Function, Term),
    Combine(Operator, Term, Term),
    /// `if(first comparison second, third, fourth)`
    Choose(Comparison, [Term; 4]),
}

impl Node {
    /// The operands, in the order of the text.
    pub(super) fn operands(&self) -> Vec<Term> {
        match *self {
            Self::Variable(_) | Self::Constant(_) => vec![],
            Self::Apply(_, a) => vec![a],
            Self::Combine(_, a, b) => vec![a, b],
            Self::Choose(_, terms) => terms.to_vec(),
        }
    }

    /// The same operation with other operands.
    pub(super) fn with_operands(&self, mut other: impl FnMut(Term) -> Term) -> Self {
        match *self {
            Self::Variable(_) | Self::Constant(_) => *self,
            Self::Apply(function, a) => Self::Apply(function, other(a)),
            Self::Combine(operator, a, b) => Self::Combine(operator, other(a), other(b)),
            Self::Choose(comparison, terms) => Self::Choose(comparison, terms.map(other)),
        }
    }
}

/// A list of terms without repetitions.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    terms: HashMap<Node, Term>,
    overflowed: bool,
}

impl Tree {
    /// The node of `term`.
    pub(super) fn node(&self, term: Term) -> Node {
        self.nodes[term.index()]
    }

    /// The term of `node`: the one in the list, or a new one at its end.
    pub(super) fn insert(&mut self, node: Node) -> Term {
        let next = Term::at(self.nodes.len());
        let term = *self.terms.entry(node).or_insert(next);
        if term == next {
            self.nodes.push(node);
        }
        term
    }

    /// A variable.
    pub(super) fn variable(&mut self, variable: Variable) -> Term {
        self.insert(Node::Variable(variable))
    }

    /// A constant. A value beyond f32 becomes the largest f32, and NaN becomes 0; [`Tree::take_overflow`] tells of both.
    pub(super) fn constant(&mut self, value: f64) -> Term {
        let largest = f64::from(f32::MAX);
        let kept = if value.is_nan() { 0.0 } else { value.clamp(-largest, largest) };
        self.overflowed |= kept != value;
        // -0 + 0 is 0: both zeros are one constant.
        self.insert(Node::Constant((kept + 0.0).to_bits()))
    }

    /// Whether a constant did not fit an f32 since the last call.
    pub(super) fn take_overflow(&mut self) -> bool {
        std::mem::take(&mut self.overflowed)
    }

    /// The value of a constant term; None for others.
    pub(super) fn value(&self, term: Term) -> Option<f64> {
        match self.node(term) {
            Node::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// The terms of `roots`, each once, operands before operations. The order depends on the structure of the roots alone,
    /// not on the order of insertion.
    pub(super) fn order(&self, roots: &[Term]) -> Vec<Term> {
        let mut seen = vec![false; self.nodes.len()];
        let mut order = Vec::new();
        let mut pending: Vec<(Term, bool)> = roots.iter().rev().map(|&t| (t, false)).collect();
        while let Some((term, operands_done)) = pending.pop() {
            if operands_done {
                order.push(term);
            } else if !std::mem::replace(&mut seen[term.index()], true) {
                pending.push((term, true));
                let operands = self.node(term).operands();
                pending.extend(operands.into_iter().rev().map(|t| (t, false)));
            }
        }
        order
    }

    /// A tree of the terms of `root` alone, and the root in it.
    pub(super) fn only(&self, root: Term) -> (Self, Term) {
        let mut tree = Self::default();
        let mut moved = HashMap::new();
        let mut last = root;
        for term in self.order(&[root]) {
            last = tree.insert(self.node(term).with_operands(|operand| moved[&operand]));
            moved.insert(term, last);
        }
        (tree, last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_terms_are_one_and_operands_come_first() {
        let mut tree = Tree::default();
        let x = tree.variable(Variable::X);
        let unused = tree.constant(7.0);
        let a = tree.insert(Node::Apply(Function::Sine, x));
        assert_eq!(a, tree.insert(Node::Apply(Function::Sine, x)));
        let sum = tree.insert(Node::Combine(Operator::Add, a, x));
        assert_eq!(tree.order(&[sum]), [x, a, sum]);
        let (smaller, root) = tree.only(sum);
        assert_eq!((root.index(), smaller.nodes.len(), unused.index()), (2, 3, 1));
    }

    #[test]
    fn constants_stay_within_f32() {
        let mut tree = Tree::default();
        let largest = tree.constant(1e300);
        assert_eq!(tree.value(largest), Some(f64::from(f32::MAX)));
        assert!(tree.take_overflow() && !tree.take_overflow());
        assert_eq!(tree.constant(-0.0), tree.constant(0.0));
    }
}
