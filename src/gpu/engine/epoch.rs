//! An epoch on the device: its steps, its end, and its report.

use std::collections::VecDeque;
use std::time::Instant;

use super::kept::Kept;
use super::pacer::Pacer;
use super::report::report;
use super::submits::submit_all;
use crate::backend::EpochReport;
use crate::error::Result;
use crate::gpu::session::record::{Command, Pass};
use crate::gpu::session::run::Session;

/// An epoch under way.
pub(super) struct Epoch {
    number: u32,
    /// Steps submitted.
    step: u32,
    started: Instant,
    /// Submits that may still be running, oldest first, with their steps.
    running: VecDeque<(wgpu::SubmissionIndex, usize)>,
    submits: u32,
    /// When the last submit was seen to end.
    ended: Instant,
}

impl Epoch {
    /// An epoch that begins now.
    pub fn new(number: u32) -> Self {
        let now = Instant::now();
        Epoch { number, step: 0, started: now, running: VecDeque::new(), submits: 0, ended: now }
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Its steps that were submitted.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Submits its next steps.
    pub fn submit_steps(
        &mut self,
        session: &Session,
        pacer: &mut Pacer,
        kept: &Kept,
    ) -> Result<()> {
        let last = session.run.steps().min(self.step + pacer.steps() as u32);
        let steps = self.step..last;
        let count = steps.len();
        let work = session.training(&kept.replicas, self.number, steps);
        let buffers = &session.network.buffers;
        // An epoch begins with no counts and no sums.
        let before = match self.step {
            0 => vec![Command::Clear(&buffers.confusion), Command::Clear(&buffers.sums)],
            _ => vec![],
        };
        let index = session.submit(&[Pass { before, work, after: vec![] }]);
        self.running.push_back((index, count));
        self.submits += 1;
        self.step = last;
        // Two at a time, the next recorded while one runs, once it is known how long a step takes.
        if self.running.len() > usize::from(pacer.steps() > 1) {
            self.finish_oldest(session, pacer)?;
        }
        Ok(())
    }

    /// Waits for the oldest submit, and learns from it how long a step takes.
    fn finish_oldest(&mut self, session: &Session, pacer: &mut Pacer) -> Result<()> {
        let Some((index, steps)) = self.running.pop_front() else { return Ok(()) };
        session.gpu.wait_for(index)?;
        let now = Instant::now();
        pacer.step_took((now - self.ended).as_secs_f64() / steps.max(1) as f64);
        self.ended = now;
        Ok(())
    }

    /// Validates, keeps the best weights, reads the epoch's numbers back and reports; with the number of
    /// submits.
    pub fn end(
        mut self,
        session: &Session,
        pacer: &mut Pacer,
        kept: &mut Kept,
    ) -> Result<(EpochReport, u32)> {
        while !self.running.is_empty() {
            self.finish_oldest(session, pacer)?;
        }
        let trained = Instant::now();
        let (of_epoch, best) = (session.epoch_bytes(), session.best_weights());
        let staging = session.gpu.staging(of_epoch + best.1);
        let mut after = session.epoch_copies(&staging, 0);
        after.push(Command::Copy { from: best.0, to: &staging, at: of_epoch, bytes: best.1 });
        let pass = Pass { before: vec![], work: session.ending(&kept.replicas), after };
        let submits = self.submits + submit_all(session, pacer, pass)?;
        let words: Vec<u32> = session.gpu.read_staging(&staging)?;
        let (words, best) = words.split_at(of_epoch as usize / 4);
        kept.best = bytemuck::cast_slice(best).to_vec();
        let replicas = report(session, kept, self.step, words)?;
        let report = EpochReport {
            epoch: self.number,
            replicas,
            train_seconds: (trained - self.started).as_secs_f64(),
            evaluate_seconds: trained.elapsed().as_secs_f64(),
        };
        Ok((report, submits))
    }
}
