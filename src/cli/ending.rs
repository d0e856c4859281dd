//! The last lines: why a run stopped, its final and best figures, and how long it took.

use super::console::{decimal, message, percent, r_squared};
use crate::data::Split;
use crate::error::counted;
use crate::train::{Figures, Outcome, ReplicaOutcome, Scores};

/// Prints the ending on standard error.
pub(super) fn print(outcome: &Outcome, total_seconds: f64) {
    for replica in &outcome.replicas {
        message(&format!("\nstopped at epoch {}: {}", replica.epochs, replica.stop));
        if let Some(last) = &replica.last {
            let figures = [Some(&last.train), last.validation.as_ref(), None];
            print_figures(&format!("final (epoch {})", last.epoch), figures);
        }
        print_best(replica);
    }
    let per_step = outcome.seconds.train * 1e6 / outcome.steps.max(1) as f64;
    message(&format!(
        "duration: {total_seconds:.2} s (training {:.2} s, evaluation {:.2} s; {} steps, {per_step:.1} us a step)",
        outcome.seconds.train, outcome.seconds.evaluate, outcome.steps
    ));
}

fn print_best(replica: &ReplicaOutcome) {
    match replica.best_epoch {
        Some(epoch) => {
            print_figures(
                &format!("best (epoch {epoch})"),
                replica.best.each_ref().map(Option::as_ref),
            );
        }
        None => message("best: no epoch ended with finite losses, so no weights are kept"),
    }
}

fn print_figures(title: &str, figures: [Option<&Figures>; 3]) {
    let mut title = title;
    for (split, figures) in Split::ALL.into_iter().zip(figures) {
        if let Some(figures) = figures {
            message(&format!("{title:<18} {:<10} {}", split.name(), describe(figures)));
            title = "";
        }
    }
}

fn describe(figures: &Figures) -> String {
    let scores = match &figures.scores {
        Scores::Classification { accuracy, correct, recall, f1 } => format!(
            "accuracy {} ({correct}/{})  recall {}  F1 {}",
            percent(*accuracy),
            figures.rows,
            percent(*recall),
            percent(*f1)
        ),
        Scores::Regression { r2, rmse, mae, .. } => {
            format!(
                "R² {}  RMSE {}  MAE {} ({})",
                r_squared(*r2),
                decimal(*rmse),
                decimal(*mae),
                counted(figures.rows, "row")
            )
        }
    };
    format!("loss {}  {scores}", decimal(figures.loss))
}
