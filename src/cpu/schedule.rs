//! The schedules of the CPU, and which is expected to be faster.

use crate::instruction_set::InstructionSet;
use crate::plan::Chain;
use crate::run::Run;

/// Weights that stay in a core's second cache, and rows per batch below which that does not matter.
const CACHED: usize = 1 << 19;
const FEW_ROWS: usize = 32;
/// The same where `fused` has vectors of four: the products of `layered` look for wider ones by themselves.
const CACHED_PORTABLE: usize = 1 << 12;
const FEW_ROWS_PORTABLE: usize = 8;

/// Weights that stay in a cache which all cores share.
const CACHED_BY_ALL: usize = 1 << 22;

/// How the CPU makes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// One operation of the plan after the other: any network. The GPU is compared with this one.
    Layered,
    /// The same in blocks of rows, products in tiles: any network.
    Blocked,
    /// Dense networks in whole vectors, with no needless pass over memory.
    Fused,
}

impl Schedule {
    /// All of them, the fastest first.
    pub const ALL: [Schedule; 3] = [Schedule::Fused, Schedule::Blocked, Schedule::Layered];

    /// Its index among the schedules by expected speed, the fastest first: whole vectors pay while the weights
    /// stay in a core's cache.
    pub fn expected_rank(self, run: &Run) -> usize {
        let (cached, few_rows) = match InstructionSet::best() {
            InstructionSet::Portable if cfg!(target_arch = "x86_64") => {
                (CACHED_PORTABLE, FEW_ROWS_PORTABLE)
            }
            _ => (CACHED, FEW_ROWS),
        };
        let fused_first = run.plan.parameters() < cached || run.step.batch_size < few_rows;
        let order = if Chain::of(&run.plan).is_ok() {
            // Blocks of few rows take large weights anew for each: three times the time where no cache holds them.
            let [first, second] = [Schedule::Fused, Schedule::Layered];
            let [first, second] = if fused_first { [first, second] } else { [second, first] };
            [first, second, Schedule::Blocked]
        } else if run.plan.parameters() < CACHED_BY_ALL {
            [Schedule::Blocked, Schedule::Layered, Schedule::Fused]
        } else {
            [Schedule::Layered, Schedule::Blocked, Schedule::Fused]
        };
        order.iter().position(|own| *own == self).unwrap_or(order.len())
    }

    /// Its name in parameter files.
    pub fn name(self) -> &'static str {
        match self {
            Schedule::Layered => "layered",
            Schedule::Blocked => "blocked",
            Schedule::Fused => "fused",
        }
    }
}
