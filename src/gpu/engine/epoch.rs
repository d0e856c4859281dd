//! An epoch on the device: its steps, its end, and its report.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::backend::GpuBackend;
use crate::backend::{EpochReport, ReplicaReport, ReplicaState, Weights};
use crate::data::Split;
use crate::error::Result;
use crate::gpu::session::record::{Command, Pass, Work};
use crate::gpu::session::sizes::is_weighted;
use crate::gpu::session::sizes::most_rows;
use crate::gpu::session::statistics::{confusion_length, evaluation, slot_length};
use crate::gpu::session::steps::Step;

/// Work of a submit: desktop drivers lose a device that is silent for seconds.
pub(in crate::gpu) const SUBMIT: Duration = Duration::from_millis(100);

/// An epoch under way.
pub(in crate::gpu) struct Epoch {
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

impl Epoch {
    /// An epoch that begins now.
    pub fn new(number: u32) -> Self {
        let now = Instant::now();
        Epoch { number, step: 0, started: now, running: VecDeque::new(), submits: 0, ended: now }
    }
}

impl GpuBackend {
    /// Submits the next steps of the epoch.
    pub(in crate::gpu) fn submit_steps(&mut self, epoch: &mut Epoch) -> Result<()> {
        let last = self.run.steps().min(epoch.step + self.pace as u32);
        let steps = epoch.step..last;
        let count = steps.len();
        let train = &self.network.train;
        let work = train.work((&self.run, &self.data.lists), &self.replicas, epoch.number, steps);
        let before = if epoch.step == 0 { self.cleared() } else { vec![] };
        let index = self.recorder.submit(&self.gpu, &[Pass { before, work, after: vec![] }]);
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
    pub(in crate::gpu) fn finish_oldest(&mut self, epoch: &mut Epoch) -> Result<()> {
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
    pub(in crate::gpu) fn end(&mut self, mut epoch: Epoch) -> Result<EpochReport> {
        while !epoch.running.is_empty() {
            self.finish_oldest(&mut epoch)?;
        }
        let trained = Instant::now();
        let read_before = self.gpu.read_backs.get();
        let staging = self.gpu.staging(self.epoch_bytes() + self.best_copy().1);
        let mut after = self.epoch_copies(&staging, 0);
        let (from, bytes) = self.best_copy();
        after.push(Command::Copy { from, to: &staging, at: self.epoch_bytes(), bytes });
        let pass = Pass { before: vec![], work: self.ending(), after };
        let submits = epoch.submits + self.submit_all(pass)?;
        let words: Vec<u32> = self.gpu.read_staging(&staging)?;
        (self.submits, self.last_group) = (submits, 1);
        self.read_backs = self.gpu.read_backs.get() - read_before;
        let (words, best) = words.split_at(self.epoch_bytes() as usize / 4);
        self.best = bytemuck::cast_slice(best).to_vec();
        let report = self.report(epoch.step, words)?;
        Ok(EpochReport {
            epoch: epoch.number,
            replicas: report,
            train_seconds: (trained - epoch.started).as_secs_f64(),
            evaluate_seconds: trained.elapsed().as_secs_f64(),
        })
    }

    /// What an epoch begins with: no counts and no sums.
    pub(in crate::gpu) fn cleared(&self) -> Vec<Command<'_>> {
        vec![Command::Clear(&self.network.confusion), Command::Clear(&self.network.sums)]
    }

    /// The end of an epoch: its validation, and what keeps the best weights.
    pub(in crate::gpu) fn ending(&self) -> Vec<Work<'_>> {
        let first_slot = self.run.steps() * self.run.replicas.len() as u32;
        let mut work = self.evaluation_work(Split::Validation, Weights::Current, first_slot);
        work.push(Work {
            steps: self.replicas.iter().map(|replica| Step::of_live(replica.live)).collect(),
            dispatches: &self.network.steps.keep_best,
        });
        work
    }

    /// Blocks of a validation.
    pub(in crate::gpu) fn validation_blocks(&self) -> usize {
        most_rows(&self.run, &[Split::Validation]).div_ceil(self.network.evaluation.capacity)
    }

    /// What is read back of an epoch: sums, counts, flags and losses.
    fn epoch_buffers(&self) -> [(&wgpu::Buffer, usize); 4] {
        let (network, replicas) = (&self.network, self.run.replicas.len());
        [
            (&network.sums, network.slots * slot_length(&self.run)),
            (&network.confusion, 2 * replicas * confusion_length(&self.run)),
            (&network.tensors.kept, replicas),
            (&network.tensors.best_losses, replicas),
        ]
    }

    /// The bytes of all that.
    pub(in crate::gpu) fn epoch_bytes(&self) -> u64 {
        self.epoch_buffers().iter().map(|(_, elements)| 4 * *elements as u64).sum()
    }

    /// The copies of all that to `at` in `to`.
    pub(in crate::gpu) fn epoch_copies<'a>(
        &'a self,
        to: &'a wgpu::Buffer,
        at: u64,
    ) -> Vec<Command<'a>> {
        let mut at = at;
        let copy = |(from, elements): (&'a wgpu::Buffer, usize)| {
            let bytes = 4 * elements as u64;
            at += bytes;
            Command::Copy { from, to, at: at - bytes, bytes }
        };
        self.epoch_buffers().into_iter().filter(|(_, elements)| *elements > 0).map(copy).collect()
    }

    /// The best weights, and their bytes.
    pub(in crate::gpu) fn best_copy(&self) -> (&wgpu::Buffer, u64) {
        let elements = self.run.replicas.len() * self.network.layout.total();
        (&self.network.tensors.best, 4 * elements as u64)
    }

    /// Adds the steps of an epoch to those that each replica has done.
    pub(in crate::gpu) fn count_steps(&self, states: &mut [ReplicaState]) {
        for (state, replica) in states.iter_mut().zip(&self.run.replicas).filter(|(s, _)| s.live) {
            let rows = replica.splits.of(Split::Train).len();
            state.steps += rows.div_ceil(self.run.step.batch_size) as u64;
        }
    }

    /// Refuses an epoch whose steps were not all made: rows that weigh 1 each are counted in every step.
    fn check_steps(&self, sums: &[f32]) -> Result<()> {
        let (run, length) = (&self.run, slot_length(&self.run));
        if is_weighted(run) {
            return Ok(());
        }
        let replicas = run.replicas.iter().zip(&self.replicas).enumerate();
        for (id, (replica, _)) in replicas.filter(|(_, (_, state))| state.live) {
            let list_rows = replica.splits.of(Split::Train).len();
            for step in 0..list_rows.div_ceil(run.step.batch_size) as u32 {
                let slot = step as usize * run.replicas.len() + id;
                let (rows, counted) =
                    (run.step.places(step, list_rows).len(), sums[slot * length + 1]);
                if counted != rows as f32 {
                    return Err(self.gpu.failed(&format!(
                        "step {} of an epoch counted {counted} rows of {rows}: its driver left a loop \
                         before its end",
                        step + 1
                    )));
                }
            }
        }
        Ok(())
    }

    /// The reports of an epoch of `epoch_steps` steps, from what was read back of it.
    pub(in crate::gpu) fn report(
        &mut self,
        epoch_steps: u32,
        words: &[u32],
    ) -> Result<Vec<ReplicaReport>> {
        let sizes = self.epoch_buffers().map(|(_, elements)| elements);
        let [sums, confusion, kept, best_losses] = split_words(words, sizes);
        let sums: &[f32] = bytemuck::cast_slice(sums);
        self.check_steps(sums)?;
        let mut states = std::mem::take(&mut self.replicas);
        self.count_steps(&mut states);
        let (run, replicas) = (&self.run, self.run.replicas.len());
        let cells = confusion_length(run);
        let counts =
            |phase: usize, id: usize| &confusion[(phase * replicas + id) * cells..][..cells];
        let mut reports = vec![];
        for (id, (replica, state)) in run.replicas.iter().zip(&mut states).enumerate() {
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
            let is_kept = kept[id] == 1;
            if is_kept && validation.is_some() {
                state.best_loss = f64::from(f32::from_bits(best_losses[id]));
            }
            // No loss has seen the weights that the last step left.
            let last = (kept[id] == 2).then_some(epoch_steps);
            let first_bad_step = bad.map(|step| step as u32 + 1).or(last);
            reports.push(ReplicaReport {
                replica: id,
                train,
                validation,
                first_bad_step,
                kept: is_kept,
            });
        }
        self.replicas = states;
        self.epochs_done += 1;
        Ok(reports)
    }
}

/// Steps of the next submit: as many of `seconds` each as the time of a submit holds, and at most twice
/// as many as before, because the first pay for what is made once.
pub(in crate::gpu) fn paced(before: usize, seconds: f64, capacity: usize) -> usize {
    let fits = (SUBMIT.as_secs_f64() / seconds.max(1e-7)) as usize;
    fits.clamp(1, (2 * before).min(capacity))
}

/// Cuts one array into parts of these sizes.
fn split_words<const N: usize>(mut words: &[u32], sizes: [usize; N]) -> [&[u32]; N] {
    sizes.map(|size| {
        let (part, rest) = words.split_at(size.min(words.len()));
        words = rest;
        part
    })
}
