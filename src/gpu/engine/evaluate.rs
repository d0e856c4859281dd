//! The sums of every replica over its rows of a split.

use super::pacer::Pacer;
use super::submits::submit_all;
use crate::backend::Weights;
use crate::data::Split;
use crate::error::Result;
use crate::gpu::session::record::{Command, Pass};
use crate::gpu::session::run::Session;
use crate::gpu::session::statistics::{confusion_length, evaluation, slot_length};
use crate::metrics::Evaluation;
use crate::run::Replica;

pub(super) fn evaluate(
    session: &Session,
    pacer: &mut Pacer,
    split: Split,
    which: Weights,
) -> Result<Vec<Evaluation>> {
    let buffers = &session.network.buffers;
    let work = session.evaluation(split, which, 0);
    let blocks = work.len();
    let before = vec![Command::Clear(&buffers.confusion)];
    submit_all(session, pacer, Pass { before, work, after: vec![] })?;
    let (run, replicas) = (&session.run, session.run.replicas.len());
    let cells = confusion_length(run);
    let sums: Vec<f32> = session.gpu.read(&buffers.sums, blocks * replicas * slot_length(run))?;
    let counts: Vec<u32> = session.gpu.read(&buffers.confusion, 2 * replicas * cells)?;
    let evaluated = |(id, replica): (usize, &Replica)| {
        let rows = run.fold(replica).rows(split).len();
        if rows == 0 {
            return Evaluation::default();
        }
        let blocks = rows.div_ceil(buffers.evaluation.capacity);
        let slots = (0..blocks).map(|block| block * replicas + id);
        let counts = &counts[(replicas + id) * cells..][..cells];
        evaluation(run, rows as u64, slots, &sums, counts)
    };
    Ok(run.replicas.iter().enumerate().map(evaluated).collect())
}
