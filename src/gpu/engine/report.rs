//! The reports of an epoch, from what was read back of it.

use super::kept::{Kept, count_steps};
use crate::backend::{ReplicaReport, ReplicaState};
use crate::data::Split;
use crate::error::Result;
use crate::gpu::session::run::Session;
use crate::gpu::session::sizes::is_weighted;
use crate::gpu::session::statistics::{confusion_length, evaluation, slot_length};
use crate::run::ReplicaId;

/// The reports of an epoch of `epoch_steps` steps, from what was read back of it.
pub(super) fn report(
    session: &Session,
    kept: &mut Kept,
    epoch_steps: u32,
    words: &[u32],
) -> Result<Vec<ReplicaReport>> {
    let sizes = session.epoch_buffers().map(|(_, elements)| elements);
    let [sums, confusion, flags, best_losses] = split_words(words, sizes);
    let sums: &[f32] = bytemuck::cast_slice(sums);
    check_steps(session, &kept.replicas, sums)?;
    let (run, replicas) = (&session.run, session.run.replicas.len());
    count_steps(run, &mut kept.replicas);
    let cells = confusion_length(run);
    let counts = |phase: usize, id: usize| &confusion[(phase * replicas + id) * cells..][..cells];
    let mut reports = vec![];
    for (id, (replica, state)) in run.replicas.iter().zip(&mut kept.replicas).enumerate() {
        if !state.live {
            continue;
        }
        let rows = run.fold(replica).rows(Split::Train).len();
        let steps = rows.div_ceil(run.step.batch_size);
        let slots = (0..steps).map(|step| step * replicas + id);
        let loss = |slot: usize| sums[slot * slot_length(run)];
        let bad = slots.clone().position(|slot| !loss(slot).is_finite());
        let train = evaluation(run, rows as u64, slots, sums, counts(0, id));
        let rows = run.fold(replica).rows(Split::Validation).len();
        let blocks = rows.div_ceil(session.network.buffers.evaluation.capacity);
        let first = run.steps() as usize;
        let slots = (first..first + blocks).map(|block| block * replicas + id);
        let validation =
            (rows > 0).then(|| evaluation(run, rows as u64, slots, sums, counts(1, id)));
        let is_kept = flags[id] == 1;
        if is_kept && validation.is_some() {
            state.best_loss = f64::from(f32::from_bits(best_losses[id]));
        }
        // No loss has seen the weights that the last step left.
        let last = (flags[id] == 2).then_some(epoch_steps);
        let first_bad_step = bad.map(|step| step as u32 + 1).or(last);
        reports.push(ReplicaReport {
            replica: ReplicaId(id),
            train,
            validation,
            first_bad_step,
            kept: is_kept,
        });
    }
    Ok(reports)
}

/// Refuses an epoch whose steps were not all made: rows that weigh 1 each are counted in every step.
fn check_steps(session: &Session, states: &[ReplicaState], sums: &[f32]) -> Result<()> {
    let (run, length) = (&session.run, slot_length(&session.run));
    if is_weighted(run) {
        return Ok(());
    }
    let replicas = run.replicas.iter().zip(states).enumerate();
    for (id, (replica, _)) in replicas.filter(|(_, (_, state))| state.live) {
        let list_rows = run.fold(replica).rows(Split::Train).len();
        for step in 0..list_rows.div_ceil(run.step.batch_size) as u32 {
            let slot = step as usize * run.replicas.len() + id;
            let (rows, counted) = (run.step.places(step, list_rows).len(), sums[slot * length + 1]);
            if counted != rows as f32 {
                return Err(session.gpu.failed(&format!(
                    "step {} of an epoch counted {counted} rows of {rows}: its driver left a loop \
                     before its end",
                    step + 1
                )));
            }
        }
    }
    Ok(())
}

/// Cuts one array into parts of these sizes.
fn split_words<const N: usize>(mut words: &[u32], sizes: [usize; N]) -> [&[u32]; N] {
    sizes.map(|size| {
        let (part, rest) = words.split_at(size.min(words.len()));
        words = rest;
        part
    })
}
