//! A workgroup's part of a recurrence: its rows, and what it has in workgroup memory.

use std::ops::Range;

use super::launcher::Launcher;
use crate::gpu::device::dispatch::{Size, word};
use crate::gpu::device::limits::ITERATIONS;
use crate::plan::Recurrence;

/// The rows of a thread, and the bytes of a number of all of them.
const ROWS_OF_GROUP: usize = 4;
pub(super) const VECTOR: usize = 16;
/// Threads that a device runs together: sizes are multiples of it.
pub(super) const WARP: usize = 32;
/// Terms per slab of weights: the first that has room.
const SLABS: [usize; 3] = [8, 4, 2];
/// The most threads of a workgroup: WebGPU promises them.
pub(super) const MOST_THREADS: usize = 256;
/// The fewest workgroups that keep the cores of a GPU busy.
const WORKGROUPS_OF_SMALL_TILES: usize = 256;

/// The bytes that three arrays of workgroup memory may take beyond their elements: each begins at a multiple of 16, and has
/// an element at least.
const AROUND_ARRAYS: usize = 64;

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
            bytes: (limits.max_compute_workgroup_storage_size as usize)
                .saturating_sub(AROUND_ARRAYS),
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
    /// with the terms of its sums, and the fetching of their slabs. Drivers count the look that ends a loop as well.
    fn iterations(self) -> usize {
        let fetches = (self.slab * self.gates).div_ceil(8 * self.groups);
        self.own() * (self.units + self.slabs() * (fetches + 3) + 4) + 3
    }

    /// Those around the places: weights that are fetched, units that begin and end.
    fn iterations_around(self) -> usize {
        self.held_weights().div_ceil(self.lanes * self.groups) + 2 * self.own() + 4
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::ops::recurrence::trials::cells;

    const BROWSER: Room = Room { threads: 256, bytes: (16 << 10) - AROUND_ARRAYS, workgroups: 256 };

    fn recurrence(cell: usize, steps: usize, units: usize) -> Recurrence {
        let cell = cells()[cell].clone();
        Recurrence { cell, steps, units, is_reversed: false, lengths: None }
    }

    fn bytes(tile: Tile) -> usize {
        let slab = if tile.slabs() > 0 { tile.slab * tile.gates * (tile.lanes + 1) } else { 0 };
        VECTOR * tile.vectors + 4 * (tile.held_weights() + slab)
    }

    #[test]
    fn a_tile_fits_its_device() {
        for cell in 0..3 {
            for units in [1, 2, 31, 32, 33, 64, 100, 128, 170, 255, 256, 257, 300, 512, 1000, 4096]
            {
                for (kilobytes, rows) in
                    [16, 32, 48, 228].into_iter().flat_map(|k| [(k, 1), (k, 1 << 20)])
                {
                    let room = Room { bytes: (kilobytes << 10) - AROUND_ARRAYS, ..BROWSER };
                    let own = recurrence(cell, 3, units);
                    for numbers in [own.cell.states(), 2 + own.cell.gates()] {
                        let tile = Tile::new(&own, numbers, rows, room);
                        assert!(bytes(tile) <= room.bytes, "{tile:?} in {room:?}");
                        assert!(tile.lanes * tile.groups <= room.threads, "{tile:?}");
                        assert!(tile.lanes * tile.own() >= units, "{tile:?}");
                        assert!(tile.held_terms <= units && tile.slab > 0, "{tile:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn dispatches_hold_the_iterations_that_drivers_are_trusted_with() {
        for (cell, steps, units) in
            [(0, 1, 1), (1, 28, 64), (2, 28, 128), (2, 200, 64), (2, 9, 700)]
        {
            let tile = Tile::new(&recurrence(cell, steps, units), 6, 64, BROWSER);
            let all = tile.dispatches();
            assert_eq!(all.iter().map(Range::len).sum::<usize>(), steps);
            let longest = all.iter().map(Range::len).max().unwrap();
            let iterations = longest * tile.iterations() + tile.iterations_around();
            assert!(iterations <= ITERATIONS as usize, "{tile:?}: {iterations}");
        }
    }

    #[test]
    fn many_rows_take_larger_tiles_and_small_layers_keep_their_weights() {
        let small = Tile::new(&recurrence(2, 28, 16), 3, 64, BROWSER);
        assert_eq!((small.groups, small.held_terms, small.slabs()), (1, 16, 0));
        let many = Tile::new(&recurrence(2, 28, 16), 3, 1 << 16, BROWSER);
        assert_eq!((many.groups, many.held_terms), (4, 16));
        let large = Tile::new(&recurrence(2, 28, 128), 3, 64, BROWSER);
        assert!(large.vectors > 0 && large.held_terms < 128, "{large:?}");
        assert_eq!(Tile::new(&recurrence(2, 28, 1000), 3, 64, BROWSER).vectors, 0);
    }
}
