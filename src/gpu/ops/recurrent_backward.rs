//! Launches `shaders/recurrent_backward.wgsl`.

use std::ops::Range;

use super::Launch;
use super::launcher::Launcher;
use super::recurrence::{Parameters, constants, lengths};
use super::recurrence_tile::{Room, Tile};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::RECURRENT_BACKWARD;
use crate::plan::Recurrence;
use crate::plan::ops::recurrent_backward::RecurrentBackward;

impl Launch for RecurrentBackward {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let tile = self.tile(at, Room::of(at));
        let all = tile.dispatches();
        self.part(at, tile, &all[all.len() - 1])
    }

    /// The other time steps, if all are too many for one dispatch.
    fn after(&self, at: &mut Launcher) -> Vec<Dispatch> {
        let tile = self.tile(at, Room::of(at));
        let all = tile.dispatches();
        all[..all.len() - 1].iter().rev().map(|places| self.part(at, tile, places)).collect()
    }
}

impl RecurrentBackward {
    fn tile(&self, at: &Launcher, room: Room) -> Tile {
        let rows = at.workspace.capacity * at.dispatcher.replicas;
        Tile::new(&self.recurrence, numbers(&self.recurrence), rows, room)
    }

    fn part(&self, at: &mut Launcher, tile: Tile, places: &Range<usize>) -> Dispatch {
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
        let constants = [&constants(recurrence, self.delta)[..], &[tile.holds_numbers()]].concat();
        let numbers = tile.numbers();
        let variant = Variant { constants: &constants, numbers: &numbers, ..Variant::default() };
        at.dispatch(RECURRENT_BACKWARD, variant, parameters, &buffers, tile.size(at, places))
    }
}

/// Numbers per row and unit that threads carry or read of each other: the gradients by h and c, and the deltas by the
/// products.
fn numbers(recurrence: &Recurrence) -> usize {
    2 + recurrence.cell.gates()
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::launch;
    use crate::gpu::ops::proof::bench::{Bench, Shape, tolerance};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::recurrence::trials::{
        self, cells, recurrence, rooms, row_sum, within_one,
    };
    use crate::plan::{Cell, View};

    pub fn shapes() -> Vec<Shape> {
        trials::shapes()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for cell in cells() {
            for variant in 0..4 {
                prove_cell(bench, shape, &cell, variant, None);
            }
        }
    }

    /// Every way to hold the weights, in two dispatches.
    pub fn prove_held(bench: &mut Bench, shape: &Shape) {
        for (i, cell) in cells().into_iter().enumerate() {
            for held in 0..4 {
                prove_cell(bench, shape, &cell, (i + held) % 4, Some(held));
            }
        }
    }

    /// `held`: the way that the weights are held, if the device has no choice.
    fn prove_cell(
        bench: &mut Bench,
        shape: &Shape,
        cell: &Cell,
        variant: usize,
        held: Option<usize>,
    ) {
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
        let dispatches = |at: &mut Launcher| match held {
            None => launch(&operation.clone().into(), at),
            Some(held) => {
                let all = &operation.recurrence;
                let tile = operation.tile(at, rooms(at, all, numbers(all))[held]);
                [2..steps, 0..2].map(|places| operation.part(at, tile, &places)).into()
            }
        };
        trial.launched(bench, &operation.clone().into(), dispatches, |written| {
            steps as f64 * tolerance(terms, most[written.replica])
        });
    }

    fn transposed(values: &[f64], columns: usize) -> Vec<f64> {
        let rows = values.len() / columns;
        (0..values.len()).map(|i| values[i % rows * columns + i / rows]).collect()
    }
}
