//! A program as a WGSL function that calls functions of `shaders/math.wgsl`.

use std::fmt::Write;

use super::operation::{Function, Operator};
use super::program::Program;
use super::tree::{Node, Term};
use super::variable::Variable;

impl Program {
    /// `fn NAME(ARGUMENTS) -> vec2<f32>`, with one line per instruction.
    pub(super) fn to_wgsl(&self, name: &str, arguments: &[Variable]) -> String {
        let arguments: Vec<String> =
            arguments.iter().map(|own| format!("{}: f32", own.name())).collect();
        let mut text = format!("fn {name}({}) -> vec2<f32> {{\n", arguments.join(", "));
        for (index, &instruction) in self.instructions.iter().enumerate() {
            let expression = self.right_side(instruction);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "    let t{index} = {expression};");
        }
        let (value, derivative) = (self.operand(self.value), self.operand(self.derivative));
        let _ = write!(text, "    return vec2<f32>({value}, {derivative});\n}}\n");
        text
    }

    /// A slot: a literal, a variable or the name of an earlier line.
    fn operand(&self, slot: Term) -> String {
        let constants = self.constants.len();
        let first = constants + self.variables.len();
        match slot.index() {
            index if index < constants => literal(self.constants[index]),
            index if index < first => self.variables[index - constants].name().to_owned(),
            index => format!("t{}", index - first),
        }
    }

    fn right_side(&self, instruction: Node) -> String {
        match instruction {
            // No instruction makes these: they have slots of their own.
            Node::Variable(variable) => variable.name().to_owned(),
            Node::Constant(bits) => literal(f64::from_bits(bits)),
            Node::Apply(function, u) => apply(function, &self.operand(u)),
            Node::Combine(operator, u, v) => {
                let (a, b) = (self.operand(u), self.operand(v));
                match operator {
                    Operator::Add => format!("{a} + {b}"),
                    Operator::Subtract => format!("{a} - {b}"),
                    Operator::Multiply => format!("{a} * {b}"),
                    Operator::Divide => format!("{a} / {b}"),
                    Operator::Maximum => format!("max({a}, {b})"),
                    Operator::Minimum => format!("min({a}, {b})"),
                    // A program has no powers: they are unfolded.
                    Operator::Power => format!("pow({a}, {b})"),
                }
            }
            Node::Choose(comparison, terms) => {
                let [a, b, then, otherwise] = terms.map(|term| self.operand(term));
                format!("select({otherwise}, {then}, {a} {} {b})", comparison.sign())
            }
        }
    }
}

fn apply(function: Function, a: &str) -> String {
    match function {
        Function::Negate => format!("-{a}"),
        Function::Absolute => format!("abs({a})"),
        Function::Exponential => format!("exponential({a})"),
        Function::Logarithm => format!("logarithm({a})"),
        Function::SquareRoot => format!("sqrt(max({a}, 0.0))"),
        Function::Sine => format!("sine({a})"),
        Function::Cosine => format!("cosine({a})"),
        Function::Tangent => format!("hyperbolic_tangent({a})"),
        Function::Sigmoid => format!("sigmoid({a})"),
        Function::Softplus => format!("softplus({a})"),
        Function::Error => format!("error_function({a})"),
    }
}

/// The shortest digits of the f32 nearest to `value`, which fits an f32, or exceeds the largest by a rounding.
fn literal(value: f64) -> String {
    match value as f32 {
        // Its shortest digits are above it: compilers that read them exactly refuse them.
        f32::MAX => "0x1.fffffep+127f".into(),
        f32::MIN => "-0x1.fffffep+127f".into(),
        value => format!("{value:?}f"),
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::{Expression, Variable};

    #[test]
    fn shared_terms_are_written_once_and_powers_are_products() {
        let expression = Expression::parse("x^3 + 0.1*exp(x)").unwrap();
        let expected = "\
fn act(x: f32) -> vec2<f32> {
    let t0 = x * x;
    let t1 = t0 * x;
    let t2 = exponential(x);
    let t3 = 0.1f * t2;
    let t4 = t1 + t3;
    let t5 = 3.0f * t0;
    let t6 = t5 + t3;
    return vec2<f32>(t4, t6);
}
";
        assert_eq!(expression.to_wgsl("act", &[Variable::X]), expected);
    }

    #[test]
    fn a_kink_is_a_selection() {
        let text = Expression::parse("max(x, 0)").unwrap().to_wgsl("act", &[Variable::X]);
        assert!(text.contains("max(x, 0.0f)"));
        assert!(text.contains("select(0.0f, 1.0f, x > 0.0f)"));
    }
}
