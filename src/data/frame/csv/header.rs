//! The first line of a text: names, numbers of columns, or a row.

use std::collections::HashMap;

use super::cell::{CellRules, trimmed};
use crate::error::{Error, Result};
use crate::text::shown;

/// What the first line of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderKind {
    /// The names of the columns.
    Names,
    /// 0, 1, 2, ... as pandas numbers columns without names, perhaps after one nameless column.
    Numbers,
    /// A row: the table has no header, and its columns are named by their number.
    Row,
}

/// The names of the columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub kind: HeaderKind,
    pub names: Vec<String>,
    /// The columns without a name in the file.
    pub nameless: Vec<usize>,
}

impl Header {
    /// Tells the kind of a first line by its cells, unless it is stated. A 0 alone may be two kinds.
    pub fn of(cells: &[String], stated: Option<bool>, rules: &CellRules) -> Result<Self> {
        let cells: Vec<&str> = cells.iter().map(|cell| trimmed(cell)).collect();
        let is_numbered = is_numbered(&cells);
        let kind = match stated {
            Some(false) => HeaderKind::Row,
            _ if is_numbered && (stated.is_some() || cells.len() > 1) => HeaderKind::Numbers,
            Some(true) => HeaderKind::Names,
            None if is_numbered => {
                return Err(Error::input(
                    "the first line is 0, which may be a row or, as pandas numbers columns, a header; allowed: \
                     --header yes, or --header no",
                ));
            }
            None if cells.iter().any(|cell| rules.is_number(cell)) => HeaderKind::Row,
            None => HeaderKind::Names,
        };
        if kind == HeaderKind::Row {
            let names = (1..=cells.len()).map(numbered).collect();
            return Ok(Header { kind, names, nameless: vec![] });
        }
        Self::named(kind, &cells)
    }

    fn named(kind: HeaderKind, cells: &[&str]) -> Result<Self> {
        let (mut names, mut nameless) = (vec![], vec![]);
        for (column, cell) in cells.iter().enumerate() {
            if is_nameless(cell) {
                nameless.push(column);
                names.push(numbered(column + 1));
            } else {
                names.push(cell.to_string());
            }
        }
        refuse_twins(&names)?;
        Ok(Header { kind, names, nameless })
    }
}

/// The name of a column without one, by its number from 1 on.
fn numbered(number: usize) -> String {
    format!("column_{number}")
}

/// True for no name, and for the one that pandas gives a nameless column when it reads it.
fn is_nameless(name: &str) -> bool {
    name.is_empty() || name.starts_with("Unnamed: ")
}

/// True for 0, 1, 2, ..., after at most one nameless column.
fn is_numbered(cells: &[&str]) -> bool {
    let numbers = match cells {
        [first, rest @ ..] if is_nameless(first) => rest,
        all => all,
    };
    let mut numbered = numbers.iter().enumerate();
    !numbers.is_empty() && numbered.all(|(column, cell)| *cell == column.to_string())
}

fn refuse_twins(names: &[String]) -> Result<()> {
    let mut columns = HashMap::new();
    for (column, name) in names.iter().enumerate() {
        if let Some(first) = columns.insert(name, column) {
            return Err(Error::input(format!(
                "columns {} and {} both have the name {}; allowed: each name once; rename one of them",
                first + 1,
                column + 1,
                shown(name)
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str, stated: Option<bool>) -> Result<Header> {
        let rules = CellRules { gaps: vec![], has_decimal_commas: line.contains(';') };
        let cells: Vec<String> = line.split([';', '|']).map(String::from).collect();
        Header::of(&cells, stated, &rules)
    }

    fn kind(line: &str, stated: Option<bool>) -> HeaderKind {
        of(line, stated).unwrap().kind
    }

    #[test]
    fn the_first_line_tells_what_it_is() {
        for line in ["0|1", "0| 1|2", "|0|1", "Unnamed: 0|0"] {
            assert_eq!(kind(line, None), HeaderKind::Numbers, "{line}");
        }
        for line in ["1|2", "0|2", "0|0", "0.0|1.0", "0|", "1|0", "|1|2", "a|3", "nan|nan", "1,5;a"]
        {
            assert_eq!(kind(line, None), HeaderKind::Row, "{line}");
        }
        for line in ["a|b", "a", "|b", "1a|b", "1,5|b"] {
            assert_eq!(kind(line, None), HeaderKind::Names, "{line}");
        }
        let message = of("0", None).unwrap_err().to_string();
        assert!(message.contains("--header no"), "{message}");
    }

    #[test]
    fn a_stated_header_is_believed() {
        assert_eq!(kind("0|1", Some(false)), HeaderKind::Row);
        assert_eq!(kind("a|b", Some(false)), HeaderKind::Row);
        assert_eq!(kind("0", Some(true)), HeaderKind::Numbers);
        assert_eq!(kind("2019|2020", Some(true)), HeaderKind::Names);
    }

    #[test]
    fn columns_without_a_name_are_named_by_their_number() {
        let header = of("| a |Unnamed: 2|b", None).unwrap();
        assert_eq!(header.names, ["column_1", "a", "column_3", "b"]);
        assert_eq!(header.nameless, [0, 2]);
        let header = of("1|2", None).unwrap();
        assert_eq!(
            (header.names, header.nameless),
            (vec!["column_1".into(), "column_2".into()], vec![])
        );
    }

    #[test]
    fn a_name_twice_is_refused() {
        for line in ["a|b| a", "a|column_1|a"] {
            let message = of(line, None).unwrap_err().to_string();
            assert!(message.contains("columns 1 and 3 both have the name a"), "{message}");
        }
    }
}
