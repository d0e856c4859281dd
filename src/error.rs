//! The error type of the crate: what went wrong, for the person at the terminal.

use std::fmt;

/// The result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error: which kind, where, and what was wrong, what is allowed and what to do.
///
/// It reads `params/iris.json: LAYERS, layer 2: found 0; allowed: a whole number of 1 or more`.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    /// Whose fault it is, for programs.
    pub kind: ErrorKind,
    /// Where, from the outside in: a file, a key, an item. Each caller prepends the place it knows.
    pub place: Vec<Place>,
    /// What was wrong there.
    pub message: String,
}

/// The kinds of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The input is wrong (a key, a file, a value, a command): nothing was computed.
    Input,
    /// The work itself failed (a diverging loss, a full disk).
    Failed,
    /// The device was lost; the last known state of the run is kept.
    DeviceLost,
    /// A device or a schedule can't take this network: another may.
    Unfit,
}

/// One step on the way to an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file, a key, an array; a colon follows it.
    Whole(String),
    /// A part of the place before it, such as the second item of a list; a comma stands between them.
    Part(String),
}

impl Error {
    /// Wrong input.
    pub fn input(message: impl Into<String>) -> Self {
        Self::of(ErrorKind::Input, message)
    }

    /// Failed work.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::of(ErrorKind::Failed, message)
    }

    /// A lost device.
    pub fn device_lost(message: impl Into<String>) -> Self {
        Self::of(ErrorKind::DeviceLost, message)
    }

    /// A device or a schedule that can't take the network.
    pub fn unfit(message: impl Into<String>) -> Self {
        Self::of(ErrorKind::Unfit, message)
    }

    fn of(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, place: vec![], message: message.into() }
    }

    /// The exit code of a process that ends with this error: 1 failed, 2 wrong usage or input.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            ErrorKind::Input | ErrorKind::Unfit => 2,
            ErrorKind::Failed | ErrorKind::DeviceLost => 1,
        }
    }

    /// The same error, at a place inside `place`: a file, a key, an array.
    pub fn within(mut self, place: impl fmt::Display) -> Self {
        self.place.insert(0, Place::Whole(place.to_string()));
        self
    }

    /// The same error in a file, where there is one.
    pub fn within_file(self, file: Option<&std::path::Path>) -> Self {
        match file {
            Some(file) => self.within(file.display()),
            None => self,
        }
    }

    /// The same error, at a part of a place; the caller prepends that place.
    pub fn part(mut self, part: impl fmt::Display) -> Self {
        self.place.insert(0, Place::Part(part.to_string()));
        self
    }

    /// The same error about a key whose value came from an option such as `--set LR`.
    pub fn set_by_option(mut self, option: &str) -> Self {
        if let Some(place) = self.place.first_mut() {
            *place = Place::Whole(option.into());
        }
        self
    }

    /// The outermost place, if it is a whole one: the key of a setting that is refused.
    pub fn outermost(&self) -> Option<&str> {
        match self.place.first() {
            Some(Place::Whole(place)) => Some(place),
            _ => None,
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut places = self.place.iter().peekable();
        while let Some(Place::Whole(place) | Place::Part(place)) = places.next() {
            let separator = if let Some(Place::Part(_)) = places.peek() { ", " } else { ": " };
            write!(f, "{place}{separator}")?;
        }
        f.write_str(&self.message)
    }
}

/// `1 row`, `2 rows`: a count in words.
pub(crate) fn counted<N: std::fmt::Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stand_in_front_of_the_message() {
        let error = Error::input("found 0").part("layer 2").within("LAYERS").within("a.json");
        assert_eq!(error.to_string(), "a.json: LAYERS, layer 2: found 0");
        assert_eq!(error.outermost(), Some("a.json"));
        assert_eq!(Error::failed("the disk is full").to_string(), "the disk is full");
    }
}
