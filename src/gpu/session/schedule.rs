//! How the GPU makes the steps of an epoch.

/// A schedule of the GPU. All make the same steps; what differs is how many dispatches they take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Many steps in one dispatch: one workgroup a network.
    Resident,
    /// Two dispatches a step, three with a clip by norm.
    TwoPhase,
    /// One dispatch an operation of the plan: any network.
    Layered,
}

impl Schedule {
    /// All of them, the one with the fewest dispatches first.
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
