//! The position of the parser in the tokens, and its errors.

use super::error::ParseError;
use super::operation::Comparison;
use super::token::{Token, tokens};
use super::variable::Variable;

/// The tokens of a text, and the index of the next one.
pub(super) struct Cursor {
    tokens: Vec<(usize, Token)>,
    next: usize,
    /// The variable of examples.
    example: &'static str,
}

impl Cursor {
    /// The start of `text`; examples have the first of the variables.
    pub(super) fn new(text: &str, variables: &[Variable]) -> Result<Self, ParseError> {
        let example = variables.first().map_or("x", |own| own.name());
        Ok(Self { tokens: tokens(text, example)?, next: 0, example })
    }

    pub(super) fn at_start(&self) -> bool {
        self.next == 0
    }

    pub(super) fn advance(&mut self) {
        self.next += 1;
    }

    pub(super) fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |(_, token)| token)
    }

    pub(super) fn position(&self) -> usize {
        self.tokens.get(self.next).map_or(0, |(position, _)| *position)
    }

    /// Takes the next token if it is `symbol`.
    pub(super) fn takes(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Token::Symbol(s) if *s == symbol);
        self.next += usize::from(found);
        found
    }

    /// Takes `symbol` after a term; an error if the next token is another.
    pub(super) fn expect(&mut self, symbol: &str, of: &str) -> Result<(), ParseError> {
        if self.takes(symbol) {
            return Ok(());
        }
        Err(self.unexpected_after_term(&format!("an operator or the `{symbol}` of {of}")))
    }

    /// Takes the opening parenthesis of a call.
    pub(super) fn open(&mut self, signature: &str) -> Result<(), ParseError> {
        if self.takes("(") {
            return Ok(());
        }
        Err(self.unexpected(&format!("the parenthesis of {signature}")))
    }

    /// The error of a next token other than `needed`.
    pub(super) fn unexpected(&self, needed: &str) -> ParseError {
        ParseError {
            position: self.position(),
            message: format!("{} is found where {needed} is needed", self.peek()),
        }
    }

    /// The same after a complete term, where two mistakes are common.
    pub(super) fn unexpected_after_term(&self, needed: &str) -> ParseError {
        let message = match self.peek() {
            Token::Symbol(s) if Comparison::of_sign(s).is_some() => {
                "a comparison may only be the condition of if(condition, a, b)".to_owned()
            }
            Token::Number(_) | Token::Name(_) | Token::Symbol("(") => format!(
                "an operator is missing here; a product is written with *, as in 2*{}",
                self.example
            ),
            _ => return self.unexpected(needed),
        };
        ParseError { position: self.position(), message }
    }
}
