//! What the launchers of a recurrence share.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::launcher::Launcher;
use crate::gpu::device::dispatch::{Size, THREADS, word};
use crate::gpu::device::limits::ITERATIONS;
use crate::plan::{BufferId, Cell, Recurrence, TensorId, View};

/// The most loop iterations of the time steps of a dispatch; what is around them takes few.
const OF_TIME_STEPS: usize = ITERATIONS as usize - 10_000;

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

/// The loop iterations of a thread at one place of a scan.
fn iterations(recurrence: &Recurrence) -> usize {
    let Recurrence { ref cell, units, .. } = *recurrence;
    // Units of a thread, each with a loop over all units or over its numbers; and loops over the units around them.
    units.div_ceil(THREADS) * (units + cell.saved() + cell.deltas() + 3) + 1
}

/// The places of a scan, cut into dispatches.
pub(super) fn dispatches(recurrence: &Recurrence) -> Vec<Range<usize>> {
    let most = (OF_TIME_STEPS / iterations(recurrence)).max(1);
    let first = (0..recurrence.steps).step_by(most);
    first.map(|place| place..recurrence.steps.min(place + most)).collect()
}

/// One workgroup per row.
pub(super) fn size(at: &Launcher, recurrence: &Recurrence, places: &Range<usize>) -> Size {
    let own = recurrence.units.div_ceil(THREADS);
    let all = places.len() * iterations(recurrence) + 2 * own;
    Size::workgroups(at.workspace.capacity).iterating(all)
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
    use crate::gpu::ops::proof::bench::Bench;
    use crate::gpu::ops::proof::trial::Trial;
    use crate::plan::Function;

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
