//! From a text to a term: recursive descent, with one function per level of precedence.

use super::cursor::Cursor;
use super::error::ParseError;
use super::operation::{Comparison, FUNCTIONS, Operator};
use super::token::{Token, shortened};
use super::tree::{Term, Tree};
use super::variable::Variable;
use crate::nearest::did_you_mean;

/// The deepest nesting of parentheses, calls, signs and powers: recursion must not exhaust the stack.
const MAX_DEPTH: usize = 128;

const CHOICE: &str = "if(condition, a, b)";

const CONSTANTS: [(&str, f64); 2] = [("pi", std::f64::consts::PI), ("e", std::f64::consts::E)];

/// The term of these variables that `text` describes, in a tree of its own.
pub(super) fn parse(text: &str, variables: &[Variable]) -> Result<(Tree, Term), ParseError> {
    let cursor = Cursor::new(text, variables)?;
    let mut parser = Parser { cursor, variables, depth: 0, tree: Tree::default() };
    let root = parser.sum()?;
    match parser.cursor.peek() {
        Token::End => Ok(parser.tree.only(root)),
        _ => Err(parser.cursor.unexpected_after_term("an operator or the end")),
    }
}

struct Parser<'a> {
    cursor: Cursor,
    variables: &'a [Variable],
    depth: usize,
    tree: Tree,
}

impl Parser<'_> {
    /// `term`; an error if one of its constants does not fit an f32.
    fn finite(&mut self, position: usize, term: Term) -> Result<Term, ParseError> {
        if self.tree.take_overflow() {
            let message = "the constants here give no finite 32-bit number".to_owned();
            return Err(ParseError { position, message });
        }
        Ok(term)
    }

    fn combine(
        &mut self,
        at: usize,
        operator: Operator,
        a: Term,
        b: Term,
    ) -> Result<Term, ParseError> {
        let term = self.tree.combine(operator, a, b);
        self.finite(at, term)
    }

    fn sum(&mut self) -> Result<Term, ParseError> {
        let mut term = self.product()?;
        loop {
            let position = self.cursor.position();
            let operator = match self.cursor.peek() {
                Token::Symbol("+") => Operator::Add,
                Token::Symbol("-") => Operator::Subtract,
                _ => return Ok(term),
            };
            self.cursor.advance();
            let right = self.product()?;
            term = self.combine(position, operator, term, right)?;
        }
    }

    fn product(&mut self) -> Result<Term, ParseError> {
        let mut term = self.signed()?;
        loop {
            let position = self.cursor.position();
            let operator = match self.cursor.peek() {
                Token::Symbol("*") => Operator::Multiply,
                Token::Symbol("/") => Operator::Divide,
                _ => return Ok(term),
            };
            self.cursor.advance();
            let right = self.signed()?;
            term = self.combine(position, operator, term, right)?;
        }
    }

    /// A power or its negative. It counts the depth, because all recursion passes through it.
    fn signed(&mut self) -> Result<Term, ParseError> {
        if self.depth == MAX_DEPTH {
            let message = format!("the expression nests deeper than {MAX_DEPTH} levels");
            return Err(ParseError { position: self.cursor.position(), message });
        }
        self.depth += 1;
        let term = if self.cursor.takes("-") {
            let term = self.signed()?;
            self.tree.negate(term)
        } else {
            self.power()?
        };
        self.depth -= 1;
        Ok(term)
    }

    fn power(&mut self) -> Result<Term, ParseError> {
        let base = self.atom()?;
        let position = self.cursor.position();
        if !self.cursor.takes("^") {
            return Ok(base);
        }
        let exponent = self.signed()?;
        self.combine(position, Operator::Power, base, exponent)
    }

    fn atom(&mut self) -> Result<Term, ParseError> {
        match self.cursor.peek().clone() {
            Token::Number(value) => {
                self.cursor.advance();
                Ok(self.tree.constant(value))
            }
            Token::Name(name) => self.named(&name),
            Token::Symbol("(") => {
                self.cursor.advance();
                let term = self.sum()?;
                self.cursor.expect(")", "the parenthesis")?;
                Ok(term)
            }
            Token::End if self.cursor.at_start() => Err(ParseError {
                position: 0,
                message: format!("the expression is empty; an example is {}", self.example()),
            }),
            _ => Err(self.cursor.unexpected("a number, a name or a parenthesis")),
        }
    }

    /// An example for an empty expression.
    fn example(&self) -> &'static str {
        if self.variables.contains(&Variable::E) { "e^2" } else { "x*sigmoid(x)" }
    }

    /// A term that begins with a name: a variable, a constant or a call.
    fn named(&mut self, name: &str) -> Result<Term, ParseError> {
        let position = self.cursor.position();
        if let Some(&variable) = self.variables.iter().find(|own| own.name() == name) {
            self.cursor.advance();
            return Ok(self.tree.variable(variable));
        }
        if let Some((_, value)) = CONSTANTS.into_iter().find(|(known, _)| *known == name) {
            self.cursor.advance();
            return Ok(self.tree.constant(value));
        }
        if let Some((_, function)) = FUNCTIONS.into_iter().find(|(known, _)| *known == name) {
            let [argument] = self.arguments(name)?;
            let term = self.tree.apply(function, argument);
            return self.finite(position, term);
        }
        match name {
            "max" | "min" => {
                let operator = if name == "max" { Operator::Maximum } else { Operator::Minimum };
                let [a, b] = self.arguments(name)?;
                self.combine(position, operator, a, b)
            }
            "if" => self.choice(),
            _ => Err(ParseError { position, message: unknown(name, self.variables) }),
        }
    }

    /// The name of a function and its arguments in parentheses.
    fn arguments<const N: usize>(&mut self, name: &str) -> Result<[Term; N], ParseError> {
        let signature = if N == 1 { format!("{name}(a)") } else { format!("{name}(a, b)") };
        self.cursor.advance();
        self.cursor.open(&signature)?;
        let mut arguments = Vec::with_capacity(N);
        for index in 0..N {
            arguments.push(self.sum()?);
            if index + 1 < N {
                self.cursor.expect(",", &signature)?;
            }
        }
        self.cursor.expect(")", &signature)?;
        let position = self.cursor.position();
        arguments.try_into().map_err(|_| ParseError { position, message: signature })
    }

    /// `if(a < b, then, otherwise)`
    fn choice(&mut self) -> Result<Term, ParseError> {
        self.cursor.advance();
        self.cursor.open(CHOICE)?;
        let left = self.sum()?;
        let Some(comparison) = (match self.cursor.peek() {
            Token::Symbol(symbol) => Comparison::of_sign(symbol),
            _ => None,
        }) else {
            let message = "the condition of if needs a comparison: < <= > >= == or !=".to_owned();
            return Err(ParseError { position: self.cursor.position(), message });
        };
        self.cursor.advance();
        let right = self.sum()?;
        self.cursor.expect(",", CHOICE)?;
        let then = self.sum()?;
        self.cursor.expect(",", CHOICE)?;
        let otherwise = self.sum()?;
        self.cursor.expect(")", CHOICE)?;
        Ok(self.tree.choose(comparison, [left, right, then, otherwise]))
    }
}

fn unknown(name: &str, variables: &[Variable]) -> String {
    let mut values: Vec<&str> = variables.iter().map(|own| own.name()).collect();
    // A variable hides the constant of the same name.
    let hidden = values.clone();
    values.extend(CONSTANTS.map(|(name, _)| name).iter().filter(|own| !hidden.contains(own)));
    let functions = ["if", "min", "max"].into_iter().chain(FUNCTIONS.map(|(name, _)| name));
    let name = shortened(name);
    let hint = did_you_mean(&name, functions.clone().chain(values.iter().copied()));
    let separator = if hint.is_empty() { ";" } else { "" };
    let list: Vec<&str> = functions.collect();
    let list = list.join(", ");
    let values = values.join(", ");
    format!(
        "`{name}` is no known name{hint}{separator} allowed are {values} and the functions {list}"
    )
}

#[cfg(test)]
mod tests {
    use super::shortened;
    use crate::expr::Expression;

    #[track_caller]
    fn refused(text: &str, position: usize, message: &str) {
        let error = Expression::parse(text).unwrap_err();
        let text = shortened(text);
        assert_eq!(error.position, position, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
    }

    #[test]
    fn errors_point_at_the_character_and_name_the_remedy() {
        refused("", 0, "empty");
        refused("x +", 3, "the end is found where a number");
        refused("2x", 1, "2*x");
        refused("x(2)", 1, "2*x");
        refused("x*sigmod(x)", 2, "did you mean sigmoid?");
        refused("x*sigmod(x)", 2, "allowed are x, pi, e and the functions if, min, max, abs");
        refused("é", 0, "`é`");
        refused("x ≤ 2", 2, "`≤`");
        refused("x > 0", 2, "condition of if");
        refused("if(x, 1, 2)", 4, "needs a comparison");
        refused("if(x = 1, 1, 2)", 5, "==");
        refused("if(x > 1, 1)", 11, "`,` of if(condition, a, b)");
        refused("max(x)", 5, "max(a, b)");
        refused("exp(x, 2)", 5, "exp(a)");
        refused("exp x", 4, "parenthesis of exp(a)");
        refused("(x", 2, "`)`");
        refused("x)", 1, "`)` is found");
        refused("x**2", 1, "x^2");
        refused("x/0", 1, "finite");
        refused("1e30*1e30", 4, "finite");
    }

    #[test]
    fn letter_case_and_spaces_do_not_matter() {
        let spaced = Expression::parse(" X * Sigmoid ( x )\n").unwrap();
        assert_eq!(spaced.to_string(), "x*sigmoid(x)");
    }

    #[test]
    fn hostile_texts_are_refused_in_no_time() {
        refused(&"(".repeat(100_000), 4096, "longer than");
        refused(&"(".repeat(4000), 128, "deeper than");
        refused(&"-".repeat(4000), 128, "deeper than");
        refused(&"x^".repeat(2000), 256, "deeper than");
        refused(&"sin(".repeat(1000), 512, "deeper than");
        refused(&"x+".repeat(500_000), 4096, "longer than");
        refused(&"a".repeat(1_000_000), 0, "no known name");
        refused(&"9".repeat(1_000_000), 0, "too large");
        let powers: Vec<String> = (0..400).map(|i| format!("(x + {i})^9999999999")).collect();
        refused(&powers.join(" + "), 0, "operations");
    }

    #[test]
    fn a_long_sum_is_allowed() {
        let text = vec!["sin(x)*x - exp(x)"; 250].join(" + x*");
        let expression = Expression::parse(&text).unwrap();
        let (value, slope) = expression.evaluate(0.5f64);
        assert!(value.is_finite() && slope.is_finite());
    }
}
