//! Launches `shaders/recurrent_backward.wgsl`.

use std::ops::Range;

use super::Launch;
use super::launcher::Launcher;
use super::recurrence::{Parameters, constants, dispatches, lengths, size};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::RECURRENT_BACKWARD;
use crate::plan::ops::recurrent_backward::RecurrentBackward;

impl Launch for RecurrentBackward {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let all = dispatches(&self.recurrence);
        self.part(at, &all[all.len() - 1])
    }

    /// The other time steps, if all are too many for one dispatch.
    fn after(&self, at: &mut Launcher) -> Vec<Dispatch> {
        let all = dispatches(&self.recurrence);
        all[..all.len() - 1].iter().rev().map(|places| self.part(at, places)).collect()
    }
}

impl RecurrentBackward {
    fn part(&self, at: &mut Launcher, places: &Range<usize>) -> Dispatch {
        let recurrence = &self.recurrence;
        let parameters = Parameters::new(at, recurrence, places, self.delta, self.weight);
        let buffers = [
            at.tensors(),
            lengths(at, recurrence.lengths),
            at.read(self.delta.buffer),
            at.read(self.saved),
            at.write(self.state),
            at.write(self.deltas),
        ];
        let constants = constants(recurrence, self.delta);
        let variant = Variant { constants: &constants, ..Variant::default() };
        let size = size(at, recurrence, places);
        at.dispatch(RECURRENT_BACKWARD, variant, parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape, tolerance};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::recurrence::trials::{cells, recurrence, row_sum, within_one};
    use crate::plan::View;

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for cell in cells() {
            for variant in 0..4 {
                prove_cell(bench, shape, &cell, variant);
            }
        }
    }

    fn prove_cell(bench: &mut Bench, shape: &Shape, cell: &crate::plan::Cell, variant: usize) {
        let (mut trial, steps, units) = (Trial::new(bench, shape), 3, shape.units);
        let recurrence = recurrence(bench, &mut trial, cell, (steps, units), variant);
        let rows = if variant & 2 != 0 { steps } else { 1 };
        let delta = trial.buffer(bench, rows * 2 * units);
        let delta = View { buffer: delta, offset: units, rows, columns: units };
        let saved = trial.buffer(bench, steps * cell.saved() * units);
        trial.values_of(saved).iter_mut().for_each(within_one);
        let deltas = trial.buffer(bench, steps * cell.deltas() * units);
        let state = trial.buffer(bench, 2 * units);
        let weight = trial.tensor(bench, &[cell.gates() * units, units]);
        trial.scale(weight, 0.25 / units as f32);
        let most: Vec<f64> = (0..shape.replicas())
            .map(|replica| {
                let deltas = trial.rows_of(delta.buffer, replica);
                let most = deltas.iter().fold(0.0, |most: f64, delta| most.max(delta.abs()));
                // What is carried is at most the gradient itself, and once more through each gate.
                let column_sum = row_sum(
                    &transposed(&trial.tensor_of(weight, replica), units),
                    cell.gates() * units,
                );
                steps as f64 * most * (2.0 + column_sum).powi(steps as i32)
            })
            .collect();
        let operation = RecurrentBackward { recurrence, delta, weight, saved, deltas, state };
        let terms = cell.gates() * units + 8;
        trial.within(bench, operation, |written| {
            steps as f64 * tolerance(terms, most[written.replica])
        });
    }

    fn transposed(values: &[f64], columns: usize) -> Vec<f64> {
        let rows = values.len() / columns;
        (0..values.len()).map(|i| values[i % rows * columns + i / rows]).collect()
    }
}
