//! The schedules of the GPU.

/// How the GPU makes the steps of an epoch. All schedules make the same steps, in different numbers of dispatches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Many steps in one dispatch: one workgroup per replica.
    Resident,
    /// Two dispatches per step, three with a clip by norm.
    TwoPhase,
    /// One dispatch per operation of the plan: any network.
    Layered,
}

impl Schedule {
    /// All schedules, the one with the fewest dispatches first.
    pub const ALL: [Schedule; 3] = [Schedule::Resident, Schedule::TwoPhase, Schedule::Layered];

    /// Its name in parameter files.
    pub fn name(self) -> &'static str {
        match self {
            Schedule::Resident => "resident",
            Schedule::TwoPhase => "two-phase",
            Schedule::Layered => "layered",
        }
    }
}
