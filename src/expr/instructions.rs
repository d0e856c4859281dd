//! An expression as a list of instructions, for languages other than WGSL.

use super::expression::Expression;
use super::operation::{Comparison, Function, Operator};
use super::tree::Node;
use super::variable::Variable;

/// One value of [`Expression::steps`]. Operands are indices in the list, of values before this one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Instruction {
    /// A variable.
    Variable(Variable),
    /// A number.
    Constant(f64),
    /// A function of a value.
    Apply(Function, usize),
    /// An operation of two values; powers are unfolded to multiplications or exponentials.
    Combine(Operator, usize, usize),
    /// The third value if the comparison of the first two holds, else the fourth.
    Choose(Comparison, [usize; 4]),
}

impl Expression {
    /// The instructions of f, and the index of f among them. Some constants may belong to f' alone.
    pub fn steps(&self) -> (Vec<Instruction>, usize) {
        let program = &self.program;
        let constants = program.constants.iter().map(|&constant| Instruction::Constant(constant));
        let variables = program.variables.iter().map(|&variable| Instruction::Variable(variable));
        let computed = program.of_value().iter().map(|&node| Instruction::of(node));
        (constants.chain(variables).chain(computed).collect(), program.value.index())
    }
}

impl Instruction {
    /// The instruction of a program, whose operands are slots.
    fn of(node: Node) -> Self {
        match node {
            // A program has these in slots of their own.
            Node::Variable(variable) => Instruction::Variable(variable),
            Node::Constant(bits) => Instruction::Constant(f64::from_bits(bits)),
            Node::Apply(function, a) => Instruction::Apply(function, a.index()),
            Node::Combine(operator, a, b) => Instruction::Combine(operator, a.index(), b.index()),
            Node::Choose(comparison, terms) => {
                Instruction::Choose(comparison, terms.map(|term| term.index()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_to_the_value_alone() {
        let (steps, value) = Expression::parse("max(x, 0)^2").unwrap().steps();
        let zero = steps.iter().position(|step| *step == Instruction::Constant(0.0)).unwrap();
        let x = steps.iter().position(|step| *step == Instruction::Variable(Variable::X)).unwrap();
        let maximum = Instruction::Combine(Operator::Maximum, x, zero);
        let index = steps.iter().position(|step| *step == maximum).unwrap();
        assert_eq!(steps[value], Instruction::Combine(Operator::Multiply, index, index));
        assert_eq!(value, steps.len() - 1);
    }
}
