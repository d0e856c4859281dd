//! An expression as a straight list of instructions, and its evaluation.
//!
//! Each instruction runs over a chunk of elements: an inner loop is one operation over arrays of fixed length, which the
//! compiler makes vector instructions.

use std::collections::HashMap;

use super::error::ParseError;
use super::operation::{Comparison, Function, Operator};
use super::tree::{Node, Term, Tree};
use super::unfold::unfold;
use super::variable::Variable;
use crate::instruction_set::{Compiled, InstructionSet};
use crate::math::Real;

/// Room for the intermediate values of an expression on a block, reused from call to call.
#[derive(Debug, Default, Clone)]
pub struct Scratch<T> {
    slots: Vec<[T; CHUNK]>,
}

/// Elements per chunk: the operands of an instruction stay in the first-level cache.
pub(super) const CHUNK: usize = 64;

/// The longest program: powers such as x^999999 unfold into many multiplications.
const MAX_INSTRUCTIONS: usize = 20_000;

/// The computation of f and of one derivative f', with shared subterms. Every value has a slot: first the constants, then
/// the variables, then one per instruction, which reads slots before its own.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) constants: Vec<f64>,
    pub(super) variables: Vec<Variable>,
    /// Operands are slots; powers are unfolded, and comparisons are >, >= or ==.
    pub(super) instructions: Vec<Node>,
    /// The number of instructions that f alone needs; they come first.
    value_instructions: usize,
    /// The slot of f.
    pub(super) value: Term,
    /// The slot of f'.
    pub(super) derivative: Term,
}

impl Program {
    /// The program of two terms of these variables.
    pub(super) fn new(
        tree: &Tree,
        [value, derivative]: [Term; 2],
        variables: &[Variable],
    ) -> Result<Self, ParseError> {
        let mut unfolded = Tree::default();
        let mut moved = HashMap::new();
        for term in tree.order(&[value, derivative]) {
            let node = tree.node(term).with_operands(|operand| moved[&operand]);
            let new = unfold(&mut unfolded, node);
            moved.insert(term, new);
            if new.index() > MAX_INSTRUCTIONS {
                let message =
                    format!("the expression needs more than {MAX_INSTRUCTIONS} operations");
                return Err(ParseError { position: 0, message });
            }
        }
        Ok(Self::from_unfolded(unfolded, [moved[&value], moved[&derivative]], variables))
    }

    fn from_unfolded(
        mut tree: Tree,
        [value, derivative]: [Term; 2],
        variables: &[Variable],
    ) -> Self {
        let inputs: Vec<Term> = variables.iter().map(|&own| tree.variable(own)).collect();
        let order = tree.order(&[value, derivative]);
        let is_constant = |t: &Term| tree.value(*t).is_some();
        let (constants, rest): (Vec<Term>, Vec<Term>) = order.into_iter().partition(is_constant);
        let computed: Vec<Term> = rest.into_iter().filter(|t| !inputs.contains(t)).collect();
        // The order begins with all that f needs.
        let of_value = tree.order(&[value]);
        let value_instructions =
            of_value.iter().filter(|t| !is_constant(t) && !inputs.contains(t)).count();
        let in_order = constants.iter().chain(&inputs).chain(&computed);
        let slots: HashMap<Term, Term> =
            in_order.enumerate().map(|(slot, &term)| (term, Term::at(slot))).collect();
        let instructions = computed
            .iter()
            .map(|&term| tree.node(term).with_operands(|operand| slots[&operand]))
            .collect();
        Self {
            constants: constants.iter().filter_map(|&t| tree.value(t)).collect(),
            variables: variables.to_vec(),
            instructions,
            value_instructions,
            value: slots[&value],
            derivative: slots[&derivative],
        }
    }

    /// The instructions that f needs.
    pub(super) fn of_value(&self) -> &[Node] {
        &self.instructions[..self.value_instructions]
    }

    fn slots(&self) -> usize {
        self.constants.len() + self.variables.len() + self.instructions.len()
    }

    /// f and f' at `x`, the value of the first variable, and `others`, the values of the rest.
    pub(super) fn evaluate<T: Real>(&self, x: T, others: &[T]) -> (T, T) {
        let (mut value, mut derivative) = ([T::ZERO], [T::ZERO]);
        let mut slots = vec![[T::ZERO]; self.slots()];
        self.evaluate_chunks(
            Inputs { x: &[x], others },
            &mut value,
            Some(&mut derivative),
            &mut slots,
        );
        (value[0], derivative[0])
    }

    /// f and f' of a block, with the same bits on any machine.
    pub(super) fn evaluate_block<T: Real>(
        &self,
        inputs: Inputs<T>,
        value: &mut [T],
        derivative: Option<&mut [T]>,
        scratch: &mut Scratch<T>,
    ) {
        if scratch.slots.len() < self.slots() {
            scratch.slots.resize(self.slots(), [T::ZERO; CHUNK]);
        }
        let slots = &mut scratch.slots[..];
        // Rust never contracts a*b + c: the bits are the same on a machine with fused multiply-add.
        InstructionSet::best().run(Block { program: self, inputs, value, derivative, slots });
    }

    #[inline(always)]
    fn evaluate_chunks<T: Real, const N: usize>(
        &self,
        inputs: Inputs<T>,
        value: &mut [T],
        mut derivative: Option<&mut [T]>,
        slots: &mut [[T; N]],
    ) {
        let Inputs { x, others } = inputs;
        for (slot, &constant) in slots.iter_mut().zip(&self.constants) {
            *slot = [T::from_f64(constant); N];
        }
        let x_slot = self.constants.len();
        let first = x_slot + self.variables.len();
        assert_eq!(x_slot + 1 + others.len(), first, "a value each for {:?}", self.variables);
        for (slot, &other) in slots[x_slot + 1..].iter_mut().zip(others) {
            *slot = [other; N];
        }
        let needed = match derivative {
            Some(_) => self.instructions.len(),
            None => self.value_instructions,
        };
        for start in (0..x.len()).step_by(N) {
            let length = N.min(x.len() - start);
            let range = start..start + length;
            // The last chunk may be shorter: its other elements are computed, and not read.
            slots[x_slot][..length].copy_from_slice(&x[range.clone()]);
            for (index, &instruction) in self.instructions[..needed].iter().enumerate() {
                let (done, rest) = slots.split_at_mut(first + index);
                run(instruction, done, &mut rest[0]);
            }
            value[range.clone()].copy_from_slice(&slots[self.value.index()][..length]);
            if let Some(derivative) = &mut derivative {
                derivative[range].copy_from_slice(&slots[self.derivative.index()][..length]);
            }
        }
    }
}

/// The values of the variables.
pub(super) struct Inputs<'a, T> {
    /// The values of the first variable.
    pub x: &'a [T],
    /// One value per other variable, for all elements.
    pub others: &'a [T],
}

/// [`Program::evaluate_block`], as a task.
struct Block<'a, T> {
    program: &'a Program,
    inputs: Inputs<'a, T>,
    value: &'a mut [T],
    derivative: Option<&'a mut [T]>,
    slots: &'a mut [[T; CHUNK]],
}

impl<T: Real> Compiled for Block<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Block { program, inputs, value, derivative, slots } = self;
        program.evaluate_chunks(inputs, value, derivative, slots);
    }
}

/// One instruction over a chunk. The match is outside the loops, and the loops have no closures, which would not have the
/// caller's instruction set.
#[inline(always)]
fn run<T: Real, const N: usize>(instruction: Node, done: &[[T; N]], out: &mut [T; N]) {
    macro_rules! each {
        ($result:expr; $($name:ident in $slot:expr),+) => {{
            $(let $name = &done[$slot.index()];)+
            for i in 0..N {
                $(let $name = $name[i];)+
                out[i] = $result;
            }
        }};
    }
    macro_rules! apply {
        ($u:expr, $($function:ident)+, $given:expr) => {
            match $given {
                $(Function::$function => each!(Function::$function.apply(a); a in $u),)+
            }
        };
    }
    match instruction {
        // These have slots of their own.
        Node::Variable(_) | Node::Constant(_) => {}
        Node::Apply(function, u) => apply!(u,
            Negate Absolute Exponential Logarithm SquareRoot Sine Cosine Tangent Sigmoid Softplus
            Error, function),
        Node::Combine(operator, u, v) => match operator {
            Operator::Add => each!(a + b; a in u, b in v),
            Operator::Subtract => each!(a - b; a in u, b in v),
            Operator::Multiply => each!(a * b; a in u, b in v),
            Operator::Divide => each!(a / b; a in u, b in v),
            Operator::Maximum => each!(a.max(b); a in u, b in v),
            Operator::Minimum => each!(a.min(b); a in u, b in v),
            // A program has no powers: they are unfolded.
            Operator::Power => {}
        },
        Node::Choose(comparison, [u, v, t, o]) => match comparison {
            Comparison::Greater => {
                each!(if a > b { c } else { d }; a in u, b in v, c in t, d in o);
            }
            Comparison::GreaterOrEqual => {
                each!(if a >= b { c } else { d }; a in u, b in v, c in t, d in o);
            }
            Comparison::Equal => each!(if a == b { c } else { d }; a in u, b in v, c in t, d in o),
            // A program has none of these: they are unfolded.
            Comparison::Less | Comparison::LessOrEqual | Comparison::NotEqual => {}
        },
    }
}

#[cfg(test)]
mod tests {
    use super::CHUNK;
    use crate::expr::{Expression, Scratch};

    #[test]
    fn a_block_has_the_bits_of_single_elements_for_every_length() {
        let expression =
            Expression::parse("x*sigmoid(x) + sin(x)^3 - if(x < 1, x^1.5, 2)").unwrap();
        let mut scratch = Scratch::default();
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 1000] {
            let x: Vec<f32> = (0..length).map(|i| i as f32 * 0.37 - 9.0).collect();
            let (mut value, mut derivative) = (vec![0.0; length], vec![0.0; length]);
            expression.evaluate_block(&x, &[], &mut value, Some(&mut derivative), &mut scratch);
            let mut value_only = vec![0.0; length];
            expression.evaluate_block(&x, &[], &mut value_only, None, &mut scratch);
            assert_eq!(value, value_only);
            for i in 0..length {
                let (v, d) = expression.evaluate(x[i]);
                assert_eq!(
                    (v.to_bits(), d.to_bits()),
                    (value[i].to_bits(), derivative[i].to_bits())
                );
            }
        }
    }

    #[test]
    fn constants_and_x_itself_need_no_instruction() {
        let mut scratch = Scratch::default();
        for (text, value, slope) in [("x", 2.0, 1.0), ("3", 3.0, 0.0), ("x - x", 0.0, 0.0)] {
            let expression = Expression::parse(text).unwrap();
            assert!(expression.program.instructions.is_empty());
            let (mut f, mut df) = ([9.0f64], [9.0]);
            expression.evaluate_block(&[2.0], &[], &mut f, Some(&mut df), &mut scratch);
            assert_eq!((f[0], df[0]), (value, slope), "{text}");
        }
    }

    #[test]
    fn f_alone_runs_fewer_instructions() {
        let program = Expression::parse("tanh(x)").unwrap().program;
        assert_eq!((program.value_instructions, program.instructions.len()), (1, 3));
    }
}
