//! What is said about a CSV file beside its text.

/// How a CSV file is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CsvOptions {
    /// Whether the first line names the columns; None: the line itself tells.
    pub header: Option<bool>,
    /// Further words for a gap, as they are written: -999 is not -999.0. An empty cell, NA, nan in any case and ? are
    /// always gaps.
    pub gaps: Vec<String>,
}
