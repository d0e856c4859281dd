//! The fields of a layer in files.

use crate::plan::Padding;

/// The value of a field of a layer in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// A whole number of 1 or more.
    Size(usize),
    /// One whole number per axis: (vertical, horizontal).
    Pair([usize; 2]),
    /// The zeros around the input.
    Padding(Padding),
}

/// A source of the fields of a layer.
pub trait Source {
    /// The error of a field that can't be read.
    type Error;

    /// A whole number of 1 or more; messages call it `what`, and `otherwise` is its default.
    fn size(
        &mut self,
        field: &str,
        otherwise: Option<usize>,
        what: &str,
    ) -> Result<usize, Self::Error>;

    /// Two whole numbers of 1 or more, (vertical, horizontal), or one for both.
    fn pair(
        &mut self,
        field: &str,
        otherwise: Option<[usize; 2]>,
        what: &str,
    ) -> Result<[usize; 2], Self::Error>;

    /// The zeros around the input; none if the field is absent.
    fn padding(&mut self, field: &str) -> Result<Padding, Self::Error>;
}
