//! An epoch on the device: its steps, its end, and its report.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::engine::GpuBackend;
use super::record::Work;
use super::statistics::{confusion_length, evaluation, slot_length};
use super::steps::Step;
use crate::backend::{EpochReport, ReplicaReport, Weights};
use crate::data::Split;
use crate::error::Result;

/// Work of a submit: desktop drivers lose a device that is silent for seconds.
const SUBMIT: Duration = Duration::from_millis(100);

/// An epoch under way.
pub(super) struct Epoch {
    pub number: u32,
    /// Steps submitted.
    pub step: u32,
    pub started: Instant,
    /// Submits that may still be running, oldest first, with their steps.
    pub running: VecDeque<(wgpu::SubmissionIndex, usize)>,
    pub submits: u32,
    /// When the last submit was seen to end.
    pub ended: Instant,
}

impl GpuBackend {
    /// Submits the next steps of the epoch.
    pub(super) fn submit_steps(&mut self, epoch: &mut Epoch) -> Result<()> {
        let last = self.run.steps().min(epoch.step + self.pace as u32);
        let steps = epoch.step..last;
        let count = steps.len();
        let train = &self.network.train;
        let work = train.work((&self.run, &self.data.lists), &self.replicas, epoch, steps);
        let confusion = &self.network.confusion;
        let first = epoch.step == 0;
        let clear = |encoder: &mut wgpu::CommandEncoder| {
            if first {
                encoder.clear_buffer(confusion, 0, None);
            }
        };
        let index = self.recorder.submit(&self.gpu, &work, clear, |_| {});
        epoch.running.push_back((index, count));
        epoch.submits += 1;
        epoch.step = last;
        // Two at a time, the next recorded while one runs, once it is known how long a step takes.
        if epoch.running.len() > usize::from(self.pace > 1) {
            self.finish_oldest(epoch)?;
        }
        Ok(())
    }

    /// Waits for the oldest submit, and learns from it how long a step takes.
    pub(super) fn finish_oldest(&mut self, epoch: &mut Epoch) -> Result<()> {
        let Some((index, steps)) = epoch.running.pop_front() else { return Ok(()) };
        self.gpu.wait_for(index)?;
        let now = Instant::now();
        let a_step = (now - epoch.ended).as_secs_f64() / steps.max(1) as f64;
        epoch.ended = now;
        if !self.gpu.is_software {
            self.pace = paced(self.pace, a_step, self.recorder.capacity);
        }
        Ok(())
    }

    /// Validates, keeps the best weights, reads the epoch's numbers back and reports.
    pub(super) fn end(&mut self, mut epoch: Epoch) -> Result<EpochReport> {
        while !epoch.running.is_empty() {
            self.finish_oldest(&mut epoch)?;
        }
        let trained = Instant::now();
        let read_before = self.gpu.read_backs.get();
        let replicas = self.run.replicas.len();
        let first_slot = self.run.steps() * replicas as u32;
        let mut work = self.evaluation_work(Split::Validation, Weights::Current, first_slot);
        work.push(Work {
            steps: self.replicas.iter().map(|replica| Step::of_live(replica.live)).collect(),
            dispatches: &self.network.steps.keep_best,
        });
        let copies = self.epoch_buffers();
        let total: u64 = copies.iter().map(|(_, elements)| 4 * *elements as u64).sum();
        let staging = self.gpu.staging(total);
        let read_back = |encoder: &mut wgpu::CommandEncoder| {
            let mut at = 0;
            for (buffer, elements) in &copies {
                let bytes = 4 * *elements as u64;
                encoder.copy_buffer_to_buffer(buffer, 0, &staging, at, bytes);
                at += bytes;
            }
        };
        let submits = epoch.submits + self.submit_all(&work, |_| {}, read_back)?;
        let words: Vec<u32> = self.gpu.read_staging(&staging)?;
        let sizes: Vec<usize> = copies.iter().map(|(_, elements)| *elements).collect();
        self.submits = submits;
        self.read_backs = self.gpu.read_backs.get() - read_before;
        let report = self.report(&epoch, &split_words(&words, &sizes));
        Ok(EpochReport {
            epoch: epoch.number,
            replicas: report,
            train_seconds: (trained - epoch.started).as_secs_f64(),
            evaluate_seconds: trained.elapsed().as_secs_f64(),
        })
    }

    /// What is read back after an epoch: sums, counts, flags, losses and the best weights.
    pub(super) fn epoch_buffers(&self) -> Vec<(&wgpu::Buffer, usize)> {
        let (network, replicas) = (&self.network, self.run.replicas.len());
        vec![
            (&network.sums, network.slots * slot_length(&self.run)),
            (&network.confusion, 2 * replicas * confusion_length(&self.run)),
            (&network.tensors.kept, replicas),
            (&network.tensors.best_losses, replicas),
            (&network.tensors.best, replicas * network.layout.total()),
        ]
    }

    pub(super) fn report(&mut self, epoch: &Epoch, parts: &[&[u32]]) -> Vec<ReplicaReport> {
        let [sums, confusion, kept, best_losses, best] = parts else { return vec![] };
        let sums: &[f32] = bytemuck::cast_slice(sums);
        self.best = bytemuck::cast_slice(best).to_vec();
        let (run, replicas) = (&self.run, self.run.replicas.len());
        let cells = confusion_length(run);
        let counts =
            |phase: usize, id: usize| &confusion[(phase * replicas + id) * cells..][..cells];
        let mut reports = vec![];
        for (id, replica) in run.replicas.iter().enumerate() {
            let state = &mut self.replicas[id];
            if !state.live {
                continue;
            }
            let rows = replica.splits.of(Split::Train).len();
            let steps = rows.div_ceil(run.step.batch_size);
            let slots = (0..steps).map(|step| step * replicas + id);
            let loss = |slot: usize| sums[slot * slot_length(run)];
            let bad = slots.clone().position(|slot| !loss(slot).is_finite());
            let train = evaluation(run, rows as u64, slots, sums, counts(0, id));
            let rows = replica.splits.of(Split::Validation).len();
            let blocks = rows.div_ceil(self.network.evaluation.capacity);
            let first = run.steps() as usize;
            let slots = (first..first + blocks).map(|block| block * replicas + id);
            let validation =
                (rows > 0).then(|| evaluation(run, rows as u64, slots, sums, counts(1, id)));
            state.steps += steps as u64;
            let is_kept = kept[id] == 1;
            if is_kept && validation.is_some() {
                state.best_loss = f64::from(f32::from_bits(best_losses[id]));
            }
            // No loss has seen the weights that the last step left.
            let last = (kept[id] == 2).then_some(epoch.step);
            let first_bad_step = bad.map(|step| step as u32 + 1).or(last);
            reports.push(ReplicaReport {
                replica: id,
                train,
                validation,
                first_bad_step,
                kept: is_kept,
            });
        }
        reports
    }
}

/// Steps of the next submit: as many of `seconds` each as the time of a submit holds, and at most twice
/// as many as before, because the first pay for what is made once.
pub(super) fn paced(before: usize, seconds: f64, capacity: usize) -> usize {
    let fits = (SUBMIT.as_secs_f64() / seconds.max(1e-7)) as usize;
    fits.clamp(1, (2 * before).min(capacity))
}

/// Cuts one array into parts of these sizes.
fn split_words<'a>(mut words: &'a [u32], sizes: &[usize]) -> Vec<&'a [u32]> {
    let mut part = |&size: &usize| {
        let (part, rest) = words.split_at(size.min(words.len()));
        words = rest;
        part
    };
    sizes.iter().map(&mut part).collect()
}
