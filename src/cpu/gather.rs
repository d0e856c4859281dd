//! x = (table - shift) · scale: the inputs of a batch from the table, moved and flipped where training rows are. Twin of
//! `shaders/gather.wgsl`.

use std::slice::ChunksExactMut;
use std::sync::Arc;

use crate::data::{Coded, CodedColumn, SlidingWindows};
use crate::math::Real;
use crate::run::{Fold, Moved, Moves, Run, Table, TableInputs, TableRow};

/// A fold's scaling in the table's centred units: (centred x - shift) · scale.
#[derive(Debug, Clone)]
pub(crate) struct FoldScaling<T> {
    input_shift: Vec<T>,
    input_scale: Vec<T>,
    prepared: Option<Arc<TableInputs>>,
    pub target_shift: Vec<T>,
    pub target_scale: Vec<T>,
    pub class_weights: Vec<T>,
}

impl<T: Real> FoldScaling<T> {
    pub fn new(run: &Run, fold: &Fold) -> Self {
        let convert = |values: &[f64]| values.iter().map(|&v| T::from_f64(v)).collect();
        let (inputs, targets) = (run.input_scaling(fold), run.target_scaling(fold));
        FoldScaling {
            input_shift: convert(&inputs.shift),
            input_scale: convert(&inputs.scale),
            prepared: fold.prepared.clone(),
            target_shift: convert(&targets.shift),
            target_scale: convert(&targets.scale),
            class_weights: convert(&fold.class_weights),
        }
    }

    /// The inputs of a row, before they are scaled.
    pub fn row<'a>(&'a self, table: &'a Table, row: u32) -> TableRow<'a> {
        self.inputs(table).row(row as usize)
    }

    fn inputs<'a>(&'a self, table: &'a Table) -> &'a TableInputs {
        self.prepared.as_deref().unwrap_or(&table.inputs)
    }

    /// The inputs of these rows, as the network sees them; they go `apart` elements from each other.
    pub fn gather(&self, table: &Table, rows: &[u32], apart: usize, to: &mut [T]) {
        let scaling = (&self.input_shift[..], &self.input_scale[..]);
        let to = to.chunks_exact_mut(apart);
        // Outside the loop: small networks take less than a microsecond a step.
        match self.inputs(table) {
            TableInputs::Reals(all) => {
                gather(all.as_slice().unwrap_or_default(), rows, scaling, to)
            }
            TableInputs::Bytes(all) => {
                gather(all.as_slice().unwrap_or_default(), rows, scaling, to)
            }
            TableInputs::Windows(windows) => gather_windows(windows, rows, scaling, to),
            TableInputs::Coded(coded) => gather_coded(coded, rows, scaling, to),
        }
    }

    /// The same, each row moved; `first` is the index of the first row in its epoch.
    pub fn gather_moved(
        &self,
        table: &Table,
        rows: &[u32],
        (moves, first): (&Moves, usize),
        inputs: &mut [T],
    ) {
        let (shift, scale) = (&self.input_shift[..], &self.input_scale[..]);
        let outs = inputs.chunks_exact_mut(shift.len());
        for ((index, &row), out) in (first as u32..).zip(rows).zip(outs) {
            let moved = moves.of(index);
            match self.row(table, row) {
                TableRow::Reals(row) => scale_moved(row, moved, shift, scale, out),
                TableRow::Bytes(row) => scale_moved(row, moved, shift, scale, out),
            }
        }
    }
}

/// These rows of all, each as (x - shift) · scale.
fn gather<X: Copy + Into<f64>, T: Real>(
    all: &[X],
    rows: &[u32],
    (shift, scale): (&[T], &[T]),
    to: ChunksExactMut<T>,
) {
    let columns = shift.len();
    for (&row, out) in rows.iter().zip(to) {
        let row = &all[row as usize * columns..][..columns];
        scale_row(row.iter().copied(), shift, scale, &mut out[..columns]);
    }
}

/// These windows, a channel after the other, each element as (x - shift) · scale.
fn gather_windows<T: Real>(
    windows: &SlidingWindows<f32>,
    rows: &[u32],
    (shift, scale): (&[T], &[T]),
    to: ChunksExactMut<T>,
) {
    let channels = windows.moments.ncols();
    for (&row, out) in rows.iter().zip(to) {
        let moments = windows.window(row as usize);
        let scaling = shift.chunks(windows.length).zip(scale.chunks(windows.length));
        for (channel, (out, scaling)) in out.chunks_mut(windows.length).zip(scaling).enumerate() {
            let values = moments.iter().skip(channel).step_by(channels).copied();
            scale_row(values, scaling.0, scaling.1, out);
        }
    }
}

/// These rows of numbers and codes, each input as (x - shift) · scale.
fn gather_coded<T: Real>(
    coded: &Coded<f32>,
    rows: &[u32],
    (shift, scale): (&[T], &[T]),
    to: ChunksExactMut<T>,
) {
    for (&row, out) in rows.iter().zip(to) {
        let mut first = 0;
        for (&value, column) in coded.row(row as usize).iter().zip(&coded.columns) {
            let own = first..first + column.inputs();
            let (shift, scale) = (&shift[own.clone()], &scale[own.clone()]);
            let out = &mut out[own.clone()];
            match column {
                CodedColumn::Number | CodedColumn::Kept => {
                    scale_row(std::iter::once(value), shift, scale, out);
                }
                CodedColumn::Categories(count) => {
                    let codes = 0..*count;
                    let inputs = codes.map(|code| f32::from(u8::from(value == code as f32)));
                    scale_row(inputs, shift, scale, out);
                }
            }
            first = own.end;
        }
    }
}

/// (x - shift) · scale, row by row.
pub(crate) fn scale_rows<'a, T: Real>(
    rows: impl Iterator<Item = &'a [f32]>,
    shift: &[T],
    scale: &[T],
    out: &mut [T],
) {
    for (row, out) in rows.zip(out.chunks_exact_mut(shift.len())) {
        scale_row(row.iter().copied(), shift, scale, out);
    }
}

fn scale_row<X: Into<f64>, T: Real>(
    row: impl Iterator<Item = X>,
    shift: &[T],
    scale: &[T],
    out: &mut [T],
) {
    for ((out, x), (&shift, &scale)) in out.iter_mut().zip(row).zip(shift.iter().zip(scale)) {
        *out = (T::from_f64(x.into()) - shift) * scale;
    }
}

/// The same of a moved row, line by line: each element by the scaling of the column that it comes from, whose centre was
/// subtracted from it.
fn scale_moved<X: Copy + Into<f64>, T: Real>(
    row: &[X],
    moved: Moved,
    shift: &[T],
    scale: &[T],
    out: &mut [T],
) {
    let width = moved.width();
    for (line, out) in out.chunks_exact_mut(width).enumerate() {
        let first = moved.line(line) * width;
        let own = first..first + width;
        let (from, shift, scale) = (&row[own.clone()], &shift[own.clone()], &scale[own]);
        for (column, out) in out.iter_mut().enumerate() {
            let column = moved.column(column);
            *out = (T::from_f64(from[column].into()) - shift[column]) * scale[column];
        }
    }
}
