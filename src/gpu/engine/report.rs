//! The reports of an epoch, from the words that are read back after it.

use super::kept::Kept;
use crate::backend::ReplicaReport;
use crate::data::Split;
use crate::error::Result;
use crate::gpu::session::run::Session;
use crate::gpu::session::sizes::is_weighted;
use crate::gpu::session::slots::Slot;
use crate::gpu::session::statistics::{confusion_length, evaluation, sums_of};

/// One report per replica that trains, from the words that are read back after its epoch.
pub(super) fn report(
    session: &Session,
    kept: &mut Kept,
    words: &[u32],
) -> Result<Vec<ReplicaReport>> {
    let sizes = session.epoch_buffers().map(|(_, elements)| elements);
    let [totals, confusion, flags, best_losses] = split_words(words, sizes);
    let totals: &[f32] = bytemuck::cast_slice(totals);
    let (run, replicas) = (&session.run, session.run.replicas.len());
    let (length, cells) = (sums_of(run), confusion_length(run));
    let counts =
        |phase: usize, slot: usize| &confusion[(phase * replicas + slot) * cells..][..cells];
    let mut reports = vec![];
    for (Slot(slot), id) in session.slots.replicas().take(session.slots.live()) {
        let fold = run.fold(&run.replicas[id.0]);
        let own = &totals[slot * (2 * length + 1)..][..2 * length + 1];
        let own: Vec<f64> = own.iter().map(|&total| f64::from(total)).collect();
        let (trained, validated) = (&own[..length], &own[length + 1..]);
        let rows = fold.rows(Split::Train).len();
        check_steps(session, rows, trained[1])?;
        let train = evaluation(run, rows as u64, trained, counts(0, slot));
        let rows = fold.rows(Split::Validation).len();
        let validation =
            (rows > 0).then(|| evaluation(run, rows as u64, validated, counts(1, slot)));
        let state = &mut kept.replicas[id.0];
        state.steps += u64::from(run.steps_of(fold));
        let is_kept = flags[slot] == 1;
        if is_kept && validation.is_some() {
            state.best_loss = f64::from(f32::from_bits(best_losses[slot]));
        }
        // No loss was computed with the weights after the last step.
        let last = (flags[slot] == 2).then_some(run.steps_of(fold));
        let bad = own[length] as u32;
        let first_bad_step = (bad > 0).then_some(bad).or(last);
        reports.push(ReplicaReport {
            replica: id,
            train,
            validation,
            first_bad_step,
            kept: is_kept,
        });
    }
    reports.sort_by_key(|report| report.replica);
    Ok(reports)
}

/// Refuses an epoch with missing steps: if rows weigh 1 each, every step counts its rows.
fn check_steps(session: &Session, rows: usize, counted: f64) -> Result<()> {
    // Above 2^24, f32 does not hold every whole number.
    const EXACT: usize = 1 << 24;
    if is_weighted(&session.run) || rows > EXACT || counted == rows as f64 {
        return Ok(());
    }
    Err(session.gpu.failed(&format!(
        "an epoch counted {counted} rows of {rows}: its driver left a loop before its end"
    )))
}

/// Cuts one array into parts of these sizes.
fn split_words<const N: usize>(mut words: &[u32], sizes: [usize; N]) -> [&[u32]; N] {
    sizes.map(|size| {
        let (part, rest) = words.split_at(size.min(words.len()));
        words = rest;
        part
    })
}
