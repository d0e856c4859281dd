//! The tables of docs/parameters.md.

use super::table::{DefaultValue, Key, SUBJECTS, Subject};
use crate::error::{Error, Result};

const END: &str = "<!-- end -->";

/// A page of Markdown with its tables of keys made anew, each between `<!-- keys: SUBJECT -->` and
/// `<!-- end -->`.
pub fn with_tables(page: &str) -> Result<String> {
    let mut page = page.to_string();
    for subject in SUBJECTS {
        let mark = format!("<!-- keys: {} -->\n", subject.name);
        let old = page.find(&mark).map(|start| start + mark.len()).and_then(|start| {
            let length = page[start..].find(END)?;
            Some(start..start + length)
        });
        let missing = || Error::input(format!("has no {}, or no {END} after it", mark.trim()));
        page.replace_range(old.ok_or_else(missing)?, &table(subject));
    }
    Ok(page)
}

fn table(subject: &Subject) -> String {
    let rows: String = subject.keys.iter().map(row).collect();
    format!("| key | allowed | default | meaning |\n|---|---|---|---|\n{rows}")
}

fn row(key: &Key) -> String {
    let cells = [format!("`{}`", key.name), key.allowed(), default(key), key.help.into()];
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

fn default(key: &Key) -> String {
    match (key.default, key.default_json()) {
        (DefaultValue::Required, _) => "required".into(),
        (DefaultValue::Told(words) | DefaultValue::OfData(words), _) => words.into(),
        (_, None | Some(serde_json::Value::Null)) => "off".into(),
        (_, Some(value)) => format!("`{value}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_table_for_every_subject() {
        let of = |name: &str| format!("# {name}\n<!-- keys: {name} -->\nOLD TABLE\n{END}\nprose\n");
        let page: String = SUBJECTS.iter().map(|subject| of(subject.name)).collect();
        let made = with_tables(&page).unwrap();
        assert_eq!(with_tables(&made), Ok(made.clone()));
        assert!(!made.contains("OLD TABLE") && made.matches("prose").count() == SUBJECTS.len());
        let row = "\n| `LR` | a number above 0 | 0.001 with Adam, else 0.01 | learning rate |\n";
        assert!(made.contains(row), "{made}");
        let refused = with_tables("<!-- keys: data -->\n").unwrap_err().to_string();
        assert_eq!(refused, "has no <!-- keys: data -->, or no <!-- end --> after it");
    }
}
