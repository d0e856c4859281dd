//! Cutting a text into numbers, names and symbols.

use super::error::ParseError;

/// The most tokens of a text: a hostile one is refused early.
const MAX_TOKENS: usize = 4096;

/// The symbols of the language; a symbol that begins with another comes before it.
const SYMBOLS: [&str; 14] =
    ["<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "^", "(", ")", ","];

/// A piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    /// In lower case: letter case does not matter.
    Name(String),
    Symbol(&'static str),
    End,
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(value) => write!(f, "`{value:?}`"),
            Self::Name(name) => write!(f, "`{}`", shortened(name)),
            Self::Symbol(symbol) => write!(f, "`{symbol}`"),
            Self::End => write!(f, "the end"),
        }
    }
}

/// The first 30 characters of a name, which may be long.
pub(super) fn shortened(name: &str) -> String {
    name.chars().take(30).collect()
}

/// The tokens of `text` with their positions in characters; the last is [`Token::End`]. `example` is the variable of
/// examples.
pub(super) fn tokens(text: &str, example: &str) -> Result<Vec<(usize, Token)>, ParseError> {
    let mut rest = text;
    let mut position = 0;
    let mut tokens = Vec::new();
    loop {
        let trimmed = rest.trim_start();
        position += rest.chars().count() - trimmed.chars().count();
        if trimmed.is_empty() {
            tokens.push((position, Token::End));
            return Ok(tokens);
        }
        if tokens.len() == MAX_TOKENS {
            let message =
                format!("the expression is longer than {MAX_TOKENS} numbers, names and symbols");
            return Err(ParseError { position, message });
        }
        let (token, length) =
            first_token(trimmed, example).map_err(|message| ParseError { position, message })?;
        tokens.push((position, token));
        // A token is ASCII: its length in bytes is that in characters.
        position += length;
        rest = &trimmed[length..];
    }
}

/// The first token of `text`, and its length.
fn first_token(text: &str, example: &str) -> Result<(Token, usize), String> {
    let first = text.bytes().next().unwrap_or_default();
    if first.is_ascii_digit() || first == b'.' {
        return number(text);
    }
    if first.is_ascii_alphabetic() {
        let length = length_of(text, |b| b.is_ascii_alphanumeric() || b == b'_');
        return Ok((Token::Name(text[..length].to_ascii_lowercase()), length));
    }
    if text.starts_with("**") {
        return Err(format!("`**` is no operator: a power is written {example}^2"));
    }
    match SYMBOLS.into_iter().find(|symbol| text.starts_with(symbol)) {
        Some(symbol) => Ok((Token::Symbol(symbol), symbol.len())),
        None => Err(unknown(text)),
    }
}

fn unknown(text: &str) -> String {
    if text.starts_with('=') {
        return "`=` is no comparison: equality is written ==".to_owned();
    }
    let character = text.chars().next().unwrap_or(' ');
    format!(
        "`{character}` means nothing here; allowed are numbers, names, + - * / ^ ( ) , and < <= > >= == !="
    )
}

fn length_of(text: &str, belongs: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|&b| belongs(b)).count()
}

/// A number: digits with an optional point, and an optional exponent. An `e` without digits after it is no exponent, but
/// a name.
fn number(text: &str) -> Result<(Token, usize), String> {
    let mut length = length_of(text, |b| b.is_ascii_digit() || b == b'.');
    let exponent = &text[length..];
    if exponent.starts_with(['e', 'E']) {
        let sign = usize::from(exponent[1..].starts_with(['+', '-']));
        let digits = length_of(&exponent[1 + sign..], |b| b.is_ascii_digit());
        if digits > 0 {
            length += 1 + sign + digits;
        }
    }
    let written = &text[..length];
    match written.parse::<f64>() {
        Ok(value) if value <= f64::from(f32::MAX) => Ok((Token::Number(value), length)),
        Ok(_) => Err("the number is too large: at most 3.4e38".to_owned()),
        Err(_) => Err(format!("`{}` is no number", shortened(written))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_all_their_forms() {
        for (text, value) in
            [("1", 1.0), (".5", 0.5), ("2.", 2.0), ("1e-3", 1e-3), ("1.5E+2", 150.0)]
        {
            assert_eq!(tokens(text, "x").unwrap()[0].1, Token::Number(value));
        }
        assert_eq!(tokens("2e", "x").unwrap()[1], (1, Token::Name("e".to_owned())));
        for text in ["1.2.3", ".", "1e39"] {
            assert!(tokens(text, "x").is_err(), "{text}");
        }
    }

    #[test]
    fn positions_count_characters() {
        let error = tokens("x +\u{a0}\u{2003} é", "x").unwrap_err();
        assert_eq!(error.position, 6);
    }
}
