//! The last lines of a run: why it stopped, its final and best figures, and its time.

use super::console::message;
use super::figures;
use crate::metrics::Figures;
use crate::train::{Outcome, ReplicaOutcome};

/// Prints the ending on standard error.
pub(super) fn print(outcome: &Outcome, total_seconds: f64) {
    for replica in &outcome.replicas {
        message(&format!("\nstopped at epoch {}: {}", replica.epochs, replica.stop));
        if let Some(last) = &replica.last {
            let figures = [Some(&last.train), last.validation.as_ref(), None];
            print_figures(&format!("final, epoch {}", last.epoch), figures);
        }
        print_best(replica);
    }
    let seconds = outcome.seconds;
    message(&format!(
        "duration: {total_seconds:.2} s (training {:.2} s, evaluation {:.2} s)",
        seconds.train, seconds.evaluate
    ));
    let per_step = seconds.train * 1e6 / outcome.steps.max(1) as f64;
    message(&format!("steps: {}, {per_step:.1} us a step", outcome.steps));
}

fn print_best(replica: &ReplicaOutcome) {
    match replica.best_epoch {
        Some(epoch) => {
            print_figures(
                &format!("best, epoch {epoch}"),
                replica.best.each_ref().map(Option::as_ref),
            );
        }
        None => message("best: no epoch ended with finite losses, so no weights are kept"),
    }
}

fn print_figures(title: &str, splits: [Option<&Figures>; 3]) {
    figures::table(title, splits).iter().for_each(|line| message(line));
}
