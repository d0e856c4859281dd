//! Splits an evaluation into submits.

use super::pacer::Pacer;
use crate::backend::Weights;
use crate::clock::Instant;
use crate::data::Split;
use crate::error::Result;
use crate::gpu::session::record::{Command, Pass};
use crate::gpu::session::run::Session;

/// An evaluation of the replicas in the first `slots`.
pub(super) struct EvaluationOf {
    pub split: Split,
    pub which: Weights,
    pub slots: usize,
}

/// Submits an evaluation, as much at a time as the pacer says: `before` precedes the first pass, `last` ends the last
/// submit. Returns the number of submits.
pub(super) async fn submit_evaluation(
    session: &Session,
    pacer: &mut Pacer,
    evaluation: EvaluationOf,
    before: Vec<Command<'_>>,
    last: Option<Pass<'_>>,
) -> Result<u32> {
    let EvaluationOf { split, which, slots } = evaluation;
    let (blocks, mut first, mut submits) = (session.blocks(split, slots), 0, 0);
    let (mut before, mut last) = (Some(before), last);
    while first < blocks || last.is_some() {
        let started = Instant::now();
        let end = blocks.min(first.saturating_add(pacer.blocks() as u32));
        let mut passes = vec![];
        if first < end {
            passes.push(session.evaluation(split, which, first..end, slots));
        }
        if end == blocks {
            passes.extend(last.take());
        }
        if let (Some(pass), Some(before)) = (passes.first_mut(), before.take()) {
            pass.before.splice(..0, before);
        }
        let submitted = session.submit(&passes);
        session.gpu.finished(submitted).await?;
        if end > first {
            pacer.block_took(started.elapsed().as_secs_f64() / f64::from(end - first));
        }
        (first, submits) = (end, submits + 1);
    }
    Ok(submits)
}
