//! x = (table - shift) · scale: the inputs of a batch from the table. Twin of `shaders/gather.wgsl`.

use crate::math::Real;
use crate::run::{Fold, Run, Table};

/// A fold's scaling in the table's centred units: (centred x - shift) · scale.
#[derive(Debug, Clone)]
pub(crate) struct Frame<T> {
    input_shift: Vec<T>,
    input_scale: Vec<T>,
    pub target_shift: Vec<T>,
    pub target_scale: Vec<T>,
    pub class_weights: Vec<T>,
}

impl<T: Real> Frame<T> {
    pub fn new(run: &Run, fold: &Fold) -> Self {
        let convert = |values: &[f64]| values.iter().map(|&v| T::from_f64(v)).collect();
        let (inputs, targets) = (run.input_scaling(fold), run.target_scaling(fold));
        Frame {
            input_shift: convert(&inputs.shift),
            input_scale: convert(&inputs.scale),
            target_shift: convert(&targets.shift),
            target_scale: convert(&targets.scale),
            class_weights: convert(&fold.class_weights),
        }
    }

    /// Centred rows, one after the other, to what the network sees.
    pub fn scale_inputs<'a>(&self, rows: impl Iterator<Item = &'a [f32]>, out: &mut [T]) {
        scale_rows(rows, &self.input_shift, &self.input_scale, out);
    }

    /// The inputs of these rows of the table.
    pub fn gather(&self, table: &Table, rows: &[u32], inputs: &mut [T]) {
        let inputs_of = |&row: &u32| table.inputs.row(row as usize).to_slice().unwrap_or_default();
        self.scale_inputs(rows.iter().map(inputs_of), inputs);
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
        for ((out, &x), (&shift, &scale)) in out.iter_mut().zip(row).zip(shift.iter().zip(scale)) {
            *out = (T::from_f64(f64::from(x)) - shift) * scale;
        }
    }
}
