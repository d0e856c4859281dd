//! The error of a run that did not reach its end: what is saved, and how to go on.

use super::resume::command;
use crate::artifact::RunDirectory;
use crate::error::{Error, ErrorKind, Result};
use crate::train::{Outcome, Stop};

/// The error that ended a run, where its best weights are, if it has some, and how to go on.
pub(super) fn with_what_is_saved(error: Error, directory: &RunDirectory) -> Error {
    let path = directory.path();
    if !directory.is_there() {
        return error;
    }
    if directory.has_ended() {
        let saved = format!("; the run is at its end, and saved in {}", path.display());
        return with_words(error, &saved);
    }
    let weights = match path.join("model.safetensors").exists() {
        true => format!("; the best weights so far are in {}", path.display()),
        false => String::new(),
    };
    with_words(error, &format!("{weights}; {}", how_to_go_on(directory)))
}

/// The same error with more words. Work had begun: what ended it has failed, whatever it was.
fn with_words(mut error: Error, words: &str) -> Error {
    error.message += words;
    if error.exit_code() != 1 {
        error.kind = ErrorKind::Failed;
    }
    error
}

fn how_to_go_on(directory: &RunDirectory) -> String {
    let command = command(directory.path());
    match directory.saved_epoch() {
        0 => format!("begin it again at epoch 1: {command}"),
        epoch => format!("go on after epoch {epoch}: {command}"),
    }
}

/// A run that was interrupted or diverged is an error, whatever it saved.
pub(super) fn verdict(outcome: &Outcome, directory: &RunDirectory) -> Result<()> {
    let Some(replica) = outcome.replicas.first() else { return Ok(()) };
    let saved = match replica.best_epoch {
        Some(epoch) => {
            format!("the best weights so far (epoch {epoch}) are in {}", directory.path().display())
        }
        None => "no weights were saved".into(),
    };
    let epoch = replica.epochs;
    match replica.stop {
        Stop::Interrupted => Err(Error::failed(format!(
            "interrupted after epoch {epoch}; {saved}; {}",
            how_to_go_on(directory)
        ))),
        Stop::NotFinite(Some(step)) => Err(Error::failed(format!(
            "the loss is not finite from step {step} of epoch {epoch} on; {saved}; lower LR, or bound \
             the gradient with GRAD_CLIP"
        ))),
        Stop::NotFinite(None) => Err(Error::failed(format!(
            "the validation loss is not finite after epoch {epoch}; {saved}; lower LR, or bound the \
             gradient with GRAD_CLIP"
        ))),
        Stop::LossConverged | Stop::ScorePatience(_) | Stop::LossPatience(_) | Stop::MaxEpochs => {
            Ok(())
        }
    }
}
