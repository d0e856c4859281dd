//! The vector instructions of this machine, and a cap on them.
//!
//! Only a look at the machine makes an instruction set: a holder of the value may run code compiled for it.

use std::sync::OnceLock;

use crate::error::{Error, Result};

/// The variable that caps the instruction set, so that each can be measured on any machine that has it.
const CAP: &str = "GPU_MLP_SIMD";

/// AVX-512 (F and DQ), with AVX2 and FMA, on a machine that has them.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Avx512(Avx2);

/// AVX2 and FMA, on a machine that has them.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Avx2(());

/// A task whose code is compiled for an instruction set.
pub trait Compiled {
    /// The result of the task.
    type Output;

    /// Runs the task. `#[inline(always)]`, as is all that it calls: a function that stands alone, or a closure, is
    /// compiled for every machine.
    fn run(self) -> Self::Output;
}

#[cfg(target_arch = "x86_64")]
impl Avx512 {
    /// The proof that this machine has it.
    pub fn new() -> Option<Self> {
        let is_here = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq");
        Avx2::new().filter(|_| is_here).map(Avx512)
    }

    /// AVX2, which every machine with AVX-512 has.
    pub fn avx2(self) -> Avx2 {
        self.0
    }

    /// Runs a task, compiled for AVX-512.
    #[expect(unsafe_code, reason = "an entry point into code for some machines")]
    pub fn run<T: Compiled>(self, task: T) -> T::Output {
        #[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
        fn compiled<T: Compiled>(task: T) -> T::Output {
            task.run()
        }
        // SAFETY: `self` is made only where the machine has these instructions.
        unsafe { compiled(task) }
    }
}

#[cfg(target_arch = "x86_64")]
impl Avx2 {
    /// The proof that this machine has it.
    pub fn new() -> Option<Self> {
        let is_here = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        is_here.then_some(Avx2(()))
    }

    /// Runs a task, compiled for AVX2 and FMA.
    #[expect(unsafe_code, reason = "an entry point into code for some machines")]
    pub fn run<T: Compiled>(self, task: T) -> T::Output {
        #[target_feature(enable = "avx2,fma")]
        fn compiled<T: Compiled>(task: T) -> T::Output {
            task.run()
        }
        // SAFETY: `self` is made only where the machine has these instructions.
        unsafe { compiled(task) }
    }
}

/// The instruction set of the CPU's own vector loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstructionSet {
    /// AVX-512 (F and DQ), with AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// The instructions of every machine of the architecture.
    Portable,
}

impl InstructionSet {
    /// The names of all sets, the fastest first.
    const NAMES: &[&str] = &[
        #[cfg(target_arch = "x86_64")]
        "avx512",
        #[cfg(target_arch = "x86_64")]
        "avx2",
        "portable",
    ];

    /// The fastest set that this machine has, up to the cap of GPU_MLP_SIMD.
    pub fn best() -> Self {
        Self::all()[0]
    }

    /// All sets that this machine has up to the cap, the fastest first; never empty.
    pub fn all() -> &'static [Self] {
        static ALL: OnceLock<Vec<InstructionSet>> = OnceLock::new();
        ALL.get_or_init(|| {
            let cap = Self::cap().ok().flatten().unwrap_or(0);
            let mut all = Self::of_machine();
            all.retain(|set| Self::index_of(set.name()) >= Some(cap));
            all
        })
    }

    /// Refuses a GPU_MLP_SIMD that names no instruction set.
    pub fn check_cap() -> Result<()> {
        Self::cap().map(|_| ())
    }

    /// Its name for GPU_MLP_SIMD.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512(_) => "avx512",
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2(_) => "avx2",
            InstructionSet::Portable => "portable",
        }
    }

    /// Runs a task, compiled for this set.
    pub fn run<T: Compiled>(self, task: T) -> T::Output {
        match self {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512(set) => set.run(task),
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2(set) => set.run(task),
            InstructionSet::Portable => task.run(),
        }
    }

    /// All sets that this machine has, the fastest first.
    fn of_machine() -> Vec<Self> {
        let mut all = vec![];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(Avx512::new().map(InstructionSet::Avx512));
            all.extend(Avx2::new().map(InstructionSet::Avx2));
        }
        all.push(InstructionSet::Portable);
        all
    }

    /// The index of a name among all; the fastest is the first.
    fn index_of(name: &str) -> Option<usize> {
        Self::NAMES.iter().position(|known| *known == name)
    }

    /// The index of the fastest set that is allowed; None without a cap.
    fn cap() -> Result<Option<usize>> {
        let Some(wanted) = std::env::var_os(CAP).filter(|wanted| !wanted.is_empty()) else {
            return Ok(None);
        };
        let index = wanted.to_str().and_then(Self::index_of);
        index.map(Some).ok_or_else(|| {
            let (wanted, names) = (wanted.to_string_lossy(), Self::NAMES.join(", "));
            Error::input(format!("{CAP}={wanted}; allowed here: {names}"))
        })
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

    #[test]
    fn the_proof_of_an_instruction_set_takes_no_room() {
        assert_eq!(size_of::<InstructionSet>(), 1);
    }
}
