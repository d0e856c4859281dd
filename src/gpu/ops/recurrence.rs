//! What the launchers of a recurrence share.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::launcher::Launcher;
use crate::gpu::device::dispatch::word;
use crate::plan::{BufferId, Cell, Recurrence, TensorId, View};

/// The parameters of its kernels.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(super) struct Parameters {
    pub capacity: u32,
    pub steps: u32,
    pub units: u32,
    pub place: u32,
    pub count: u32,
    pub h: u32,
    pub h_step: u32,
    pub h_row: u32,
    pub weight: u32,
    pub bias: u32,
    pub recurrent_bias: u32,
    pub weights: u32,
}

impl Parameters {
    /// Those of the places of a scan.
    pub fn new(
        at: &Launcher,
        recurrence: &Recurrence,
        places: &Range<usize>,
        h: View,
        weight: TensorId,
    ) -> Self {
        let row_len = at.plan.row_len(h.buffer);
        Parameters {
            capacity: at.capacity(),
            steps: word(recurrence.steps),
            units: word(recurrence.units),
            place: word(places.start),
            count: word(places.len()),
            h: word(h.offset),
            h_step: word(h.stride(row_len)),
            h_row: word(row_len),
            weight: at.first(weight),
            bias: 0,
            recurrent_bias: 0,
            weights: at.total(),
        }
    }
}

/// The constants of its kernels.
pub(super) fn constants(recurrence: &Recurrence, h: View) -> [(&'static str, bool); 5] {
    [
        ("IS_GRU", matches!(recurrence.cell, Cell::Gru)),
        ("IS_LSTM", matches!(recurrence.cell, Cell::Lstm)),
        ("IS_REVERSED", recurrence.is_reversed),
        ("IS_SEQUENCE", recurrence.is_sequence(h)),
        ("HAS_LENGTHS", recurrence.lengths.is_some()),
    ]
}

/// The buffer of lengths, or a stand-in for it.
pub(super) fn lengths<'a>(
    at: &Launcher<'a>,
    lengths: Option<BufferId>,
) -> crate::gpu::device::dispatch::Binding<'a> {
    lengths.map_or_else(|| at.tensors(), |own| at.read(own))
}

#[cfg(test)]
pub(super) mod trials {
    use super::*;
    use crate::gpu::ops::proof::bench::{Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::gpu::ops::recurrence_tile::{MOST_THREADS, Room, VECTOR, WARP};
    use crate::plan::Function;

    /// What a device chooses. Few: each number of units is a pipeline of its own.
    pub fn shapes() -> Vec<Shape> {
        vec![
            Shape { capacity: 1, units: 1, rows: vec![1] },
            Shape { capacity: 4, units: 1, rows: vec![0] },
            Shape { capacity: 65, units: 17, rows: vec![64, 43, 0] },
        ]
    }

    /// For every way to hold what is needed: more units than threads; last tiles that are not full.
    pub fn held_shapes() -> Vec<Shape> {
        vec![
            Shape { capacity: 37, units: 17, rows: vec![37, 18, 0] },
            Shape { capacity: 41, units: 70, rows: vec![39, 5] },
        ]
    }

    pub fn cells() -> [Cell; 3] {
        let tanh = Function::of("tanh", "tanh(x)", None).unwrap();
        [Cell::Simple(Box::new(tanh)), Cell::Gru, Cell::Lstm]
    }

    /// A recurrence; `variant` & 1: reversed, and rows have only some of their time steps.
    pub fn recurrence(
        bench: &mut Bench,
        trial: &mut Trial,
        cell: &Cell,
        (steps, units): (usize, usize),
        variant: usize,
    ) -> Recurrence {
        let is_reversed = variant & 1 != 0;
        let lengths = is_reversed.then(|| trial.indices(bench, 1, steps + 1));
        Recurrence { cell: cell.clone(), steps, units, is_reversed, lengths }
    }

    /// What devices have: all in workgroup memory, in tiles of several groups; a part of the weights, none of them; and
    /// nothing there.
    pub fn rooms(at: &Launcher, recurrence: &Recurrence, numbers: usize) -> [Room; 4] {
        let units = recurrence.units;
        let of_group = VECTOR * numbers * units.next_multiple_of(WARP);
        let (gates, of_weights) = (recurrence.cell.gates(), 4 * recurrence.width() * units);
        let of_slab = |terms: usize| 4 * terms * gates * (units.next_multiple_of(WARP) + 1);
        let room = Room { threads: MOST_THREADS, bytes: of_slab(2), workgroups: 2 };
        let all = [
            Room { bytes: 4 * of_group + of_weights + of_slab(1), ..room },
            Room { bytes: of_group + of_slab(8) + of_weights / 2, workgroups: usize::MAX, ..room },
            Room { bytes: of_group + of_slab(1), threads: 32, workgroups: usize::MAX },
            room,
        ];
        // Of many units not all weights fit this device.
        let most = Room::of(at).bytes;
        all.map(|room| Room { bytes: room.bytes.min(most), ..room })
    }

    /// The largest sum of magnitudes of a row.
    pub fn row_sum(values: &[f64], columns: usize) -> f64 {
        let sums = values.chunks_exact(columns).map(|row| row.iter().map(|v| v.abs()).sum());
        sums.fold(0.0, |most: f64, sum: f64| most.max(sum))
    }

    /// Brings a number between 0.1 and 0.9, as gates are.
    pub fn within_one(word: &mut u32) {
        let number = f32::from_bits(*word);
        *word = (0.5 + 0.4 * number.sin()).to_bits();
    }
}
