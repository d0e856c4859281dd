//! Lines of eighty columns. Errors are not wrapped: people copy commands from them, and programs look for words.

/// The columns of a line.
pub(super) const WIDTH: usize = 80;
/// A value that begins further right than this has its continuation under its key.
const FURTHEST: usize = 24;
/// The indent of such a continuation.
const INDENT: usize = 4;

/// Breaks each line of more than 80 columns at blanks. Continuations stand under the value of `key: value`, else
/// four columns further in.
pub(super) fn wrapped(text: &str) -> String {
    text.split('\n').map(wrapped_line).collect::<Vec<_>>().join("\n")
}

fn wrapped_line(line: &str) -> String {
    if width(line) <= WIDTH {
        return line.into();
    }
    let blanks = width(line) - width(line.trim_start());
    let value = line.find(": ").map(|at| width(&line[..at]) + 2).filter(|&at| at <= FURTHEST);
    beside(line, value.unwrap_or(blanks), value.unwrap_or(blanks + INDENT))
}

/// The first `head` columns of the line, and the rest of it broken into the columns from `indent` to 80.
pub(super) fn beside(line: &str, head: usize, indent: usize) -> String {
    let start = line.char_indices().nth(head).map_or(line.len(), |(at, _)| at);
    let lines = folded(&line[start..], WIDTH.saturating_sub(indent));
    line[..start].to_owned() + &lines.join(&format!("\n{}", " ".repeat(indent)))
}

/// Breaks the text into lines of `room` columns, at blanks. A longer word breaks after commas, as in lists of JSON;
/// one without commas, such as a path, stays whole.
pub(super) fn folded(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let separator = if width(word.trim_end()) > room { ',' } else { ' ' };
        for piece in word.split_inclusive(separator) {
            let line = lines.last().map_or(0, |line| width(line));
            if line > 0 && line + width(piece.trim_end()) > room {
                lines.push(String::new());
            }
            let is_first = lines.len() == 1;
            if let Some(line) = lines.last_mut() {
                // Blanks at a break are dropped.
                line.push_str(if line.is_empty() && !is_first {
                    piece.trim_start()
                } else {
                    piece
                });
            }
        }
    }
    lines.iter().map(|line| line.trim_end().into()).collect()
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_fit_stay_as_they_are() {
        let line = format!("key:  two  blanks {}", "x".repeat(62));
        assert_eq!(wrapped(&line), line);
        assert_eq!(wrapped("a\n\nb\n"), "a\n\nb\n");
    }

    #[test]
    fn what_is_broken_off_stands_under_the_value_or_four_columns_in() {
        let words = "word ".repeat(20);
        let under = wrapped(&format!("    key: {words}"));
        let lines: Vec<&str> = under.lines().collect();
        assert_eq!(lines[0], format!("    key: {}", "word ".repeat(14).trim_end()));
        assert_eq!(lines[1], format!("         {}", "word ".repeat(6).trim_end()));
        let none = wrapped(&format!("  {words}"));
        assert_eq!(none.lines().nth(1).unwrap().find('w'), Some(6));
        let far = wrapped(&format!("a key that is much too long: {words}"));
        assert_eq!(far.lines().nth(1).unwrap().find('w'), Some(4));
    }

    #[test]
    fn a_long_word_is_broken_behind_commas_or_not_at_all() {
        let list = format!("key: [{}1]", "1234,".repeat(40));
        let text = wrapped(&list);
        assert!(text.lines().all(|line| width(line) <= WIDTH), "{text}");
        assert!(text.starts_with("key: [1234,"), "{text}");
        assert_eq!(text.replace("\n     ", ""), list);
        let path = format!("saved: {}", "/folder".repeat(20));
        assert_eq!(wrapped(&path), path);
    }

    #[test]
    fn columns_of_a_table_stay_in_line() {
        let text = wrapped(&format!("cpu      fused   {}", "why ".repeat(30)));
        assert!(text.starts_with("cpu      fused   why why"), "{text}");
    }

    #[test]
    fn columns_are_those_of_characters() {
        let text = wrapped(&format!("schlüssel: {}", "größe ".repeat(20)));
        assert!(text.lines().all(|line| width(line) <= WIDTH), "{text}");
        assert_eq!(text.lines().nth(1).unwrap().chars().position(|c| c == 'g'), Some(11));
    }
}
