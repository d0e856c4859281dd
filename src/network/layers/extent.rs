//! Sizes and strides: one number for signals, one number per axis for images.

use super::field::{Field, Source};
use super::row_shape::{image, signal};

/// A size or a stride within a channel: samples in a signal, height and width in an image.
pub trait Extent: Copy {
    /// The number of axes of a row, with its channels.
    const AXES: usize;
    /// A row, as messages call it.
    const ROW: &'static str;
    /// A size, as messages call it.
    const SIZE: &'static str;
    /// A stride, as messages call it.
    const STRIDE: &'static str;
    /// 2 along every axis.
    const TWO: Self;

    /// Reads it from a file; `otherwise` is the default of an absent field.
    fn read<S: Source>(
        from: &mut S,
        field: &str,
        otherwise: Self,
        what: &str,
    ) -> Result<Self, S::Error>;

    /// Its field in files.
    fn field(self) -> Field;

    /// The channels and the extent of a row; an error if the row has other axes.
    fn of_row(shape: &[usize]) -> Result<(usize, Self), String>;

    /// The shape of a row of this many channels, and of this extent down and across.
    fn row(channels: usize, extent: [usize; 2]) -> Vec<usize>;

    /// The extent down and across; a signal has 1 down.
    fn pair(self) -> [usize; 2];

    /// The extent along each axis.
    fn numbers(&self) -> &[usize];

    /// Its numbers for people, with `between` between them.
    fn text(self, between: &str) -> String {
        self.numbers().iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
    }
}

impl Extent for usize {
    const AXES: usize = 2;
    const ROW: &'static str = "a signal";
    const SIZE: &'static str = "the samples of a window";
    const STRIDE: &'static str = "the samples from one window to the next";
    const TWO: Self = 2;

    fn read<S: Source>(
        from: &mut S,
        field: &str,
        otherwise: Self,
        what: &str,
    ) -> Result<Self, S::Error> {
        from.size(field, Some(otherwise), what)
    }

    fn field(self) -> Field {
        Field::Size(self)
    }

    fn of_row(shape: &[usize]) -> Result<(usize, Self), String> {
        signal(shape)
    }

    fn row(channels: usize, [_, samples]: [usize; 2]) -> Vec<usize> {
        vec![channels, samples]
    }

    fn pair(self) -> [usize; 2] {
        [1, self]
    }

    fn numbers(&self) -> &[usize] {
        std::slice::from_ref(self)
    }
}

impl Extent for [usize; 2] {
    const AXES: usize = 3;
    const ROW: &'static str = "an image";
    const SIZE: &'static str = "the height and width of a window";
    const STRIDE: &'static str = "the elements from one window to the next";
    const TWO: Self = [2, 2];

    fn read<S: Source>(
        from: &mut S,
        field: &str,
        otherwise: Self,
        what: &str,
    ) -> Result<Self, S::Error> {
        from.pair(field, Some(otherwise), what)
    }

    fn field(self) -> Field {
        Field::Pair(self)
    }

    fn of_row(shape: &[usize]) -> Result<(usize, Self), String> {
        image(shape)
    }

    fn row(channels: usize, [height, width]: [usize; 2]) -> Vec<usize> {
        vec![channels, height, width]
    }

    fn pair(self) -> [usize; 2] {
        self
    }

    fn numbers(&self) -> &[usize] {
        self
    }
}
