//! What is done with each column of a file, for a table.

/// What is done with a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The name of the column.
    pub column: String,
    /// What it is read as: a kind, or index, constant, text, weight, group, dropped, target.
    pub kind: String,
    /// How many different names a category has, or a target classes.
    pub categories: Option<usize>,
    /// How many cells are gaps.
    pub missing: usize,
    /// What is done, in short words.
    pub done: String,
}

impl Decision {
    /// The decision on a column without categories.
    pub(super) fn new(column: &str, kind: &str, missing: usize, done: impl Into<String>) -> Self {
        let (column, kind) = (column.to_owned(), kind.to_owned());
        Decision { column, kind, categories: None, missing, done: done.into() }
    }
}
