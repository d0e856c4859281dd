//! Text from files, for messages and tables.

use std::borrow::Cow;

/// True for characters that a terminal obeys instead of showing them: control characters, line ends of every kind,
/// and the marks that change the direction of the text after them.
pub(crate) fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// A name from a file, with characters that steer a terminal escaped.
pub(crate) fn shown(name: &str) -> Cow<'_, str> {
    escaped(name, steers)
}

/// `text` with the characters that `is_escaped` finds as `\n` or `\u{202e}`.
pub(crate) fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    // Most texts have none, and a copy takes as long as the line of a tiny epoch.
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::new();
    for character in text.chars() {
        if is_escaped(character) {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Names as a list, each as [`shown`].
pub(crate) fn listed<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> =
        names.into_iter().map(|name| shown(name.as_ref()).into_owned()).collect();
    names.join(", ")
}

/// The first of names as a list, and how many more there are: what a message has room for.
pub(crate) fn first_listed<T: AsRef<str>>(names: &[T]) -> String {
    const MOST: usize = 12;
    let list = listed(names.iter().take(MOST));
    match names.len().saturating_sub(MOST) {
        0 => list,
        more => format!("{list} and {more} more"),
    }
}

/// A text as a cell of CSV: one that a spreadsheet would take for a formula gets a leading apostrophe, which
/// [`from_cell`] removes.
pub(crate) fn to_cell(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell that [`to_cell`] made.
pub(crate) fn from_cell(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

/// True for a text that begins with = + - or @, also after apostrophes, and is no number.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_escaped_and_all_else_is_not() {
        assert_eq!(shown("größe, 日本 שלום"), "größe, 日本 שלום");
        assert_eq!(shown("a\u{1b}[31m\nb"), "a\\u{1b}[31m\\nb");
        assert_eq!(shown("x\u{202e}y\u{2066}\u{200f}"), "x\\u{202e}y\\u{2066}\\u{200f}");
        assert_eq!(listed(["a", "b\r"]), "a, b\\r");
    }

    #[test]
    fn formulas_get_an_apostrophe_and_lose_it_again() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("-a", "'-a"),
            ("+b", "'+b"),
            ("'=c", "''=c"),
            ("-1.5", "-1.5"),
            ("-inf", "-inf"),
            ("a=b", "a=b"),
            ("'quoted'", "'quoted'"),
        ] {
            assert_eq!((to_cell(text).as_ref(), from_cell(cell)), (cell, text));
        }
    }
}
