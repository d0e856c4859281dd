//! The Python literal in an NPY header: a flat dictionary of strings, booleans and integer tuples.
//!
//! Only what NumPy writes is accepted, without recursion. The one nested value, the list that
//! describes a structured array, is skipped by counting brackets, because no such array is read.

/// A value of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    /// A quoted string.
    Text(String),
    /// `True` or `False`.
    Bool(bool),
    /// A tuple of integers that are not negative.
    Tuple(Vec<usize>),
    /// A list, whatever it holds.
    List,
}

/// The most keys that are read: more than the three of an array, so that an error names an unknown one.
const MOST_KEYS: usize = 8;

/// Parses one dictionary, followed by nothing but white space.
pub(super) fn parse_dict(text: &str) -> Result<Vec<(String, Literal)>, String> {
    let mut scanner = Scanner { rest: text };
    let mut entries: Vec<(String, Literal)> = Vec::new();
    scanner.expect('{')?;
    while !scanner.accept('}') {
        let key = scanner.string()?;
        if entries.len() == MOST_KEYS {
            return Err(format!("more than {MOST_KEYS} keys, where an array has three"));
        }
        if entries.iter().any(|(known, _)| *known == key) {
            return Err(format!("the key {key:?} occurs twice"));
        }
        scanner.expect(':')?;
        entries.push((key, scanner.value()?));
        if !scanner.accept(',') {
            scanner.expect('}')?;
            break;
        }
    }
    match scanner.peek() {
        None => Ok(entries),
        Some(found) => Err(format!("{found:?} after the dictionary")),
    }
}

/// Reads a text from its start; `rest` is what is not read yet.
struct Scanner<'a> {
    rest: &'a str,
}

impl Scanner<'_> {
    /// The next character that is not white space.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn accept(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.rest = &self.rest[wanted.len_utf8()..];
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        if self.accept(wanted) {
            return Ok(());
        }
        Err(match self.peek() {
            Some(found) => format!("{found:?} where {wanted:?} was expected"),
            None => format!("the text ends where {wanted:?} was expected"),
        })
    }

    fn value(&mut self) -> Result<Literal, String> {
        match self.peek() {
            Some('\'' | '"') => Ok(Literal::Text(self.string()?)),
            Some('(') => self.tuple(),
            Some('[') => self.list(),
            _ if self.accept_word("True") => Ok(Literal::Bool(true)),
            _ if self.accept_word("False") => Ok(Literal::Bool(false)),
            _ => Err("a value that is no string, boolean, tuple or list".into()),
        }
    }

    fn accept_word(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// A quoted string without escapes, which no key and no plain element type needs.
    fn string(&mut self) -> Result<String, String> {
        let quote = if self.accept('\'') {
            '\''
        } else {
            self.expect('"')?;
            '"'
        };
        let (inside, rest) =
            self.rest.split_once(quote).ok_or("a string without its closing quote")?;
        if inside.contains('\\') {
            return Err("a string with a backslash".into());
        }
        self.rest = rest;
        Ok(inside.to_owned())
    }

    fn tuple(&mut self) -> Result<Literal, String> {
        self.expect('(')?;
        let mut items = Vec::new();
        while !self.accept(')') {
            items.push(self.integer()?);
            if !self.accept(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(Literal::Tuple(items))
    }

    fn integer(&mut self) -> Result<usize, String> {
        self.peek();
        let end = self.rest.find([',', ')']).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        let digits = digits.trim_end();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("{} where a whole number was expected", shortened(digits)));
        }
        self.rest = rest;
        digits.parse().map_err(|_| format!("the number {} is too large", shortened(digits)))
    }

    /// Skips a list, brackets inside strings aside.
    fn list(&mut self) -> Result<Literal, String> {
        let mut depth = 0_usize;
        let mut quote = None;
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match (quote, character) {
                (Some(_), '\\') => drop(characters.next()),
                (Some(open), _) if open == character => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(character),
                (None, '[') => depth += 1,
                (None, ']') => depth -= 1,
                (None, _) => {}
            }
            if depth == 0 {
                self.rest = &self.rest[at + 1..];
                return Ok(Literal::List);
            }
        }
        Err("a list without its closing bracket".into())
    }
}

/// `text` quoted and cut to a length that fits a message.
fn shortened(text: &str) -> String {
    let start: String = text.chars().take(24).collect();
    if start.len() == text.len() { format!("{text:?}") } else { format!("{start:?}...") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_as_numpy_writes_it_is_read() {
        let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }   \n";
        let entries = parse_dict(text).unwrap();
        assert_eq!(entries[0], ("descr".into(), Literal::Text("<f8".into())));
        assert_eq!(entries[1], ("fortran_order".into(), Literal::Bool(false)));
        assert_eq!(entries[2], ("shape".into(), Literal::Tuple(vec![3, 4])));
    }

    #[test]
    fn tuples_may_be_empty_or_end_with_a_comma() {
        for (text, expected) in [("()", vec![]), ("(7,)", vec![7]), ("( 1 , 2 )", vec![1, 2])] {
            let entries = parse_dict(&format!("{{'shape': {text}}}")).unwrap();
            assert_eq!(entries[0].1, Literal::Tuple(expected));
        }
    }

    #[test]
    fn a_structured_type_is_skipped_with_its_brackets_and_quotes() {
        let text = r#"{'descr': [('a]', '<i4'), ("b'\"", [('c', '<f8', (2,))])], 'shape': ()}"#;
        let entries = parse_dict(text).unwrap();
        assert_eq!(entries[0].1, Literal::List);
        assert_eq!(entries[1].1, Literal::Tuple(vec![]));
    }

    #[test]
    fn anything_else_is_refused() {
        let deep = format!("{{'descr': {}", "[".repeat(60_000));
        for text in [
            "",
            "{",
            "{'a'",
            "{'a':}",
            "{'a': 1}",
            "{'a': True} x",
            "{'a': (-1,)}",
            "{'a': (1.5,)}",
            "{'a': (99999999999999999999999,)}",
            "{'a': (1 2)}",
            "{'a': True, 'a': True}",
            "{'a': 'b\\n'}",
            "{'a': __import__('os')}",
            "{'a': {}}",
            "{'a': ((1,),)}",
            "{,}",
            &deep,
        ] {
            assert!(parse_dict(text).is_err(), "{text:.40}");
        }
    }
}
