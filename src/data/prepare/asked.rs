//! What a user asks of a table: its targets, the task, and the kinds of columns.

use super::dates::DateForm;
use crate::error::{Error, Result};
use crate::nearest::did_you_mean;
use crate::text::shown;

/// What a user asks of a table, and what its reader knows beyond the cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// The names of the target columns, one or several.
    pub targets: Vec<String>,
    /// The task; None leaves it to the targets.
    pub task: Option<AskedTask>,
    /// The kinds asked for, by name of the column.
    pub kinds: Vec<(String, AskedKind)>,
    /// Columns that hold more different texts than the reader keeps, by index.
    pub too_many: Vec<usize>,
    /// Columns of dates whose cells are numbers already, seconds since 1970 in UTC, with the form that their texts had.
    pub seconds: Vec<(usize, DateForm)>,
}

/// What targets are learned as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedTask {
    /// Classes, or labels that are 0 or 1 each.
    Classification,
    /// Values.
    Regression,
}

/// What a column is read as, because a user says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedKind {
    /// An input of numbers.
    Number,
    /// An input of two words, or of 0 and 1.
    Boolean,
    /// An input of categories; a number is named by its shortest text.
    Category,
    /// An input of dates.
    Date,
    /// The number of each row: left out.
    Index,
    /// How much each row counts.
    Weight,
    /// Which rows belong together and never come apart in a split.
    Group,
    /// Left out.
    Drop,
}

impl AskedKind {
    /// All kinds, in the order of lists.
    pub const ALL: [AskedKind; 8] = [
        AskedKind::Number,
        AskedKind::Boolean,
        AskedKind::Category,
        AskedKind::Date,
        AskedKind::Index,
        AskedKind::Weight,
        AskedKind::Group,
        AskedKind::Drop,
    ];

    /// The name on a command line.
    pub fn name(self) -> &'static str {
        match self {
            AskedKind::Number => "number",
            AskedKind::Boolean => "boolean",
            AskedKind::Category => "category",
            AskedKind::Date => "date",
            AskedKind::Index => "index",
            AskedKind::Weight => "weight",
            AskedKind::Group => "group",
            AskedKind::Drop => "drop",
        }
    }
}

impl std::str::FromStr for AskedKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        AskedKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            let names = AskedKind::ALL.map(AskedKind::name);
            Error::input(format!(
                "no kind {}{}; allowed: {}",
                shown(name),
                did_you_mean(name, names),
                names.join(", ")
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_that_is_read_back() {
        for kind in AskedKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        let message = "catgory".parse::<AskedKind>().unwrap_err().to_string();
        assert!(message.starts_with("no kind catgory; did you mean category?; allowed: number, "));
    }
}
