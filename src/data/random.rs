//! Random words without a state: each is a function of (seed, epoch, stream, index, element), so that nothing is
//! stored, and neither threads nor blocks nor a resume change a bit. The same few lines stand in
//! `shaders/random.wgsl`.
//!
//! A stream is one use of random numbers: each has a number of its own in [`Streams`]. `index` is a row's index in the
//! order of its epoch, `element` counts the words of that row. Three rounds of `mix` stand between neighbours: one
//! makes two keys of a row, and a word goes through one round with each of them.

/// The first numbers of the streams; a use that needs several streams counts on from its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streams {
    /// How a row is moved and flipped before it is trained on.
    Augment = 0,
    /// Which elements the first dropout layer leaves out; later layers count on.
    Dropout = 1,
}

/// The random words of an epoch.
#[derive(Debug, Clone, Copy)]
pub struct Random {
    keys: [u32; 2],
}

/// The random words of a row in an epoch.
#[derive(Debug, Clone, Copy)]
pub struct RandomRow {
    keys: [u32; 2],
}

impl Random {
    /// The words of a stream in an epoch of a replica with this seed.
    pub fn new(seed: u64, epoch: u32, stream: u32) -> Self {
        // The keys of the order of an epoch are made of the same seed: a stream begins elsewhere.
        let base = mix(seed as u32 ^ mix((seed >> 32) as u32 ^ mix(epoch))) ^ mix(!stream);
        Random { keys: [mix(base), mix(!base)] }
    }

    /// The words of the row at `index` of the epoch.
    #[inline]
    pub fn row(&self, index: u32) -> RandomRow {
        RandomRow { keys: [mix(self.keys[0] ^ index), mix(self.keys[1].wrapping_add(index))] }
    }
}

impl RandomRow {
    /// A word: any of 2^32 with the same chance.
    #[inline]
    pub fn word(&self, element: u32) -> u32 {
        mix(mix(element.wrapping_add(self.keys[0])) ^ self.keys[1])
    }
}

/// A whole number below `count`, of at most 16 bits, from a word: each with the same chance, to 2^-16.
#[inline]
pub fn below(word: u32, count: u32) -> u32 {
    ((u64::from(word) * u64::from(count)) >> 32) as u32
}

/// A 32-bit finaliser (C. Wellons, "lowbias32").
#[inline]
pub(super) fn mix(mut x: u32) -> u32 {
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// χ² of n equally likely cells has mean n - 1 and variance 2(n - 1); 5 deviations above is
    /// less likely than 1e-5 for the sizes here, and the seeds are fixed.
    pub fn assert_uniform(counts: &[u32]) {
        let total: u32 = counts.iter().sum();
        let expected = f64::from(total) / counts.len() as f64;
        let chi_squared: f64 =
            counts.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum();
        let freedom = counts.len() as f64 - 1.0;
        let bound = freedom + 5.0 * (2.0 * freedom).sqrt();
        assert!(chi_squared < bound, "chi squared {chi_squared} of {freedom}, bound {bound}");
    }

    /// Counts pairs of numbers below 16 in the cells of a square.
    fn pairs(numbers: impl Iterator<Item = (u32, u32)>) -> Vec<u32> {
        let mut counts = vec![0; 256];
        numbers.for_each(|(a, b)| counts[(below(a, 16) * 16 + below(b, 16)) as usize] += 1);
        counts
    }

    #[test]
    fn words_are_uniform_and_neighbours_know_nothing_of_each_other() {
        let word =
            |epoch, stream, index, element| Random::new(42, epoch, stream).row(index).word(element);
        let all = || 0..100_000u32;
        for low in 0..2 {
            // Both ends of a word.
            let end = |word: u32| if low == 1 { word << 28 } else { word };
            let of = |i| (i % 7, i / 7 % 11, i / 77);
            let first = |i: u32| {
                let (epoch, stream, index) = of(i);
                end(word(epoch, stream, index, i))
            };
            let next_of = |i: u32, [epochs, streams, indices, elements]: [u32; 4]| {
                let (epoch, stream, index) = of(i);
                end(word(epoch + epochs, stream + streams, index + indices, i + elements))
            };
            for next in [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 1, 1]] {
                assert_uniform(&pairs(all().map(|i| (first(i), next_of(i, next)))));
            }
        }
    }

    #[test]
    fn bits_of_a_row_are_uniform_whatever_the_element() {
        let random = Random::new(7, 3, 0);
        for bit in 0..32 {
            let mut counts = [0; 2];
            for index in 0..1000 {
                let row = random.row(index);
                (0..100).for_each(|e| counts[(row.word(e) >> bit & 1) as usize] += 1);
            }
            assert_uniform(&counts);
        }
    }

    #[test]
    fn numbers_below_a_count_are_uniform() {
        let random = Random::new(1, 1, 0);
        for count in [2, 3, 5, 57, 1000] {
            let mut counts = vec![0; count as usize];
            for index in 0..200_000 {
                counts[below(random.row(index).word(0), count) as usize] += 1;
            }
            assert_uniform(&counts);
        }
        assert_eq!([below(0, 5), below(u32::MAX, 5), below(u32::MAX, 65535)], [0, 4, 65534]);
    }

    #[test]
    fn seeds_epochs_streams_and_rows_differ() {
        let words = |seed, epoch, stream, index| {
            let row = Random::new(seed, epoch, stream).row(index);
            [0, 1, 2, 3].map(|element| row.word(element))
        };
        let one = words(1, 1, 0, 0);
        for other in [words(2, 1, 0, 0), words(1, 2, 0, 0), words(1, 1, 1, 0), words(1, 1, 0, 1)] {
            assert_ne!(one, other);
        }
        assert_ne!(one, words(1 << 32 | 1, 1, 0, 0));
    }
}
