//! The kind of a table's first line: names, numbers of columns, or a row.

use std::collections::HashSet;

use super::wanted::Wanted;
use crate::error::{Error, Result};
use crate::text::from_cell;

/// The kind of a first line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FirstLine {
    /// A row of numbers.
    Row,
    /// The names of the columns.
    Names(Vec<String>),
    /// 0, 1, 2, ... as pandas numbers columns without names, perhaps after one nameless column.
    Numbered(Vec<String>),
}

impl FirstLine {
    /// Tells the kind of a line by its cells, unless `wanted.header` does. A 0 alone may be two kinds.
    pub fn of(cells: Vec<String>, wanted: &Wanted) -> Result<Self> {
        let own: HashSet<&str> =
            wanted.input_names().into_iter().flatten().map(|n| n.trim()).collect();
        let mut names = cells.clone();
        for name in names.iter_mut().filter(|name| !own.contains(name.trim())) {
            *name = from_cell(name).into();
        }
        let found: HashSet<&str> = names.iter().map(|name| name.trim()).collect();
        if !own.is_empty() && wanted.header != Some(false) && own.is_subset(&found) {
            return Ok(FirstLine::Names(names));
        }
        let is_numbered = is_numbered(&names);
        match wanted.header {
            Some(false) => Ok(FirstLine::Row),
            Some(true) if is_numbered => Ok(FirstLine::Numbered(names)),
            Some(true) => Ok(FirstLine::Names(names)),
            None if is_numbered && names.len() == 1 => Err(Error::input(
                "the first line is 0, which may be a row or, as pandas numbers columns, a header; allowed: \
                 --header yes, or --header no",
            )),
            None if is_numbered => Ok(FirstLine::Numbered(names)),
            None if cells.iter().any(|cell| cell.trim().parse::<f64>().is_ok()) => {
                Ok(FirstLine::Row)
            }
            None => Ok(FirstLine::Names(names)),
        }
    }

    /// The names that the columns go by; none where they are numbered.
    pub fn names(&self) -> Option<&[String]> {
        match self {
            FirstLine::Names(names) => Some(names),
            FirstLine::Row | FirstLine::Numbered(_) => None,
        }
    }

    /// The columns without a name: pandas' index, or a column that has lost its name.
    pub fn nameless(&self, wanted: &Wanted) -> Vec<usize> {
        let (FirstLine::Names(names) | FirstLine::Numbered(names)) = self else { return vec![] };
        let own = wanted.input_names().unwrap_or_default();
        let mut found = vec![];
        for (column, name) in names.iter().enumerate() {
            if is_nameless(name) && !own.iter().any(|own| own.trim() == name.trim()) {
                found.push(column);
            }
        }
        found
    }
}

/// True for no name, and for the one that pandas gives a nameless column when it reads it.
fn is_nameless(name: &str) -> bool {
    let name = name.trim();
    name.is_empty() || name.starts_with("Unnamed: ")
}

/// True for 0, 1, 2, ..., after at most one nameless column.
fn is_numbered(names: &[String]) -> bool {
    let numbers = match names {
        [first, rest @ ..] if is_nameless(first) => rest,
        all => all,
    };
    let mut numbered = numbers.iter().enumerate();
    !numbers.is_empty() && numbered.all(|(column, name)| name.trim() == column.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str, header: Option<bool>, names: Option<&[&str]>) -> Result<FirstLine> {
        let texts = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let feature_names = names.map(texts);
        let inputs = feature_names.as_ref().map_or(2, Vec::len);
        let wanted = Wanted { row_shape: vec![inputs], feature_names, header, ..Wanted::default() };
        FirstLine::of(line.split(',').map(String::from).collect(), &wanted)
    }

    #[test]
    fn numbered_columns_are_a_header_and_other_numbers_a_row() {
        for line in ["0,1", "0, 1,2", ",0,1", "Unnamed: 0,0"] {
            assert!(matches!(of(line, None, None), Ok(FirstLine::Numbered(_))), "{line}");
        }
        for line in ["1,2", "0,2", "0,0", "0.0,1.0", "0,", "1,0", ",1,2"] {
            assert_eq!(of(line, None, None), Ok(FirstLine::Row), "{line}");
        }
        assert!(of("0", None, None).is_err());
    }

    #[test]
    fn a_stated_header_is_believed() {
        assert_eq!(of("0,1", Some(false), None), Ok(FirstLine::Row));
        assert_eq!(of("0", Some(false), None), Ok(FirstLine::Row));
        assert!(matches!(of("0", Some(true), None), Ok(FirstLine::Numbered(_))));
        assert!(matches!(of("2019,2020", Some(true), None), Ok(FirstLine::Names(_))));
    }

    #[test]
    fn names_of_the_model_are_a_header_whatever_they_look_like() {
        let names = Some(&["850", "=a"][..]);
        assert!(matches!(of("'=a, 850", None, names), Ok(FirstLine::Names(_))));
        assert_eq!(of("850,3", None, names), Ok(FirstLine::Row));
    }
}
