//! Text from files as messages and tables show it.

use std::borrow::Cow;

/// True for what a terminal obeys instead of showing it: control characters, line ends of every kind, and
/// the marks that turn the direction of the text behind them.
pub(crate) fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// A name from a file, with what would steer a terminal escaped.
pub(crate) fn shown(name: &str) -> Cow<'_, str> {
    escaped(name, steers)
}

/// `text` with the characters that `is_escaped` finds as `\n` or `\u{202e}`.
pub(crate) fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    // Most texts have none, and the line of a tiny epoch takes hardly longer than its copy.
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if is_escaped(c) { c.escape_default().collect() } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// Names as a list, each as it is shown.
pub(crate) fn listed<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> =
        names.into_iter().map(|name| shown(name.as_ref()).into_owned()).collect();
    names.join(", ")
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
}
