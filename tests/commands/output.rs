//! What a page shows below a command, beside what the command prints.
//!
//! The rule: line by line, standard error among standard output, blank lines and the width of gaps passed over, and
//! numbers as good as any other. A line `...` stands for any lines, `...` in a line for any text. A line of a table
//! may lack columns, as on a narrow terminal. A page that shows nothing says nothing. `^C` is what the reader types.

use std::collections::BTreeSet;

/// What a reader types to stop a run.
pub const STOPPED: &str = "^C";

/// Whether the page shows that the command fails.
pub fn is_refusal(shown: &[String]) -> bool {
    shown.iter().any(|line| line.starts_with("error: "))
}

/// The line of the page that is not printed where it should be.
pub fn compare(shown: &[String], printed: &str) -> Result<(), String> {
    let lines = |text: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        let words = text.map(|line| line.trim().to_string());
        words.filter(|line| !line.is_empty() && line != STOPPED).collect()
    };
    let shown = lines(&mut shown.iter().map(String::as_str));
    let printed = lines(&mut printed.lines());
    // What may stand in front of the next line of the page: so many lines of what is printed.
    let mut places: BTreeSet<usize> = [0].into();
    for line in &shown {
        places = match line.as_str() {
            "..." => (*places.first().unwrap()..=printed.len()).collect(),
            _ => {
                let is_there = |&&at: &&usize| printed.get(at).is_some_and(|own| fits(line, own));
                places.iter().filter(is_there).map(|at| at + 1).collect()
            }
        };
        if places.is_empty() {
            return Err(line.clone());
        }
    }
    let to_the_end = places.contains(&printed.len()) || shown.is_empty();
    if to_the_end { Ok(()) } else { Err("(the end)".into()) }
}

/// Whether a line of a page stands for a printed one.
pub fn fits(shown: &str, printed: &str) -> bool {
    let (shown, printed) = (masked(shown), masked(printed));
    if shown.contains("...") {
        let mut rest = Some(printed.as_str());
        for piece in shown.split("...").map(str::trim) {
            rest = rest.and_then(|rest| rest.split_once(piece)).map(|(_, rest)| rest);
        }
        let first = shown.split("...").next().unwrap().trim();
        return rest.is_some() && printed.starts_with(first);
    }
    if shown.contains(" | ") {
        let mut columns = printed.split(" | ").map(str::trim);
        return shown.split(" | ").all(|cell| columns.any(|own| own == cell.trim()));
    }
    shown == printed
}

/// The words of a line, with `#` for every number.
fn masked(line: &str) -> String {
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut made = String::new();
    let mut rest = line.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        made += &rest[..start];
        made.push('#');
        rest = after_number(&rest[start..]);
    }
    made + rest
}

/// What stands behind the number that the text begins with: 12, 1.5 or 1.5e-7.
fn after_number(text: &str) -> &str {
    let after_digits =
        |text: &'_ str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut end = after_digits(text);
    for mark in [".", "e-", "e+", "e"] {
        if let Some(more) = text[end..].strip_prefix(mark)
            && let digits @ 1.. = after_digits(more)
        {
            end += mark.len() + digits;
        }
    }
    &text[end..]
}

#[test]
fn numbers_gaps_and_left_out_columns_make_no_difference() {
    assert!(fits("a  1 b", "a 2.5e-07 b") && fits("0.000012", "1.2e-05"));
    assert!(fits("1 | 0.5 | 3.0%", "  1 | 0.5 | inf | 99.5% | x"));
    assert!(fits("{\"epoch\":1,...}", "{\"epoch\":20,\"loss\":0.5}") && !fits("b...", "a b c"));
    assert!(!fits("a b", "a c") && !fits("1 | loss", "1 | 2 | error"));
}

#[test]
fn dots_stand_for_lines() {
    let page = |text: &str| text.lines().map(String::from).collect::<Vec<_>>();
    assert_eq!(compare(&page("a 1\n...\nc"), "a 2\nb\n\nc\n"), Ok(()));
    assert_eq!(compare(&page("a\n..."), "a\nb\n"), Ok(()));
    assert_eq!(compare(&page("...\nb 1\nc"), "b 1\nb 2\nc\n"), Ok(()));
    assert_eq!(compare(&[], "a\n"), Ok(()));
    assert!(compare(&page("a\nc"), "a\nb\nc\n").is_err());
    assert!(compare(&page("a"), "a\nb\n").is_err());
    assert!(compare(&page("a\n...\nd"), "a\nb\nc\n").is_err());
}
