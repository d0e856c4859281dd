//! The order of an epoch: an integer bijection of (seed, epoch, i), so that nothing is stored or
//! uploaded. The same few lines stand in the GPU's gather.
//!
//! It is the swap-or-not shuffle (Hoang, Morris, Rogaway, CRYPTO 2012): in each round every row is
//! paired with `offset - row` modulo the number of rows, and a hash of the pair decides whether the
//! two swap. It is a bijection for any number of rows, and its loop has a constant length,
//! as a GPU (and a vectorising compiler) wants it; a Feistel cipher that walks its cycles has none.

use super::random::mix;
use crate::instruction_set::{Compiled, InstructionSet};

/// Rounds of the shuffle. After r rounds a row sits where it started with probability 2^-r more
/// than by chance; 24 leave 6e-8.
const ROUNDS: usize = 24;

/// Rows that go through all rounds together: they stay in the first cache.
const BLOCK: usize = 2048;

/// The order of the rows in one epoch.
#[derive(Debug, Clone)]
pub struct Order {
    rows: u32,
    offsets: [u32; ROUNDS],
    flips: [u32; ROUNDS],
}

impl Order {
    /// The order of `rows` rows (1 to 2^31) in `epoch`.
    pub fn new(seed: u64, epoch: u32, rows: u32) -> Self {
        let base = mix(seed as u32 ^ mix((seed >> 32) as u32 ^ mix(epoch)));
        let key = |k: usize| mix(base.wrapping_add(k as u32));
        Order {
            rows,
            offsets: std::array::from_fn(|round| key(2 * round) % rows),
            flips: std::array::from_fn(|round| key(2 * round + 1)),
        }
    }

    /// The rows at the indices `first`, `first + 1`, ... of the epoch, as many as `out` holds.
    pub fn fill(&self, first: u32, out: &mut [u32]) {
        let fill = Fill { order: self, first, out };
        match InstructionSet::best() {
            // AVX2 multiplies eight integers at a time.
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512(set) => set.avx2().run(fill),
            set => set.run(fill),
        }
    }

    #[inline(always)]
    fn fill_blocks(&self, first: u32, out: &mut [u32]) {
        for (first, out) in (first..).step_by(BLOCK).zip(out.chunks_mut(BLOCK)) {
            for (index, row) in (first..).zip(out.iter_mut()) {
                *row = index;
            }
            // Round by round over all rows, so that the inner loop vectorises.
            for (&offset, &flip) in self.offsets.iter().zip(&self.flips) {
                for row in out.iter_mut() {
                    let wrap = if *row <= offset { 0 } else { self.rows };
                    let partner = offset.wrapping_add(wrap).wrapping_sub(*row);
                    let swaps = coin((*row).max(partner) ^ flip);
                    *row = if swaps { partner } else { *row };
                }
            }
        }
    }
}

/// [`Order::fill`], as a task.
struct Fill<'a> {
    order: &'a Order,
    first: u32,
    out: &'a mut [u32],
}

impl Compiled for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.order.fill_blocks(self.first, self.out);
    }
}

/// The top bit of [`mix`], its outer shifts left out.
#[inline(always)]
fn coin(x: u32) -> bool {
    let x = x.wrapping_mul(0x7feb_352d);
    (x ^ (x >> 15)).wrapping_mul(0x846c_a68b) >> 31 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::random::tests::assert_uniform;
    use proptest::prelude::*;

    fn whole(seed: u64, epoch: u32, rows: u32) -> Vec<u32> {
        let mut order = vec![0; rows as usize];
        Order::new(seed, epoch, rows).fill(0, &mut order);
        order
    }

    proptest! {
        #[test]
        fn every_row_comes_once(seed: u64, epoch in 1u32..10_000, rows in 1u32..3_000) {
            let mut order = whole(seed, epoch, rows);
            order.sort_unstable();
            prop_assert!(order.iter().copied().eq(0..rows));
        }

        #[test]
        fn any_stretch_is_that_stretch_of_the_whole(seed: u64, rows in 1u32..500, cut in 0.0..1.0) {
            let first = (cut * f64::from(rows)) as u32;
            let mut stretch = vec![0; (rows - first) as usize];
            Order::new(seed, 3, rows).fill(first, &mut stretch);
            prop_assert_eq!(&stretch[..], &whole(seed, 3, rows)[first as usize..]);
        }
    }

    #[test]
    fn all_orders_of_five_rows_are_equally_likely() {
        let mut counts = std::collections::BTreeMap::new();
        for epoch in 0..60_000 {
            *counts.entry(whole(42, epoch, 5)).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 120);
        assert_uniform(&counts.into_values().collect::<Vec<_>>());
    }

    #[test]
    fn indices_and_neighbours_are_uniform() {
        let rows = 23;
        let mut indices = vec![0; (rows * rows) as usize];
        let mut neighbours = vec![0; (rows * rows) as usize];
        for epoch in 0..20_000 {
            let order = whole(7, epoch, rows);
            for (index, &row) in order.iter().enumerate() {
                indices[index * rows as usize + row as usize] += 1;
            }
            let distance = (order[1] + rows - order[0]) % rows;
            neighbours[(order[0] * rows + distance) as usize] += 1;
        }
        assert_uniform(&indices);
        let met: Vec<u32> = neighbours.into_iter().filter(|&c| c > 0).collect();
        assert_eq!(met.len(), (rows * (rows - 1)) as usize, "every ordered pair occurs");
        assert_uniform(&met);
    }

    #[test]
    fn epochs_and_seeds_differ() {
        assert_ne!(whole(1, 1, 100), whole(1, 2, 100));
        assert_ne!(whole(1, 1, 100), whole(2, 1, 100));
        assert_ne!(whole(1, 1, 100), whole(1 << 32 | 1, 1, 100));
    }
}
