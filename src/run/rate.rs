//! The learning rate of every step.

/// A learning rate, and how it changes from step to step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// The same in every step.
    Constant(f64),
}

impl Rate {
    /// The rate of step `t` of a replica, counted from 1 over all its epochs.
    pub fn at(self, _t: u64) -> f64 {
        match self {
            Rate::Constant(rate) => rate,
        }
    }
}
