//! Sizes and strides: one number for signals, one number per axis for images.

use std::fmt;

use super::field::{Field, Source};
use super::row_shape::{image, signal};
use crate::plan::Padding;

/// A size or a stride within a channel: samples in a signal, height and width in an image.
pub trait Extent: Copy + PartialEq + fmt::Debug {
    /// The zeros around a channel.
    type Padding: Copy + PartialEq + fmt::Debug;
    /// The number of axes of a row, with its channels.
    const AXES: usize;
    /// A row, as messages call it.
    const ROW: &'static str;
    /// The elements of a channel, as messages call them.
    const ELEMENTS: &'static str;
    /// 1 along every axis.
    const ONE: Self;
    /// 2 along every axis.
    const TWO: Self;
    /// No zeros.
    const UNPADDED: Self::Padding;

    /// Reads it from a file; `otherwise` is the default of an absent field.
    fn read<S: Source>(
        from: &mut S,
        field: &str,
        otherwise: Option<Self>,
        what: &str,
    ) -> Result<Self, S::Error>;

    /// Reads the zeros around a channel from a file.
    fn read_padding<S: Source>(from: &mut S, field: &str) -> Result<Self::Padding, S::Error>;

    /// Its field in files.
    fn field(self) -> Field;

    /// The field of zeros in files.
    fn padding_field(padding: Self::Padding) -> Field;

    /// The zeros down and across; a signal has none down.
    fn paddings(padding: Self::Padding) -> [Padding; 2];

    /// The channels and the extent of a row; an error if the row has other axes.
    fn of_row(shape: &[usize]) -> Result<(usize, Self), String>;

    /// The shape of a row of this many channels, and of this extent down and across.
    fn row(channels: usize, extent: [usize; 2]) -> Vec<usize>;

    /// The extent down and across; a signal has 1 down.
    fn pair(self) -> [usize; 2];

    /// The extent of this much down and across.
    fn of_pair(pair: [usize; 2]) -> Self;

    /// The extent along each axis.
    fn numbers(&self) -> &[usize];

    /// Its numbers for people, with `between` between them.
    fn text(self, between: &str) -> String {
        self.numbers().iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
    }
}

impl Extent for usize {
    type Padding = Padding;
    const AXES: usize = 2;
    const ROW: &'static str = "a signal";
    const ELEMENTS: &'static str = "samples";
    const ONE: Self = 1;
    const TWO: Self = 2;
    const UNPADDED: Padding = Padding::Each(0);

    fn read<S: Source>(
        from: &mut S,
        field: &str,
        otherwise: Option<Self>,
        what: &str,
    ) -> Result<Self, S::Error> {
        from.size(field, otherwise, what)
    }

    fn read_padding<S: Source>(from: &mut S, field: &str) -> Result<Padding, S::Error> {
        from.padding(field)
    }

    fn field(self) -> Field {
        Field::Size(self)
    }

    fn padding_field(padding: Padding) -> Field {
        Field::Padding(padding)
    }

    fn paddings(padding: Padding) -> [Padding; 2] {
        [Padding::Each(0), padding]
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

    fn of_pair([_, samples]: [usize; 2]) -> Self {
        samples
    }

    fn numbers(&self) -> &[usize] {
        std::slice::from_ref(self)
    }
}

impl Extent for [usize; 2] {
    type Padding = [Padding; 2];
    const AXES: usize = 3;
    const ROW: &'static str = "an image";
    const ELEMENTS: &'static str = "pixels";
    const ONE: Self = [1; 2];
    const TWO: Self = [2; 2];
    const UNPADDED: [Padding; 2] = [Padding::Each(0); 2];

    fn read<S: Source>(
        from: &mut S,
        field: &str,
        otherwise: Option<Self>,
        what: &str,
    ) -> Result<Self, S::Error> {
        from.pair(field, otherwise, what)
    }

    fn read_padding<S: Source>(from: &mut S, field: &str) -> Result<[Padding; 2], S::Error> {
        from.paddings(field)
    }

    fn field(self) -> Field {
        Field::Pair(self)
    }

    fn padding_field(padding: [Padding; 2]) -> Field {
        Field::Paddings(padding)
    }

    fn paddings(padding: [Padding; 2]) -> [Padding; 2] {
        padding
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

    fn of_pair(pair: [usize; 2]) -> Self {
        pair
    }

    fn numbers(&self) -> &[usize] {
        self
    }
}
