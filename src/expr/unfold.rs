//! From the operations of the language to those of a program: powers become multiplications, and six comparisons become
//! three.

use super::operation::{Comparison, Function, Operator};
use super::tree::{Node, Term, Tree};

/// `node` as operations of a program.
pub(super) fn unfold(tree: &mut Tree, node: Node) -> Term {
    match node {
        Node::Combine(Operator::Power, base, exponent) => match tree.value(exponent) {
            // An f64 does not hold every larger whole number.
            Some(n) if n.fract() == 0.0 && n.abs() < 9e15 => whole_power(tree, base, n),
            _ => general_power(tree, base, exponent),
        },
        Node::Choose(comparison, [a, b, then, otherwise]) => {
            let (comparison, terms) = match comparison {
                Comparison::Less => (Comparison::Greater, [b, a, then, otherwise]),
                Comparison::LessOrEqual => (Comparison::GreaterOrEqual, [b, a, then, otherwise]),
                Comparison::NotEqual => (Comparison::Equal, [a, b, otherwise, then]),
                Comparison::Greater | Comparison::GreaterOrEqual | Comparison::Equal => {
                    (comparison, [a, b, then, otherwise])
                }
            };
            tree.insert(Node::Choose(comparison, terms))
        }
        node => tree.insert(node),
    }
}

/// base^n by repeated squaring.
fn whole_power(tree: &mut Tree, base: Term, n: f64) -> Term {
    let mut multiply = |a, b| tree.insert(Node::Combine(Operator::Multiply, a, b));
    let mut rest = n.abs() as u64;
    let mut square = base;
    let mut product = None;
    while rest > 0 {
        if rest % 2 == 1 {
            product = Some(product.map_or(square, |p| multiply(square, p)));
        }
        rest /= 2;
        if rest > 0 {
            square = multiply(square, square);
        }
    }
    let one = tree.constant(1.0);
    let product = product.unwrap_or(one);
    if n < 0.0 { tree.insert(Node::Combine(Operator::Divide, one, product)) } else { product }
}

/// e^(exponent ln(base)); 0 for base <= 0.
fn general_power(tree: &mut Tree, base: Term, exponent: Term) -> Term {
    let zero = tree.constant(0.0);
    let logarithm = tree.insert(Node::Apply(Function::Logarithm, base));
    let product = tree.insert(Node::Combine(Operator::Multiply, exponent, logarithm));
    let power = tree.insert(Node::Apply(Function::Exponential, product));
    tree.insert(Node::Choose(Comparison::Greater, [base, zero, power, zero]))
}

#[cfg(test)]
mod tests {
    use crate::expr::Expression;

    #[test]
    fn whole_powers_are_products_of_squares() {
        for (n, expected) in [(2.0, 9.0), (3.0, -27.0), (7.0, -2187.0), (-2.0, 1.0 / 9.0)] {
            let expression = Expression::parse(&format!("x^{n}")).unwrap();
            assert_eq!(expression.evaluate(-3.0f64).0, expected);
        }
    }

    #[test]
    fn every_comparison_keeps_its_meaning() {
        for (sign, expected) in [
            ("<", [1.0, 0.0, 0.0]),
            ("<=", [1.0, 1.0, 0.0]),
            (">", [0.0, 0.0, 1.0]),
            (">=", [0.0, 1.0, 1.0]),
            ("==", [0.0, 1.0, 0.0]),
            ("!=", [1.0, 0.0, 1.0]),
        ] {
            let expression = Expression::parse(&format!("if(x {sign} 2, 1, 0)")).unwrap();
            let found = [1.0f64, 2.0, 3.0].map(|x| expression.evaluate(x).0);
            assert_eq!(found, expected, "{sign}");
        }
    }
}
