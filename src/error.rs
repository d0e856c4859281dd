//! The one error type of the crate: what went wrong, told to the person at the terminal.

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error, with a message that says what was wrong, where, what is allowed and what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The input is wrong (a key, a file, a value, a command): nothing was computed. Exit code 2.
    #[error("{0}")]
    Input(String),
    /// The work itself failed (a diverging loss, a full disk, a lost device). Exit code 1.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// Wrong input; `message` is shown as it is.
    pub fn input(message: impl Into<String>) -> Self {
        Error::Input(message.into())
    }

    /// Failed work; `message` is shown as it is.
    pub fn failed(message: impl Into<String>) -> Self {
        Error::Failed(message.into())
    }

    /// The exit code of a process that ends with this error: 1 failed, 2 wrong usage or input.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Input(_) => 2,
            Error::Failed(_) => 1,
        }
    }

    /// The same error with `context` and a colon in front, for callers that know the file or the key.
    pub fn within(self, context: impl std::fmt::Display) -> Self {
        match self {
            Error::Input(message) => Error::Input(format!("{context}: {message}")),
            Error::Failed(message) => Error::Failed(format!("{context}: {message}")),
        }
    }
}

/// `1 row`, `2 rows`: words of messages.
pub(crate) fn counted<N: std::fmt::Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
