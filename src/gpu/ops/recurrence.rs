//! What the launchers of a recurrence share.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::launcher::Launcher;
use crate::gpu::device::dispatch::{Size, word};
use crate::gpu::device::limits::ITERATIONS;
use crate::plan::{BufferId, Cell, Recurrence, TensorId, View};

/// The rows of a thread, and the bytes of a number of all of them.
const ROWS_OF_GROUP: usize = 4;
const VECTOR: usize = 16;
/// Threads that a device runs together: sizes are multiples of it.
const WARP: usize = 32;
/// Terms per slab of weights: the first that has room.
const SLABS: [usize; 3] = [8, 4, 2];
/// The most threads of a workgroup: WebGPU promises them.
const MOST_THREADS: usize = 256;
/// The fewest workgroups that keep the cores of a GPU busy.
const WORKGROUPS_OF_SMALL_TILES: usize = 256;

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

/// Its work in one direction on a device: a workgroup's tile of rows, and what lies in workgroup memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tile {
    steps: usize,
    units: usize,
    gates: usize,
    /// Threads of a group of four rows, and groups.
    lanes: usize,
    groups: usize,
    /// Vectors of four rows in workgroup memory; 0 where they do not fit.
    vectors: usize,
    /// Terms of each sum whose weights are there, and per slab of those that come at every step.
    held_terms: usize,
    slab: usize,
}

/// What a device has for a workgroup.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub threads: usize,
    /// Bytes of workgroup memory.
    pub bytes: usize,
    /// Workgroups for each of which a larger tile would leave a core without work.
    pub workgroups: usize,
}

impl Room {
    pub fn of(at: &Launcher) -> Self {
        let limits = &at.dispatcher.gpu.limits;
        Room {
            threads: MOST_THREADS.min(limits.max_compute_invocations_per_workgroup as usize),
            bytes: limits.max_compute_workgroup_storage_size as usize,
            workgroups: WORKGROUPS_OF_SMALL_TILES,
        }
    }
}

impl Tile {
    /// The tile for `rows` rows of all replicas, where each row has `numbers` numbers per unit that threads carry or read
    /// of each other.
    pub fn new(recurrence: &Recurrence, numbers: usize, rows: usize, room: Room) -> Self {
        let Recurrence { ref cell, steps, units, .. } = *recurrence;
        let lanes = units.div_ceil(units.div_ceil(room.threads)).next_multiple_of(WARP);
        let lanes = lanes.min(room.threads);
        let of_group = numbers * units.next_multiple_of(WARP);
        let gates = cell.gates();
        let of_slab = |terms: usize| 4 * terms * gates * (lanes + 1);
        // A slab of one term always has room.
        let fits = |groups: usize| VECTOR * groups * of_group + of_slab(1) <= room.bytes;
        let holds = fits(1);
        let gain = |&groups: &usize| {
            let is_large = rows / (ROWS_OF_GROUP * groups) >= room.workgroups;
            groups * lanes <= room.threads && is_large && (fits(groups) || !holds)
        };
        let groups = [4, 2].into_iter().find(gain).unwrap_or(1);
        let vectors = if holds { groups * of_group } else { 0 };
        let left = room.bytes.saturating_sub(VECTOR * vectors);
        let of_term = 4 * gates * units;
        let slab = SLABS.into_iter().find(|&slab| of_slab(slab) <= left).unwrap_or(1);
        let held_terms = if !holds {
            // Without the numbers threads meet in storage, and not in workgroup memory.
            0
        } else if units * of_term <= left {
            units
        } else {
            (left - of_slab(slab)) / of_term
        };
        Tile { steps, units, gates, lanes, groups, vectors, held_terms, slab }
    }

    /// The constants of the kernel that are sizes.
    pub fn numbers(self) -> [(&'static str, u32); 8] {
        [
            ("LANES", self.lanes),
            ("GROUPS", self.groups),
            ("PADDED_UNITS", self.units.next_multiple_of(WARP)),
            ("NUMBERS", self.vectors.max(1)),
            ("HELD_TERMS", self.held_terms),
            ("HELD_WEIGHTS", self.held_weights().max(1)),
            ("SLAB", self.slab),
            (
                "SLAB_WEIGHTS",
                if self.slabs() > 0 { self.slab * self.gates * (self.lanes + 1) } else { 1 },
            ),
        ]
        .map(|(name, size)| (name, word(size)))
    }

    /// Whether the numbers that are carried are in workgroup memory.
    pub fn holds_numbers(self) -> (&'static str, bool) {
        ("HOLDS_NUMBERS", self.vectors > 0)
    }

    fn held_weights(self) -> usize {
        self.held_terms * self.gates * self.units
    }

    /// Units per thread.
    fn own(self) -> usize {
        self.units.div_ceil(self.lanes)
    }

    /// Slabs of a sum.
    fn slabs(self) -> usize {
        (self.units - self.held_terms).div_ceil(self.slab)
    }

    /// The loop iterations of a thread at one place of a scan: a loop over its units forward and two backward, one of them
    /// with the terms of its sums, and the fetching of their slabs.
    fn iterations(self) -> usize {
        let fetches = (self.slab * self.gates).div_ceil(self.groups);
        self.own() * (self.units + self.slabs() * (1 + fetches) + 2) + 1
    }

    /// Those around the places: weights that are fetched, units that begin and end.
    fn iterations_around(self) -> usize {
        self.held_weights().div_ceil(self.lanes * self.groups) + 2 * self.own()
    }

    /// The places of the scan, cut into dispatches.
    pub fn dispatches(self) -> Vec<Range<usize>> {
        let left = (ITERATIONS as usize).saturating_sub(self.iterations_around());
        let most = (left / self.iterations()).max(1);
        let first = (0..self.steps).step_by(most);
        first.map(|place| place..self.steps.min(place + most)).collect()
    }

    /// One workgroup per tile of rows.
    pub fn size(self, at: &Launcher, places: &Range<usize>) -> Size {
        let all = places.len() * self.iterations() + self.iterations_around();
        let tiles = at.workspace.capacity.div_ceil(ROWS_OF_GROUP * self.groups);
        Size::workgroups(tiles).iterating(all)
    }
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
    use crate::plan::Function;

    /// One unit and more than a thread has; a last tile that is not full.
    pub fn shapes() -> Vec<Shape> {
        vec![
            Shape { capacity: 1, units: 1, rows: vec![1] },
            Shape { capacity: 37, units: 17, rows: vec![37, 18, 0] },
            Shape { capacity: 41, units: 70, rows: vec![39] },
            Shape { capacity: 9, units: 70, rows: vec![9, 0, 6] },
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
