//! A batch from the table: inputs and targets scaled as the replica's statistics say, classes, and
//! the weight of each row. Twin of `shaders/gather.wgsl`.

use crate::math::Real;
use crate::params::{Replica, Run, Table, TableTargets};

/// A replica's scaling in the table's centred units: (centred x - shift) · scale.
#[derive(Debug, Clone)]
pub(crate) struct Frame<T> {
    input_shift: Vec<T>,
    input_scale: Vec<T>,
    target_shift: Vec<T>,
    target_scale: Vec<T>,
    class_weights: Vec<T>,
}

impl<T: Real> Frame<T> {
    pub fn new(run: &Run, replica: &Replica) -> Self {
        let convert = |values: &[f64]| values.iter().map(|&v| T::from_f64(v)).collect();
        let (inputs, targets) = (run.input_frame(replica), run.target_frame(replica));
        Frame {
            input_shift: convert(&inputs.shift),
            input_scale: convert(&inputs.scale),
            target_shift: convert(&targets.shift),
            target_scale: convert(&targets.scale),
            class_weights: convert(&replica.class_weights),
        }
    }

    /// Centred rows, one after the other, to what the network sees.
    pub fn scale_inputs<'a>(&self, rows: impl Iterator<Item = &'a [f32]>, out: &mut [T]) {
        scale_rows(rows, &self.input_shift, &self.input_scale, out);
    }

    /// The inputs of these rows into `inputs`, their targets and weights into `batch`.
    pub fn gather(&self, table: &Table, rows: &[u32], batch: &mut Batch<T>, inputs: &mut [T]) {
        let row = |&row: &u32| row as usize;
        let inputs_of = |at: &u32| table.inputs.row(row(at)).to_slice().unwrap_or_default();
        self.scale_inputs(rows.iter().map(inputs_of), inputs);
        batch.classes.clear();
        batch.values.clear();
        batch.weights.clear();
        match &table.targets {
            TableTargets::Classes(classes) => {
                batch.classes.extend(rows.iter().map(|at| classes[row(at)]));
            }
            TableTargets::Values { values, .. } => {
                let values_of = |at: &u32| values.row(row(at)).to_slice().unwrap_or_default();
                batch.values.resize(rows.len() * values.ncols(), T::ZERO);
                let rows = rows.iter().map(values_of);
                scale_rows(rows, &self.target_shift, &self.target_scale, &mut batch.values);
            }
        }
        match &table.row_weights {
            None => batch.weights.resize(rows.len(), T::ONE),
            Some(weights) => {
                batch.weights.extend(rows.iter().map(|at| T::from_f64(f64::from(weights[row(at)]))))
            }
        }
        if !self.class_weights.is_empty() {
            for (weight, &class) in batch.weights.iter_mut().zip(&batch.classes) {
                *weight *= self.class_weights[class as usize];
            }
        }
    }
}

/// The targets and weights of the rows of a batch, and the losses the network makes on them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch<T> {
    /// Each row's class; empty in regression.
    pub classes: Vec<u32>,
    /// Each row's scaled targets; empty in classification.
    pub values: Vec<T>,
    /// Each row's weight.
    pub weights: Vec<T>,
    /// Each row's loss.
    pub losses: Vec<T>,
}

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
