//! The fields of a layer in files.

use crate::plan::Padding;

/// The field of the layers inside a layer.
pub const LAYERS_INSIDE: &str = "layers";

/// The value of a field of a layer in files.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field {
    /// A whole number of 1 or more.
    Size(usize),
    /// A whole number of 1 or more, or none.
    OptionalSize(Option<usize>),
    /// One whole number per axis: (vertical, horizontal).
    Pair([usize; 2]),
    /// The zeros around the input.
    Padding(Padding),
    /// The zeros around each axis: (vertical, horizontal).
    Paddings([Padding; 2]),
    /// A yes or no.
    Flag(bool),
    /// A real number.
    Number(f64),
}

/// The real numbers that a field may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// From 0 to below 1.
    BelowOne,
    /// Above 0.
    AboveZero,
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

    /// A whole number of 1 or more, which the last layer may leave out; messages call it `what`.
    fn optional_size(&mut self, field: &str, what: &str) -> Result<Option<usize>, Self::Error>;

    /// Two whole numbers of 1 or more, (vertical, horizontal), or one for both.
    fn pair(
        &mut self,
        field: &str,
        otherwise: Option<[usize; 2]>,
        what: &str,
    ) -> Result<[usize; 2], Self::Error>;

    /// The zeros around the input; none if the field is absent.
    fn padding(&mut self, field: &str) -> Result<Padding, Self::Error>;

    /// The zeros around each axis, (vertical, horizontal), or a number for both; none if the field is absent.
    fn paddings(&mut self, field: &str) -> Result<[Padding; 2], Self::Error>;

    /// A yes or no; messages call it `what`.
    fn flag(&mut self, field: &str, otherwise: bool, what: &str) -> Result<bool, Self::Error>;

    /// A real number within a range; messages call it `what`.
    fn number(
        &mut self,
        field: &str,
        otherwise: Option<f64>,
        range: Range,
        what: &str,
    ) -> Result<f64, Self::Error>;
}

impl Range {
    /// Whether a number is within it, as f32 too.
    pub fn has(self, number: f64) -> bool {
        let narrow = number as f32;
        match self {
            Range::BelowOne => number >= 0.0 && narrow < 1.0,
            Range::AboveZero => narrow > 0.0 && narrow.is_finite(),
        }
    }

    /// What is wrong with a number that a layer has as `what`, if it is out of the range.
    pub(super) fn fault(self, what: &str, number: f64) -> Option<String> {
        let allowed = match self {
            Range::BelowOne => "from 0 to below 1",
            Range::AboveZero => "above 0",
        };
        (!self.has(number)).then(|| format!("has {what} of {number}; allowed: {allowed}"))
    }
}
