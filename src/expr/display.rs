//! A term as text, in the language it was parsed from.

use std::fmt::{Formatter, Result};

use super::operation::{Function, Operator};
use super::tree::{Node, Term, Tree};

/// How tightly a term binds; a term that binds less than its context needs gets brackets.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Sum,
    Product,
    Signed,
    Power,
    Atom,
}

#[derive(Clone, Copy)]
enum Piece {
    Text(&'static str),
    Term(Term, Binding),
}

impl Tree {
    /// Writes `root`. The pieces wait on a list, not on the stack, so a tree may be deep.
    pub(super) fn write(&self, root: Term, f: &mut Formatter<'_>) -> Result {
        let mut pending = vec![Piece::Term(root, Binding::Sum)];
        while let Some(piece) = pending.pop() {
            match piece {
                Piece::Text(text) => f.write_str(text)?,
                Piece::Term(term, needed) if self.binding(term) < needed => {
                    let inner = Piece::Term(term, Binding::Sum);
                    pending.extend([Piece::Text(")"), inner, Piece::Text("(")]);
                }
                Piece::Term(term, _) => match self.node(term) {
                    Node::Constant(bits) => {
                        let digits = format!("{:?}", f64::from_bits(bits));
                        f.write_str(digits.strip_suffix(".0").unwrap_or(&digits))?;
                    }
                    node => pending.extend(pieces(node).into_iter().rev()),
                },
            }
        }
        Ok(())
    }

    fn binding(&self, term: Term) -> Binding {
        match self.node(term) {
            Node::Constant(bits) if f64::from_bits(bits) < 0.0 => Binding::Signed,
            Node::Apply(Function::Negate, _) => Binding::Signed,
            Node::Combine(Operator::Add | Operator::Subtract, ..) => Binding::Sum,
            Node::Combine(Operator::Multiply | Operator::Divide, ..) => Binding::Product,
            Node::Combine(Operator::Power, ..) => Binding::Power,
            Node::Variable(_) | Node::Constant(_) | Node::Apply(..) | Node::Choose(..) => {
                Binding::Atom
            }
            Node::Combine(Operator::Maximum | Operator::Minimum, ..) => Binding::Atom,
        }
    }
}

/// The text of a term in pieces, from left to right.
fn pieces(node: Node) -> Vec<Piece> {
    use Piece::Text;
    let part = Piece::Term;
    match node {
        Node::Variable(variable) => vec![Text(variable.name())],
        // `write` prints the digits of a constant itself.
        Node::Constant(_) => vec![],
        Node::Apply(Function::Negate, u) => vec![Text("-"), part(u, Binding::Power)],
        Node::Apply(function, u) => {
            vec![Text(function.name()), Text("("), part(u, Binding::Sum), Text(")")]
        }
        Node::Combine(operator, a, b) => {
            let (sign, left, right) = match operator {
                Operator::Add => (" + ", Binding::Sum, Binding::Product),
                Operator::Subtract => (" - ", Binding::Sum, Binding::Product),
                Operator::Multiply => ("*", Binding::Product, Binding::Signed),
                Operator::Divide => ("/", Binding::Product, Binding::Signed),
                Operator::Power => ("^", Binding::Atom, Binding::Signed),
                Operator::Maximum => return call("max(", [a, b]),
                Operator::Minimum => return call("min(", [a, b]),
            };
            vec![part(a, left), Text(sign), part(b, right)]
        }
        Node::Choose(comparison, [a, b, then, otherwise]) => {
            let mut pieces = vec![Text("if("), part(a, Binding::Sum), Text(" ")];
            pieces.extend([Text(comparison.sign()), Text(" "), part(b, Binding::Sum)]);
            pieces.extend(call(", ", [then, otherwise]));
            pieces
        }
    }
}

/// `opening first, second)`
fn call(opening: &'static str, [first, second]: [Term; 2]) -> Vec<Piece> {
    let (first, second) = (Piece::Term(first, Binding::Sum), Piece::Term(second, Binding::Sum));
    vec![Piece::Text(opening), first, Piece::Text(", "), second, Piece::Text(")")]
}

#[cfg(test)]
mod tests {
    use crate::expr::Expression;

    #[test]
    fn brackets_stand_where_they_are_needed_only() {
        for text in [
            "x - (sin(x) - 1)",
            "x/(x*sin(x))",
            "(x + 1)^(2 - x)",
            "(-2)^x",
            "-(x*sin(x))",
            "x^-2",
            "if(x + 1 <= 2, max(x, 0), 1e-7*x)",
            "exp(-x^2)",
        ] {
            assert_eq!(Expression::parse(text).unwrap().to_string(), text);
        }
    }
}
