//! Sizes and strides: of a signal one number, of an image one of each axis.

use super::{Field, Source, image, signal};

/// A size or a stride within a channel: samples of a signal, or the height and the width in an image.
pub trait Extent: Copy {
    /// The axes of such a row, its channels among them.
    const AXES: usize;
    /// What such a row is, for a message.
    const ROW: &'static str;
    /// What a size is, for a message.
    const SIZE: &'static str;
    /// What a stride is, for a message.
    const STRIDE: &'static str;
    /// 2 along every axis.
    const TWO: Self;

    /// Reads it from a file; `otherwise` stands in where the field is absent.
    fn read<S: Source>(
        from: &mut S,
        field: &str,
        otherwise: Self,
        what: &str,
    ) -> Result<Self, S::Error>;

    /// As files have it.
    fn field(self) -> Field;

    /// The channels and the extent of a row; the error says that it is no such row.
    fn of_row(shape: &[usize]) -> Result<(usize, Self), String>;

    /// The shape of a row of these channels, of this extent down and across.
    fn row(channels: usize, extent: [usize; 2]) -> Vec<usize>;

    /// Down and across; a signal has a height of 1.
    fn pair(self) -> [usize; 2];

    /// Along each axis.
    fn numbers(&self) -> &[usize];

    /// Its numbers as people read them.
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
