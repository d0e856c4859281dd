//! The figures of values: R², RMSE and MAE, from sums of errors.

use serde::{Deserialize, Serialize};

use super::means::mean;

/// The figures of values, in original units; the means over outputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegressionFigures {
    /// The mean R².
    #[serde(with = "crate::number")]
    pub r2: f64,
    /// The mean RMSE.
    #[serde(with = "crate::number")]
    pub rmse: f64,
    /// The mean MAE.
    #[serde(with = "crate::number")]
    pub mae: f64,
    /// Each output.
    pub outputs: Vec<OutputFigures>,
}

/// The figures of one output, in original units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OutputFigures {
    /// 1 - Σ(y - ŷ)² / Σ(y - mean y)²; of constant targets 1 if they are met exactly, else 0.
    #[serde(with = "crate::number")]
    pub r2: f64,
    /// The root of the mean squared error.
    #[serde(with = "crate::number")]
    pub rmse: f64,
    /// The mean absolute error.
    #[serde(with = "crate::number")]
    pub mae: f64,
}

/// The sums over the errors of one output.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Errors {
    /// Σ (y - ŷ)²
    pub squares: f64,
    /// Σ |y - ŷ|
    pub absolute: f64,
}

impl RegressionFigures {
    /// The figures of outputs, and their means.
    pub(super) fn of(outputs: Vec<OutputFigures>) -> Self {
        RegressionFigures {
            r2: mean(&outputs, |output| output.r2),
            rmse: mean(&outputs, |output| output.rmse),
            mae: mean(&outputs, |output| output.mae),
            outputs,
        }
    }
}

impl Errors {
    /// The figures of an output over `rows` rows. `variation` is Σ (y - mean y)² in the units of the errors; one
    /// of them is `unit` original ones.
    pub fn figures(&self, variation: f64, rows: f64, unit: f64) -> OutputFigures {
        OutputFigures {
            r2: r_squared(self.squares, variation),
            rmse: (self.squares / rows).sqrt() * unit,
            mae: self.absolute / rows * unit,
        }
    }
}

/// 1 - SSE / SST; for constant targets, as scikit-learn, 1 if they are met exactly, else 0.
fn r_squared(sse: f64, sst: f64) -> f64 {
    match (sse, sst) {
        (0.0, 0.0) => 1.0,
        (_, 0.0) => 0.0,
        _ => 1.0 - sse / sst,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_squared_of_constant_targets() {
        assert_eq!(r_squared(0.0, 0.0), 1.0);
        assert_eq!(r_squared(1.0, 0.0), 0.0);
        assert_eq!(r_squared(1.0, 4.0), 0.75);
    }
}
