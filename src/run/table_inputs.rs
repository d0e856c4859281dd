//! The inputs of all rows, as a backend takes them.

use ndarray::{ArcArray2, Array2, ArrayView2, Axis};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::row_blocks::{row_blocks, rows_of_block};
use crate::data::{Coded, CodedColumn, Inputs, SlidingWindows};

/// The inputs of all rows before they are scaled, shape (rows, inputs), row by row.
#[derive(Debug, Clone, PartialEq)]
pub enum TableInputs {
    /// Centred so that f32 keeps the digits that tell rows apart.
    Reals(Array2<f32>),
    /// As the data have them: f32 holds them all.
    Bytes(ArcArray2<u8>),
    /// Windows of moments, centred.
    Windows(SlidingWindows<f32>),
    /// Numbers, centred where they are scaled, and codes of categories.
    Coded(Coded<f32>),
}

/// The inputs of a row.
#[derive(Debug, Clone, Copy)]
pub enum TableRow<'a> {
    /// Centred; of a coded table its numbers and codes.
    Reals(&'a [f32]),
    /// As the data have them.
    Bytes(&'a [u8]),
}

impl TableInputs {
    /// The inputs of a data set and their centres, 0 where they are not centred. Bytes of images and signals stay bytes;
    /// features are each centred.
    pub(super) fn new(inputs: &Inputs, is_centred: bool, are_features: bool) -> (Self, Vec<f64>) {
        let columns = inputs.ncols();
        match inputs {
            Inputs::Bytes(bytes) if !are_features => {
                let is_row_by_row = bytes.is_standard_layout();
                let copied = || bytes.as_standard_layout().into_owned().into_shared();
                let bytes = if is_row_by_row { bytes.clone() } else { copied() };
                (TableInputs::Bytes(bytes), vec![0.0; columns])
            }
            Inputs::Bytes(bytes) => {
                let center = if is_centred { means_of_bytes(bytes) } else { vec![0.0; columns] };
                (TableInputs::Reals(less(bytes.view(), &center)), center)
            }
            Inputs::Reals(values) => {
                let (values, center) = centre(values, is_centred);
                (TableInputs::Reals(values), center)
            }
            Inputs::Windows(windows) => {
                let &SlidingWindows { ref moments, length, count } = windows;
                let means = moments.mean_axis(Axis(0)).filter(|_| is_centred);
                let center = means.map_or_else(|| vec![0.0; moments.ncols()], |m| m.to_vec());
                let moments = less(moments.view(), &center).into_shared();
                let center = windows.of_elements(&center);
                (TableInputs::Windows(SlidingWindows { moments, length, count }), center)
            }
            Inputs::Coded(coded) => {
                let center = centers_of_numbers(coded, is_centred);
                let values = less(coded.values.view(), &center);
                let of_inputs = coded.of_inputs(&center, 0.0);
                (TableInputs::Coded(coded.with_values(values)), of_inputs)
            }
        }
    }

    /// The rows, and the inputs of a row.
    pub fn dim(&self) -> (usize, usize) {
        match self {
            TableInputs::Reals(values) => values.dim(),
            TableInputs::Bytes(values) => values.dim(),
            TableInputs::Windows(windows) => windows.dim(),
            TableInputs::Coded(coded) => coded.dim(),
        }
    }

    /// The number of rows.
    pub fn nrows(&self) -> usize {
        self.dim().0
    }

    /// The inputs of a row; of a window its moments, one after the other.
    pub fn row(&self, row: usize) -> TableRow<'_> {
        let own = |columns: usize| row * columns..(row + 1) * columns;
        match self {
            TableInputs::Reals(values) => {
                TableRow::Reals(&values.as_slice().unwrap_or_default()[own(values.ncols())])
            }
            TableInputs::Bytes(values) => {
                TableRow::Bytes(&values.as_slice().unwrap_or_default()[own(values.ncols())])
            }
            TableInputs::Windows(windows) => TableRow::Reals(windows.window(row)),
            TableInputs::Coded(coded) => TableRow::Reals(coded.row(row)),
        }
    }

    /// Whether they lie row by row.
    pub(super) fn is_row_by_row(&self) -> bool {
        match self {
            TableInputs::Reals(values) => values.is_standard_layout(),
            TableInputs::Bytes(values) => values.is_standard_layout(),
            TableInputs::Windows(windows) => windows.moments.is_standard_layout(),
            TableInputs::Coded(coded) => coded.values.is_standard_layout(),
        }
    }

    /// The memory that they take, here and on a device.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            TableInputs::Reals(values) => 4 * values.len() as u64,
            TableInputs::Bytes(values) => values.len() as u64,
            TableInputs::Windows(windows) => 4 * windows.moments.len() as u64,
            TableInputs::Coded(coded) => 4 * coded.values.len() as u64,
        }
    }
}

/// Values less their centres, the means of the columns, where they are centred.
pub(super) fn centre(values: &Array2<f64>, is_centred: bool) -> (Array2<f32>, Vec<f64>) {
    let means = || values.mean_axis(Axis(0)).map_or_else(Vec::new, |mean| mean.to_vec());
    let center = if is_centred { means() } else { vec![0.0; values.ncols()] };
    (less(values.view(), &center), center)
}

/// The means of the columns that are scaled, where they are centred; 0 of the others.
fn centers_of_numbers(coded: &Coded<f64>, is_centred: bool) -> Vec<f64> {
    let mean = |(column, kind): (usize, &CodedColumn)| match kind {
        CodedColumn::Number if is_centred => coded.values.column(column).mean().unwrap_or(0.0),
        CodedColumn::Number | CodedColumn::Kept | CodedColumn::Categories(_) => 0.0,
    };
    coded.columns.par_iter().enumerate().map(mean).collect()
}

/// The means of the columns: sums of whole numbers are exact.
fn means_of_bytes(bytes: &ArcArray2<u8>) -> Vec<f64> {
    let mut sums = vec![0u64; bytes.ncols()];
    for row in bytes.outer_iter() {
        sums.iter_mut().zip(row).for_each(|(sum, byte)| *sum += u64::from(*byte));
    }
    sums.iter().map(|&sum| sum as f64 / bytes.nrows() as f64).collect()
}

/// Values less the centres of their columns, in f64, as f32, row by row.
fn less<X: Copy + Sync + Into<f64>>(values: ArrayView2<X>, center: &[f64]) -> Array2<f32> {
    let columns = values.ncols();
    let mut centred = Array2::zeros(values.dim());
    let block = (rows_of_block(columns) * columns).max(1);
    let blocks = centred.as_slice_mut().unwrap_or_default().par_chunks_mut(block);
    blocks.zip(row_blocks(values)).for_each(|(to, from)| {
        for ((column, from), center) in from.columns().into_iter().enumerate().zip(center) {
            for (to, from) in to[column..].iter_mut().step_by(columns).zip(from) {
                *to = ((*from).into() - center) as f32;
            }
        }
    });
    centred
}
