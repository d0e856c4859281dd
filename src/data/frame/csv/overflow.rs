//! What becomes of a column with very many different texts.

/// What became of the texts of a column that had more than 65,536 different ones. It has no codes and no texts.
#[derive(Debug, Clone, PartialEq)]
pub enum Overflow {
    /// All its cells are dates, or gaps: its numbers are their seconds.
    Seconds,
    /// Its texts are dropped: their numbers are NaN, as those of gaps.
    Dropped {
        /// One of the texts, for messages; one that is no date, if there is one.
        example: String,
    },
}
