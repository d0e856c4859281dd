//! Several epochs in one submit: an epoch of a small set takes less time than the way to the device and back.

use super::kept::Kept;
use super::pacer::Pacer;
use super::report::report;
use crate::backend::{EpochReport, Weights};
use crate::clock::Instant;
use crate::data::Split;
use crate::error::Result;
use crate::gpu::session::record::Command;
use crate::gpu::session::run::Session;
use crate::gpu::session::sizes::most_rows;

/// The most epochs per submit.
const MOST: usize = 64;
/// A block is at most 1 / FRACTION of the epochs before it: a rule that fires inside a block makes training go back
/// and run the block again.
const FRACTION: usize = 8;

/// Epochs for the next submit, after `done` epochs; 1 if an epoch takes a submit or more.
pub(super) fn epochs_at_once(session: &Session, pacer: &Pacer, done: usize) -> usize {
    if session.run.replicas.len() > 1 {
        // Replicas stop one by one: when one stops, the others need not go back.
        return 1;
    }
    let steps =
        (session.steps() + session.blocks(Split::Validation, session.slots.live()) + 1) as usize;
    let fitting = pacer.steps().min(session.recorder.sizes().capacity) / steps;
    fitting.min(1 + done / FRACTION).clamp(1, MOST)
}

/// Trains, validates and keeps the best weights of these epochs in one submit, and reads the results back at once.
pub(super) async fn whole_epochs(
    session: &Session,
    pacer: &mut Pacer,
    kept: &mut Kept,
    numbers: &[u32],
) -> Result<Vec<EpochReport>> {
    let started = Instant::now();
    let steps = session.steps();
    let of_epoch = session.epoch_bytes();
    // The best weights are read after the last epoch.
    let (best, best_bytes) = session.best_weights();
    let best_at = of_epoch * numbers.len() as u64;
    let staging = session.gpu.staging(best_at + best_bytes);
    let mut passes = vec![];
    for (index, &number) in numbers.iter().enumerate() {
        let mut training = session.training(number, 0..steps);
        training.before.push(Command::Clear(&session.network.buffers.confusion));
        passes.push(training);
        let blocks = session.blocks(Split::Validation, session.slots.live());
        if blocks > 0 {
            let live = session.slots.live();
            passes.push(session.evaluation(Split::Validation, Weights::Current, 0..blocks, live));
        }
        let mut ending = session.ending();
        ending.after = session.epoch_copies(&staging, index as u64 * of_epoch);
        passes.push(ending);
    }
    if let Some(last) = passes.last_mut() {
        last.after.push(Command::Copy { from: best, to: &staging, at: best_at, bytes: best_bytes });
    }
    let submitted = session.submit(&passes);
    session.gpu.finished(submitted).await?;
    drop(passes);
    let words: Vec<u32> = session.gpu.read_staging(&staging).await?;
    let (of_epochs, best) = words.split_at(of_epoch as usize / 4 * numbers.len());
    let seconds = started.elapsed().as_secs_f64() / numbers.len() as f64;
    pacer.step_took(seconds / f64::from(steps.max(1)));
    let share = training_share(session);
    let parts = of_epochs.chunks_exact(of_epoch as usize / 4);
    let reports = numbers.iter().zip(parts).map(|(&epoch, words)| {
        Ok(EpochReport {
            epoch,
            replicas: report(session, kept, words)?,
            train_seconds: seconds * share,
            evaluate_seconds: seconds * (1.0 - share),
        })
    });
    let reports = reports.collect();
    kept.keep_best(session, bytemuck::cast_slice(best));
    reports
}

/// The share of training in the time of an epoch, estimated: a submit of whole epochs has one time. A training row
/// passes the network three times (forward, backward, gradients), a validation row once.
fn training_share(session: &Session) -> f64 {
    let [trained, validated] =
        [Split::Train, Split::Validation].map(|split| most_rows(&session.run, &[split]) as f64);
    3.0 * trained / (3.0 * trained + validated)
}
