//! Sets of schedules.

use crate::{cpu, gpu};

/// Schedules of the CPU and of a GPU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedules {
    /// Of the CPU, the fastest first; none keeps it out.
    pub cpu: Vec<cpu::Schedule>,
    /// Of a GPU, in the order of trial; none keeps it out.
    pub gpu: Vec<gpu::Schedule>,
}

impl Schedules {
    /// All of them.
    pub fn all() -> Self {
        Schedules { cpu: cpu::Schedule::ALL.to_vec(), gpu: gpu::Schedule::ALL.to_vec() }
    }

    /// All of the CPU, and none of a GPU.
    pub fn of_cpu() -> Self {
        Schedules { gpu: vec![], ..Self::all() }
    }

    /// All of a GPU, and none of the CPU.
    pub fn of_gpu() -> Self {
        Schedules { cpu: vec![], ..Self::all() }
    }

    /// The schedules of this name.
    pub fn named(&self, name: &str) -> Self {
        Schedules {
            cpu: self.cpu.iter().copied().filter(|schedule| schedule.name() == name).collect(),
            gpu: self.gpu.iter().copied().filter(|schedule| schedule.name() == name).collect(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cpu.is_empty() && self.gpu.is_empty()
    }

    /// Their names, in the order of the alphabet, each once.
    pub fn names(&self) -> Vec<&'static str> {
        let of_cpu = self.cpu.iter().map(|schedule| schedule.name());
        distinct(of_cpu.chain(self.gpu.iter().map(|schedule| schedule.name())))
    }
}

/// Names in the order of the alphabet, each once.
pub fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}
