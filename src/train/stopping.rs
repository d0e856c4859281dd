//! The stopping rules, on the history of one replica.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::counted;
use crate::run::Stopping;

/// Why a replica stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// Criterion 1: the training loss moved by less than the tolerance.
    LossConverged,
    /// Criterion 2: the validation accuracy or R² did not beat its best for so many epochs.
    ScorePatience(u32),
    /// Criterion 3: the validation loss did not go below its best for so many epochs.
    LossPatience(u32),
    /// Criterion 4.
    MaxEpochs,
    /// The user asked for it.
    Interrupted,
    /// A loss was no longer finite, first in this step (counted from 1) of the last epoch, or in
    /// its validation.
    NotFinite(Option<u32>),
}

impl Stop {
    /// The word in summary.json.
    pub fn name(self) -> &'static str {
        match self {
            Stop::LossConverged => "loss_converged",
            Stop::ScorePatience(_) => "score_patience",
            Stop::LossPatience(_) => "loss_patience",
            Stop::MaxEpochs => "max_epochs",
            Stop::Interrupted => "interrupted",
            Stop::NotFinite(_) => "not_finite",
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::LossConverged => {
                write!(f, "criterion 1, the training loss moved by less than LOSS_TOL")
            }
            Stop::ScorePatience(epochs) => {
                write!(
                    f,
                    "criterion 2, no better validation score for {}",
                    counted(*epochs, "epoch")
                )
            }
            Stop::LossPatience(epochs) => {
                write!(f, "criterion 3, no lower validation loss for {}", counted(*epochs, "epoch"))
            }
            Stop::MaxEpochs => write!(f, "criterion 4, MAX_EPOCHS reached"),
            Stop::Interrupted => write!(f, "interrupted"),
            Stop::NotFinite(Some(step)) => write!(f, "the loss is not finite from step {step} on"),
            Stop::NotFinite(None) => write!(f, "the validation loss is not finite"),
        }
    }
}

/// Watches one replica, epoch after epoch; the rules are those of its run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    /// The training loss of the epoch before.
    train_loss: Option<f64>,
    #[serde(with = "crate::number")]
    best_score: f64,
    #[serde(with = "crate::number")]
    best_loss: f64,
    /// Epochs since the best score and since the best loss, warm-up aside.
    score_epochs: u32,
    loss_epochs: u32,
}

impl Judge {
    /// A judge with no history.
    #[allow(clippy::new_without_default)] // its numbers are no defaults
    pub fn new() -> Self {
        Judge {
            train_loss: None,
            best_score: f64::NEG_INFINITY,
            best_loss: f64::INFINITY,
            score_epochs: 0,
            loss_epochs: 0,
        }
    }

    /// Judges an epoch (counted from 1) by its training loss and, if there are validation rows, their loss and
    /// score. Says whether the replica stops, and why.
    pub fn judge(
        &mut self,
        rules: &Stopping,
        epoch: u32,
        train_loss: f64,
        validation: Option<(f64, f64)>,
    ) -> Option<Stop> {
        let before = self.train_loss.replace(train_loss);
        if !train_loss.is_finite() || validation.is_some_and(|(loss, _)| !loss.is_finite()) {
            return Some(Stop::NotFinite(None));
        }
        let warm = epoch > rules.warmup_epochs;
        if let Some((loss, score)) = validation {
            self.score_epochs = count(score > self.best_score, warm, self.score_epochs);
            self.loss_epochs = count(loss < self.best_loss, warm, self.loss_epochs);
            self.best_score = self.best_score.max(score);
            self.best_loss = self.best_loss.min(loss);
        }
        let reached = |patience: Option<u32>, epochs| patience.is_some_and(|p| epochs >= p);
        let change = before.map(|before| (train_loss - before).abs());
        if warm && change.is_some_and(|change| change < rules.loss_tolerance) {
            Some(Stop::LossConverged)
        } else if warm && reached(rules.score_patience, self.score_epochs) {
            Some(Stop::ScorePatience(self.score_epochs))
        } else if warm && reached(rules.loss_patience, self.loss_epochs) {
            Some(Stop::LossPatience(self.loss_epochs))
        } else {
            (epoch >= rules.max_epochs).then_some(Stop::MaxEpochs)
        }
    }

    /// Whether its counts are at most `epochs`.
    pub(super) fn has_seen_at_most(&self, epochs: u32) -> bool {
        self.score_epochs.max(self.loss_epochs) <= epochs
    }

    /// Epochs since the best validation score: the column Pat.
    pub fn patience(&self) -> u32 {
        self.score_epochs
    }
}

fn count(better: bool, warm: bool, epochs: u32) -> u32 {
    if better || !warm { 0 } else { epochs + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Stopping {
        Stopping {
            max_epochs: 100,
            loss_tolerance: 0.0,
            score_patience: None,
            loss_patience: None,
            warmup_epochs: 0,
        }
    }

    /// The epoch at which a made-up history of (training loss, validation loss, score) stops.
    fn stops(rules: Stopping, history: &[(f64, f64, f64)]) -> Option<(u32, Stop)> {
        let mut judge = Judge::new();
        (1..).zip(history).find_map(|(epoch, &(train, loss, score))| {
            judge.judge(&rules, epoch, train, Some((loss, score))).map(|stop| (epoch, stop))
        })
    }

    #[test]
    fn criterion_1_wants_a_move_smaller_than_the_tolerance() {
        let rules = Stopping { loss_tolerance: 0.5, ..rules() };
        let history = [(4.0, 1.0, 0.5), (3.5, 1.0, 0.5), (3.25, 1.0, 0.5)];
        assert_eq!(
            stops(rules, &history),
            Some((3, Stop::LossConverged)),
            "a move of 0.5 is not less"
        );
    }

    #[test]
    fn without_a_tolerance_a_loss_that_stands_still_goes_on() {
        assert_eq!(stops(rules(), &[(4.0, 1.0, 0.5), (4.0, 1.0, 0.5)]), None);
    }

    #[test]
    fn criterion_2_counts_epochs_without_a_better_score() {
        let rules = Stopping { score_patience: Some(2), ..rules() };
        let history =
            [(4.0, 9.0, 0.5), (3.0, 8.0, 0.5), (2.0, 7.0, 0.6), (1.0, 6.0, 0.6), (0.5, 5.0, 0.59)];
        assert_eq!(stops(rules, &history), Some((5, Stop::ScorePatience(2))));
    }

    #[test]
    fn criterion_3_counts_epochs_without_a_lower_loss_rising_or_not() {
        let rules = Stopping { loss_patience: Some(3), ..rules() };
        let history =
            [(4.0, 2.0, 0.1), (3.0, 2.5, 0.2), (2.0, 2.2, 0.3), (1.0, 2.0, 0.4), (0.5, 1.0, 0.5)];
        assert_eq!(stops(rules, &history), Some((4, Stop::LossPatience(3))));
    }

    #[test]
    fn criterion_4_is_the_last_epoch() {
        let rules = Stopping { max_epochs: 2, ..rules() };
        assert_eq!(stops(rules, &[(4.0, 2.0, 0.1), (3.0, 2.5, 0.2)]), Some((2, Stop::MaxEpochs)));
    }

    #[test]
    fn nothing_stops_and_nothing_counts_while_warming_up() {
        let rules = Stopping {
            loss_tolerance: 1.0,
            score_patience: Some(1),
            loss_patience: Some(1),
            warmup_epochs: 3,
            ..rules()
        };
        let flat = [(4.0, 2.0, 0.9); 5];
        assert_eq!(stops(rules.clone(), &flat), Some((4, Stop::LossConverged)));
        let patient =
            Stopping { loss_tolerance: 0.0, score_patience: Some(2), loss_patience: None, ..rules };
        assert_eq!(
            stops(patient, &flat),
            Some((5, Stop::ScorePatience(2))),
            "counted from epoch 4 on"
        );
    }

    #[test]
    fn the_best_of_the_warm_up_has_to_be_beaten() {
        let rules = Stopping { score_patience: Some(2), warmup_epochs: 2, ..rules() };
        let history = [(4.0, 2.0, 0.9), (3.0, 2.0, 0.8), (2.0, 2.0, 0.85), (1.0, 2.0, 0.9)];
        assert_eq!(stops(rules, &history), Some((4, Stop::ScorePatience(2))));
    }

    #[test]
    fn a_loss_that_is_not_finite_stops_at_once() {
        let rules = Stopping { warmup_epochs: 9, ..rules() };
        assert_eq!(stops(rules.clone(), &[(f64::NAN, 1.0, 0.1)]), Some((1, Stop::NotFinite(None))));
        assert_eq!(stops(rules, &[(1.0, f64::INFINITY, 0.1)]), Some((1, Stop::NotFinite(None))));
    }

    /// The source document's creditcard run: the best validation loss in epoch 133, stopped at 153.
    #[test]
    fn criterion_3_as_the_source_document_s_creditcard_run_shows_it() {
        let rules =
            Stopping { max_epochs: 500, loss_patience: Some(20), warmup_epochs: 10, ..rules() };
        let history: Vec<_> =
            (1..=500).map(|e| (1.0 / f64::from(e), f64::from((e - 133i32).abs()), 0.999)).collect();
        assert_eq!(stops(rules, &history), Some((153, Stop::LossPatience(20))));
    }
}
