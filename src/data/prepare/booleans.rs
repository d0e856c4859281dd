//! Pairs of words that mean no and yes.

/// The pairs, false first, in lower case.
const PAIRS: [[&str; 2]; 4] = [["false", "true"], ["no", "yes"], ["f", "t"], ["n", "y"]];

/// The pair that all texts are of, in any letter case, false first and spelled as the texts spell it first; a word that
/// does not occur as the pair has it. None where a text is of no pair, or of another one.
pub(super) fn words_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<[String; 2]> {
    let mut found: Option<(usize, [Option<String>; 2])> = None;
    for text in texts {
        let (pair, truth) = place(text)?;
        let (own, spelled) = found.get_or_insert((pair, [None, None]));
        if *own != pair {
            return None;
        }
        spelled[truth].get_or_insert_with(|| text.to_owned());
    }
    let (pair, [no, yes]) = found?;
    let [default_no, default_yes] = PAIRS[pair];
    Some([
        no.unwrap_or_else(|| default_no.to_owned()),
        yes.unwrap_or_else(|| default_yes.to_owned()),
    ])
}

/// The pair that a text is of, and which word of it.
fn place(text: &str) -> Option<(usize, usize)> {
    PAIRS.iter().enumerate().find_map(|(pair, words)| {
        Some((pair, words.iter().position(|word| text.eq_ignore_ascii_case(word))?))
    })
}

/// 1 for true and 0 for false, in any letter case.
pub(super) fn truth(text: &str) -> Option<f64> {
    one_of(&PAIRS[0], text)
}

/// 0 or 1 for a word of any pair, in any letter case.
pub(in crate::rooms::data) fn word_value(text: &str) -> Option<f64> {
    place(text).map(|(_, truth)| truth as f64)
}

/// True for a word of a pair.
pub(super) fn is_word(text: &str) -> bool {
    place(text).is_some()
}

/// 0 for the first word and 1 for the second, in any letter case.
pub(super) fn one_of(words: &[impl AsRef<str>; 2], text: &str) -> Option<f64> {
    let is = |word: &str| word == text || word.to_lowercase() == text.to_lowercase();
    words.iter().position(|word| is(word.as_ref())).map(|at| at as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(texts: &[&str]) -> Option<[String; 2]> {
        words_of(texts.iter().copied())
    }

    #[test]
    fn one_pair_in_any_letter_case_is_found() {
        assert_eq!(words(&["Yes", "no", "YES"]), Some(["no".into(), "Yes".into()]));
        assert_eq!(words(&["True", "False"]), Some(["False".into(), "True".into()]));
        assert_eq!(words(&["T"]), Some(["f".into(), "T".into()]));
        assert_eq!(words(&["y", "n"]), Some(["n".into(), "y".into()]));
    }

    #[test]
    fn two_pairs_and_other_words_are_none() {
        assert_eq!(words(&["yes", "n"]), None);
        assert_eq!(words(&["yes", "no", "maybe"]), None);
        assert_eq!(words(&[]), None);
    }

    #[test]
    fn words_become_0_and_1() {
        assert_eq!(truth("TRUE"), Some(1.0));
        assert_eq!(truth("yes"), None);
        assert_eq!(one_of(&["no", "Yes"], "yes"), Some(1.0));
    }
}
