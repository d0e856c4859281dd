//! A trained model at work: predictions for rows, and how good they are.

#[cfg(feature = "files")]
mod files;
#[cfg(feature = "files")]
mod output;
mod own_splits;
mod padding;
mod predictor;
#[cfg(feature = "files")]
mod targets;

#[cfg(feature = "files")]
pub use files::{evaluate, predict};
#[cfg(feature = "files")]
pub use output::PredictionFile;
pub use own_splits::evaluate_own_splits;
pub use predictor::Predictor;
#[cfg(feature = "files")]
pub use targets::{wanted, with_gaps};
