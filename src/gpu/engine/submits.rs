//! Work that takes as many submits as it needs.

use std::time::Instant;

use super::pacer::Pacer;
use crate::error::Result;
use crate::gpu::session::record::{Pass, Work};
use crate::gpu::session::run::Session;

/// Submits a pass and waits for it; how many submits those were.
pub(super) fn submit_all(session: &Session, pacer: &mut Pacer, pass: Pass) -> Result<u32> {
    let Pass { mut before, work, mut after } = pass;
    let (mut rest, mut submits) = (work.into_iter().peekable(), 0);
    while rest.peek().is_some() {
        let started = Instant::now();
        let work: Vec<Work> = rest.by_ref().take(pacer.blocks()).collect();
        let blocks = work.len();
        let before = std::mem::take(&mut before);
        let after = if rest.peek().is_none() { std::mem::take(&mut after) } else { vec![] };
        let submitted = session.submit(&[Pass { before, work, after }]);
        session.gpu.wait_for(submitted)?;
        pacer.block_took(started.elapsed().as_secs_f64() / blocks as f64);
        submits += 1;
    }
    Ok(submits)
}
