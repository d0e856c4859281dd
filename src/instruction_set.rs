//! The vector instructions of this machine, and a cap on them.

use std::sync::OnceLock;

use crate::error::{Error, Result};

/// Caps the instruction set, so that each can be measured on any machine that has it.
const CAP: &str = "GPU_MLP_SIMD";

/// What the CPU's own loops of vectors use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstructionSet {
    /// AVX-512 (F and DQ), with AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every machine of the architecture has.
    Portable,
}

impl InstructionSet {
    /// All that there are, the fastest first.
    const KNOWN: &[Self] = &[
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512,
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2,
        InstructionSet::Portable,
    ];

    /// The fastest that this machine has, or what GPU_MLP_SIMD caps it to.
    pub fn best() -> Self {
        Self::all()[0]
    }

    /// All that this machine has below the cap, the fastest first; never empty.
    pub fn all() -> &'static [Self] {
        static BEST: OnceLock<usize> = OnceLock::new();
        let best = BEST.get_or_init(|| {
            let cap = Self::cap().ok().flatten();
            let is_below = |set: &Self| cap.is_none_or(|cap| Self::place(*set) >= Self::place(cap));
            let best = Self::KNOWN.iter().position(|set| is_below(set) && set.is_here());
            // Every machine has the last.
            best.unwrap_or(Self::KNOWN.len() - 1)
        });
        &Self::KNOWN[*best..]
    }

    /// Refuses a GPU_MLP_SIMD that names no instruction set.
    pub fn check_cap() -> Result<()> {
        Self::cap().map(|_| ())
    }

    /// As GPU_MLP_SIMD names it.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => "avx2",
            InstructionSet::Portable => "portable",
        }
    }

    fn cap() -> Result<Option<Self>> {
        let Some(wanted) = std::env::var_os(CAP).filter(|wanted| !wanted.is_empty()) else {
            return Ok(None);
        };
        let named = Self::KNOWN.iter().find(|set| wanted == set.name());
        named.copied().map(Some).ok_or_else(|| {
            let names: Vec<&str> = Self::KNOWN.iter().map(|set| set.name()).collect();
            let wanted = wanted.to_string_lossy();
            Error::input(format!("{CAP}={wanted}; allowed here: {}", names.join(", ")))
        })
    }

    fn place(self) -> usize {
        Self::KNOWN.iter().position(|set| *set == self).unwrap_or(Self::KNOWN.len())
    }

    fn is_here(&self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && InstructionSet::Avx2.is_here()
            }
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => {
                is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
            }
            InstructionSet::Portable => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sets_of_a_machine_end_with_what_all_have() {
        let all = InstructionSet::all();
        assert_eq!(all.last(), Some(&InstructionSet::Portable));
        assert_eq!(all[0], InstructionSet::best());
    }
}
