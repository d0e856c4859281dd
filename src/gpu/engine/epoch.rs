//! An epoch on the device: its steps, its end, and its report.

use std::collections::VecDeque;

use super::kept::Kept;
use super::pacer::Pacer;
use super::report::report;
use super::submits::{EvaluationOf, submit_evaluation};
use crate::backend::{EpochReport, Weights};
use crate::clock::Instant;
use crate::data::Split;
use crate::error::Result;
use crate::gpu::device::gpu::Submitted;
use crate::gpu::session::record::Command;
use crate::gpu::session::run::Session;

/// An epoch in progress.
pub(super) struct Epoch {
    number: u32,
    /// Steps submitted.
    step: u32,
    started: Instant,
    /// Submits that may still be running, oldest first, with their steps.
    running: VecDeque<(Submitted, usize)>,
    submits: u32,
    /// When the last finished submit ended.
    ended: Instant,
}

impl Epoch {
    /// An epoch that begins now.
    pub fn new(number: u32) -> Self {
        let now = Instant::now();
        Epoch { number, step: 0, started: now, running: VecDeque::new(), submits: 0, ended: now }
    }

    /// Steps submitted so far.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Submits its next steps.
    pub async fn submit_steps(&mut self, session: &Session, pacer: &mut Pacer) -> Result<()> {
        let capacity = session.recorder.sizes().capacity.min(pacer.steps());
        let last = session.steps().min(self.step + capacity as u32);
        let steps = self.step..last;
        let count = steps.len();
        let mut pass = session.training(self.number, steps);
        if self.step == 0 {
            // An epoch begins with counts of 0.
            pass.before.push(Command::Clear(&session.network.buffers.confusion));
        }
        self.running.push_back((session.submit(&[pass]), count));
        self.submits += 1;
        self.step = last;
        // Once the time of a step is known, two submits run at a time: one runs while the next is recorded.
        if self.running.len() > usize::from(pacer.steps() > 1) {
            self.finish_oldest(session, pacer).await?;
        }
        Ok(())
    }

    /// Waits for the oldest submit, and learns the time of a step from it.
    async fn finish_oldest(&mut self, session: &Session, pacer: &mut Pacer) -> Result<()> {
        let Some((submitted, steps)) = self.running.pop_front() else { return Ok(()) };
        session.gpu.finished(submitted).await?;
        let now = Instant::now();
        pacer.step_took((now - self.ended).as_secs_f64() / steps.max(1) as f64);
        self.ended = now;
        Ok(())
    }

    /// Validates, keeps the best weights and reads the epoch's numbers back: the report, and the number of submits.
    pub async fn end(
        mut self,
        session: &Session,
        pacer: &mut Pacer,
        kept: &mut Kept,
    ) -> Result<(EpochReport, u32)> {
        while !self.running.is_empty() {
            self.finish_oldest(session, pacer).await?;
        }
        let trained = Instant::now();
        let of_epoch = session.epoch_bytes();
        let (best, best_bytes) = kept.best_to_read(session);
        let staging = session.gpu.staging(of_epoch + best_bytes);
        let mut ending = session.ending();
        ending.after = session.epoch_copies(&staging, 0);
        if best_bytes > 0 {
            let copy = Command::Copy { from: best, to: &staging, at: of_epoch, bytes: best_bytes };
            ending.after.push(copy);
        }
        let validation = EvaluationOf {
            split: Split::Validation,
            which: Weights::Current,
            slots: session.slots.live(),
        };
        let evaluated = submit_evaluation(session, pacer, validation, vec![], Some(ending));
        let submits = self.submits + evaluated.await?;
        let words: Vec<u32> = session.gpu.read_staging(&staging).await?;
        let (words, best) = words.split_at(of_epoch as usize / 4);
        let replicas = report(session, kept, words)?;
        kept.keep_best(session, bytemuck::cast_slice(best));
        let report = EpochReport {
            epoch: self.number,
            replicas,
            train_seconds: (trained - self.started).as_secs_f64(),
            evaluate_seconds: trained.elapsed().as_secs_f64(),
        };
        Ok((report, submits))
    }
}
