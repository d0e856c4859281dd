//! Where the sums of a product go.

use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// What becomes of a product's sums.
pub(in crate::rooms::cpu) trait Sink<S: Simd> {
    /// Takes those of a vector to their place.
    fn take(&self, s: S, place: &mut [f32; LANES], sums: S::V);
}

/// They are stored.
pub(in crate::rooms::cpu) struct Stored;

/// They are added to what is there.
pub(in crate::rooms::cpu) struct Added;

impl<S: Simd> Sink<S> for Stored {
    #[inline(always)]
    fn take(&self, s: S, place: &mut [f32; LANES], sums: S::V) {
        s.store(place, sums);
    }
}

impl<S: Simd> Sink<S> for Added {
    #[inline(always)]
    fn take(&self, s: S, place: &mut [f32; LANES], sums: S::V) {
        s.store(place, s.add(s.load(place), sums));
    }
}
