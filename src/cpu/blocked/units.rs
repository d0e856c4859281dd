//! The units of a row, a vector at a time: numbers of a gate, (units), among those of others, (gates, units).

use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// Sixteen units of a row from this one on, or those that are left.
#[derive(Clone, Copy)]
pub(super) struct Vector {
    pub units: usize,
    pub first: usize,
}

impl Vector {
    /// Where they are in a part of so many, and how many there are.
    #[inline(always)]
    fn of(self, part: usize) -> [usize; 2] {
        [part * self.units + self.first, (self.units - self.first).min(LANES)]
    }

    /// The numbers of a part; 0 behind the last.
    #[inline(always)]
    pub fn get<S: Simd>(self, s: S, all: &[f32], part: usize) -> S::V {
        let [first, len] = self.of(part);
        let all = &all[first..];
        if let (LANES, Some(own)) = (len, all.first_chunk()) {
            return s.load(own);
        }
        let mut own = [0.0; LANES];
        own[..len].copy_from_slice(&all[..len]);
        s.load(&own)
    }

    /// Sets the numbers of a part.
    #[inline(always)]
    pub fn put<S: Simd>(self, s: S, all: &mut [f32], part: usize, v: S::V) {
        let [first, len] = self.of(part);
        let all = &mut all[first..];
        if let (LANES, Some(own)) = (len, all.first_chunk_mut()) {
            return s.store(own, v);
        }
        let mut own = [0.0; LANES];
        s.store(&mut own, v);
        all[..len].copy_from_slice(&own[..len]);
    }
}
