//! What is done with every number by itself, in whole vectors.

use crate::cpu::part::Part;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;
use crate::math::Real;

/// delta where a > 0, else 0.
pub(super) struct ReluBackward<'a> {
    pub delta: &'a mut [f32],
    pub a: &'a [f32],
}

impl Part for ReluBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let (delta, _) = self.delta.as_chunks_mut::<LANES>();
        for (delta, a) in delta.iter_mut().zip(self.a.as_chunks::<LANES>().0) {
            s.store(delta, s.where_positive(s.load(a), s.load(delta)));
        }
    }
}

/// e^x of every number, in place.
pub(super) struct Exponentials<'a>(pub &'a mut [f32]);

impl Part for Exponentials<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, _: S) {
        // Vectors of whatever width the entry point allows; the function has the same bits in all.
        for value in self.0 {
            *value = Real::exp(*value);
        }
    }
}
