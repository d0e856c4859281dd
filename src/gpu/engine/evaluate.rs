//! The evaluation of every replica on its rows of a split.

use super::pacer::Pacer;
use super::submits::{EvaluationOf, submit_evaluation};
use crate::backend::Weights;
use crate::data::Split;
use crate::error::Result;
use crate::gpu::session::record::Command;
use crate::gpu::session::run::Session;
use crate::gpu::session::statistics::{confusion_length, evaluation, slot_length, sums_of, totals};
use crate::metrics::Evaluation;

pub(super) async fn evaluate(
    session: &Session,
    pacer: &mut Pacer,
    split: Split,
    which: Weights,
) -> Result<Vec<Evaluation>> {
    let buffers = &session.network.buffers;
    let (run, replicas) = (&session.run, session.run.replicas.len());
    let before = vec![Command::Clear(&buffers.confusion)];
    let all = EvaluationOf { split, which, slots: replicas };
    submit_evaluation(session, pacer, all, before, None).await?;
    let (length, cells) = (sums_of(run), confusion_length(run));
    let of_slot = slot_length(length);
    let sums: Vec<f32> = session.gpu.read(&buffers.sums, 2 * replicas * of_slot).await?;
    let counts: Vec<u32> = session.gpu.read(&buffers.confusion, 2 * replicas * cells).await?;
    let mut evaluations = vec![Evaluation::default(); replicas];
    for (slot, id) in session.slots.replicas() {
        let rows = run.fold(&run.replicas[id.0]).rows(split).len();
        if rows > 0 {
            // The slots of evaluation come after those of training.
            let at = replicas + slot.0;
            let blocks = rows.div_ceil(buffers.evaluation.capacity);
            let sums = totals(&sums[at * of_slot..][..of_slot], length, blocks);
            let counts = &counts[at * cells..][..cells];
            evaluations[id.0] = evaluation(run, rows as u64, &sums, counts);
        }
    }
    Ok(evaluations)
}
