//! x = (table - shift) · scale: the inputs of a batch from the table. Twin of `shaders/gather.wgsl`.

use std::sync::Arc;

use ndarray::Array2;

use crate::math::Real;
use crate::run::{Fold, Run, Table};

/// A fold's scaling in the table's centred units: (centred x - shift) · scale.
#[derive(Debug, Clone)]
pub(crate) struct FoldScaling<T> {
    input_shift: Vec<T>,
    input_scale: Vec<T>,
    prepared: Option<Arc<Array2<f32>>>,
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

    /// Centred rows, one after the other, to what the network sees.
    pub fn scale_inputs<'a>(&self, rows: impl Iterator<Item = &'a [f32]>, out: &mut [T]) {
        scale_rows(rows, &self.input_shift, &self.input_scale, out);
    }

    /// The inputs of a row, before they are scaled.
    pub fn row<'a>(&'a self, table: &'a Table, row: u32) -> &'a [f32] {
        let inputs = self.prepared.as_deref().unwrap_or(&table.inputs);
        let columns = inputs.ncols();
        &inputs.as_slice().unwrap_or_default()[row as usize * columns..][..columns]
    }

    /// The inputs of these rows.
    pub fn gather(&self, table: &Table, rows: &[u32], inputs: &mut [T]) {
        self.scale_inputs(rows.iter().map(|row| self.row(table, *row)), inputs);
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
