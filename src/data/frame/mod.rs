//! Tables of named columns, with numbers, texts and gaps in them.

mod cells;
#[cfg(feature = "files")]
mod csv;
mod lines;

pub use cells::{Cell, Cells};
#[cfg(feature = "files")]
pub use csv::{CsvOptions, FrameReader, Keep, Overflow, Whole};
pub use lines::Lines;

/// Rows of named columns, or a block of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// The name of each column, each once.
    pub names: Vec<String>,
    /// The columns, all equally long.
    pub columns: Vec<Cells>,
    /// The lines that rows begin in.
    pub lines: Lines,
    /// The columns that had no name in the file (pandas' index has none); they are named by their number.
    pub nameless: Vec<usize>,
    /// The texts of kept columns as the file has them, a text per row each; see [`FrameReader::keep`].
    pub kept: Vec<Vec<String>>,
}

/// The index of the column of a name; blanks around names don't count.
pub fn column_of(names: &[String], name: &str) -> Option<usize> {
    names.iter().position(|own| own.trim() == name.trim())
}

impl Frame {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Cells::len)
    }
}
