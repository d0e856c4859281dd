//! `--header`: the kind of a CSV file's first line, where the line itself does not tell.

/// The answers.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Header {
    /// The first line holds names
    Yes,
    /// The first line is a row
    No,
}

impl Header {
    /// True if there is a header.
    pub fn is_there(self) -> bool {
        matches!(self, Header::Yes)
    }
}
