//! Launches `shaders/recurrent.wgsl`.

use std::ops::Range;

use super::Launch;
use super::launcher::Launcher;
use super::recurrence::{Parameters, constants, lengths};
use super::recurrence_tile::{Room, Tile};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::RECURRENT;
use crate::plan::Cell;
use crate::plan::ops::recurrent::Recurrent;

impl Launch for Recurrent {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let tile = self.tile(at, Room::of(at));
        self.part(at, tile, &tile.dispatches()[0])
    }

    /// The other time steps, if all are too many for one dispatch.
    fn after(&self, at: &mut Launcher) -> Vec<Dispatch> {
        let tile = self.tile(at, Room::of(at));
        tile.dispatches()[1..].iter().map(|places| self.part(at, tile, places)).collect()
    }
}

impl Recurrent {
    fn tile(&self, at: &Launcher, room: Room) -> Tile {
        let rows = at.workspace.capacity * at.dispatcher.replicas;
        Tile::new(&self.recurrence, self.recurrence.cell.states(), rows, room)
    }

    fn part(&self, at: &mut Launcher, tile: Tile, places: &Range<usize>) -> Dispatch {
        let recurrence = &self.recurrence;
        let parameters = Parameters {
            bias: at.first(self.bias),
            recurrent_bias: self.recurrent_bias.map_or(0, |bias| at.first(bias)),
            ..Parameters::new(at, recurrence, places, self.h, self.weight)
        };
        let buffers = [
            at.tensors(),
            lengths(at, recurrence.lengths),
            at.read(self.z),
            at.write(self.h.buffer),
            at.write(self.state),
            self.saved.map_or_else(|| at.unused(), |saved| at.write(saved)),
        ];
        let function = match &recurrence.cell {
            Cell::Simple(function) => Some(&function.expression),
            // Their functions are those of `math.wgsl`.
            Cell::Gru | Cell::Lstm => None,
        };
        let own = [("SAVES", self.saved.is_some()), tile.holds_numbers()];
        let constants = [&constants(recurrence, self.h)[..], &own].concat();
        let numbers = tile.numbers();
        let variant = Variant { function, constants: &constants, numbers: &numbers, entry: None };
        at.dispatch(RECURRENT, variant, parameters, &buffers, tile.size(at, places))
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::launch;
    use crate::gpu::ops::proof::bench::{Bench, Shape, tolerance};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::recurrence::trials::{self, cells, recurrence, rooms, row_sum};
    use crate::plan::View;

    pub fn shapes() -> Vec<Shape> {
        trials::shapes()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for (i, cell) in cells().into_iter().enumerate() {
            for variant in 0..4 {
                prove_cell(bench, shape, &cell, variant, (i + variant) % 2 == 0, None);
            }
        }
    }

    /// Every way to hold the weights, in two dispatches.
    pub fn prove_held(bench: &mut Bench, shape: &Shape) {
        for (i, cell) in cells().into_iter().enumerate() {
            for held in 0..4 {
                prove_cell(bench, shape, &cell, (i + held) % 4, true, Some(held));
            }
        }
    }

    /// `variant` & 1: reversed; & 2: every time step is given, in the second half of rows of two directions.
    /// `held`: the way that the weights are held, if the device has no choice.
    fn prove_cell(
        bench: &mut Bench,
        shape: &Shape,
        cell: &Cell,
        variant: usize,
        saves: bool,
        held: Option<usize>,
    ) {
        let (mut trial, steps, units) = (Trial::new(bench, shape), 3, shape.units);
        let recurrence = recurrence(bench, &mut trial, cell, (steps, units), variant);
        let gates = cell.gates();
        let z = trial.buffer(bench, steps * gates * units);
        let rows = if variant & 2 != 0 { steps } else { 1 };
        let h = trial.buffer(bench, rows * 2 * units);
        let h = View { buffer: h, offset: units, rows, columns: units };
        let state = trial.buffer(bench, cell.states() * units);
        let saved = saves.then(|| trial.buffer(bench, steps * cell.saved() * units));
        let weight = trial.tensor(bench, &[gates * units, units]);
        let bias = trial.tensor(bench, &[gates * units]);
        let recurrent_bias = matches!(cell, Cell::Gru).then(|| trial.tensor(bench, &[units]));
        trial.scale(weight, 0.25 / units as f32);
        let parts: Vec<[f64; 2]> = (0..shape.replicas())
            .map(|replica| {
                let most =
                    |values: Vec<f64>| values.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
                let biases = [Some(bias), recurrent_bias].into_iter().flatten();
                let biases: f64 = biases.map(|bias| most(trial.tensor_of(bias, replica))).sum();
                let row_sum = row_sum(&trial.tensor_of(weight, replica), units);
                [row_sum, most(trial.rows_of(z, replica)) + biases + row_sum]
            })
            .collect();
        let operation = Recurrent { recurrence, z, weight, bias, recurrent_bias, h, state, saved };
        let dispatches = |at: &mut Launcher| match held {
            None => launch(&operation.clone().into(), at),
            Some(held) => {
                let all = &operation.recurrence;
                let tile = operation.tile(at, rooms(at, all, cell.states())[held]);
                [0..2, 2..steps].map(|places| operation.part(at, tile, &places)).into()
            }
        };
        trial.launched(bench, &operation.clone().into(), dispatches, |written| {
            let [row_sum, terms] = parts[written.replica];
            // No cell enlarges an error of its sums by more, as |h| <= 1, |c| <= 3 and |q| <= the terms; U enlarges that
            // of h(t-1).
            let enlarged = 3.0 + terms / 4.0;
            let growth = (1.0 + enlarged * row_sum).powi(steps as i32 - 1);
            steps as f64 * enlarged * growth * tolerance(units + 3, terms + 1.0)
        });
    }
}
