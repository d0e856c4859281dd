//! The line of a file that each row begins in.

/// The lines that rows begin in: a text in quotes may span lines, and empty lines are passed over.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lines {
    /// (row, its line), wherever a line isn't the one after that of the row before; ascending. Empty where rows have no
    /// lines, as those of an array.
    pub starts: Vec<(usize, u64)>,
}

impl Lines {
    /// The place of a row for messages: `line 17`, or `row 16 (counted from 0)` where rows have no lines.
    pub fn place(&self, row: usize) -> String {
        let before = self.starts.partition_point(|(first, _)| *first <= row);
        match before.checked_sub(1).map(|at| self.starts[at]) {
            Some((first, line)) => format!("line {}", line + (row - first) as u64),
            None => format!("row {row} (counted from 0)"),
        }
    }
}
