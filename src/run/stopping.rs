//! The criteria that stop a run.

/// When a run stops.
#[derive(Debug, Clone, PartialEq)]
pub struct Stopping {
    /// Criterion 4.
    pub max_epochs: u32,
    /// Criterion 1; 0 is off.
    pub loss_tolerance: f64,
    /// Criterion 2: epochs without a better validation accuracy (R² in regression).
    pub score_patience: Option<u32>,
    /// Criterion 3: epochs without a lower validation loss.
    pub loss_patience: Option<u32>,
    /// Epochs in which no criterion stops the run and no patience counts.
    pub warmup_epochs: u32,
}
