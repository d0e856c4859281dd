//! Texts that are numbers in a notation other than the file's.

/// What may stand between groups of three digits.
const GROUP_MARKS: [char; 6] = [',', '.', ' ', '\'', '\u{a0}', '\u{202f}'];

/// True for a text that is a number with other marks than those that the file is read with: `1,5`, `1.234,5`, `1,234.5`,
/// `1 234`.
pub(super) fn is_number_elsewhere(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let (whole, decimals) = match text.rfind([',', '.']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match decimals {
        // `1,5`; a plain number is one in any notation, and is left to the reader.
        Some(decimals) if are_digits(decimals) => {
            let mark = text[whole.len()..].chars().next();
            are_digits(whole) || is_grouped(whole, mark) || is_grouped(text, None)
        }
        Some(_) => false,
        None => is_grouped(text, None),
    }
}

/// True for groups of three digits, the first perhaps shorter, with one mark between all of them other than `decimal`.
fn is_grouped(text: &str, decimal: Option<char>) -> bool {
    let Some(mark) = text.chars().find(|c| GROUP_MARKS.contains(c)) else { return false };
    if decimal == Some(mark) {
        return false;
    }
    let mut groups = text.split(mark);
    let are_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let first = groups.next().is_some_and(|g| (1..=3).contains(&g.len()) && are_digits(g));
    first && groups.all(|g| g.len() == 3 && are_digits(g))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_number_in_another_notation_has_a_digit(text in "\\PC{0,12}|[0-9., '+-]{0,12}") {
            prop_assert!(!is_number_elsewhere(&text) || text.contains(|c: char| c.is_ascii_digit()));
        }
    }

    #[test]
    fn other_notations_are_known() {
        for text in [
            "1,5",
            "-0,25",
            "1.234,5",
            "1,234.5",
            "1 234",
            "1'234'567.25",
            "1.234.567",
            "1,234,567",
        ] {
            assert!(is_number_elsewhere(text), "{text}");
        }
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            "", "abc", "1,", ",5", "1.2.3", "1,2,3", "12 34", "1,5 kg", "12", "-", "1,234,5",
            "10:30",
        ] {
            assert!(!is_number_elsewhere(text), "{text}");
        }
    }
}
