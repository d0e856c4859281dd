//! A part of a step, compiled for each instruction set.

use super::simd::operations::Simd;
use super::simd::portable::Portable;
use crate::instruction_set::{Compiled, InstructionSet};

/// Something to do in vectors. Its `on` is `#[inline(always)]`, as is all that it calls.
pub(super) trait Part {
    type Output;

    fn on<S: Simd>(self, s: S) -> Self::Output;
}

/// Does it on an instruction set.
pub(super) fn run<P: Part>(set: InstructionSet, part: P) -> P::Output {
    match set {
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512(s) => s.run(On { s, part }),
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2(s) => s.run(On { s, part }),
        InstructionSet::Portable => part.on(Portable),
    }
}

/// A part on a set that the machine has.
struct On<S, P> {
    s: S,
    part: P,
}

impl<S: Simd, P: Part> Compiled for On<S, P> {
    type Output = P::Output;

    #[inline(always)]
    fn run(self) -> P::Output {
        self.part.on(self.s)
    }
}
