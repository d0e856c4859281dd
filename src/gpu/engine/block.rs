//! Several epochs in one submit: those of small sets take less time than the way to the device and back.

use std::time::Instant;

use super::backend::GpuBackend;
use super::epoch::{Epoch, paced};
use crate::backend::EpochReport;
use crate::data::Split;
use crate::error::Result;
use crate::gpu::session::record::{Command, Pass};
use crate::gpu::session::sizes::most_rows;

/// Epochs of one submit at the most.
const MOST: usize = 64;
/// A rule that fires inside a block makes training go back and run again: a block is at most this
/// fraction of the epochs before it.
const FRACTION: usize = 8;

impl GpuBackend {
    /// Epochs that the next submit had best hold; 1 where an epoch takes a submit or more.
    pub(in crate::gpu) fn epochs_at_once(&self) -> usize {
        let steps = self.run.steps() as usize + self.validation_blocks() + 1;
        let fitting = self.pace.min(self.recorder.capacity) / steps;
        fitting.min(1 + self.epochs_done / FRACTION).clamp(1, MOST)
    }

    /// Trains, validates and keeps the best of these epochs in one submit, and reads it all back at
    /// once.
    pub(in crate::gpu) fn whole_epochs(&mut self, numbers: &[u32]) -> Result<Vec<EpochReport>> {
        let started = Instant::now();
        let epochs: Vec<Epoch> = numbers.iter().map(|number| Epoch::new(*number)).collect();
        let steps = self.run.steps();
        let per_epoch = self.epoch_bytes();
        // The best weights are those after the last.
        let best = self.best_copy();
        let staging = self.gpu.staging(per_epoch * epochs.len() as u64 + best.1);
        let train = &self.network.train;
        let mut states = self.replicas.clone();
        let mut passes = vec![];
        for (place, epoch) in epochs.iter().enumerate() {
            let mut work =
                train.work((&self.run, &self.data.lists), &states, epoch.number, 0..steps);
            work.extend(self.ending());
            let at = place as u64 * per_epoch;
            let after = self.epoch_copies(&staging, at);
            passes.push(Pass {
                before: vec![Command::Clear(&self.network.confusion)],
                work,
                after,
            });
            self.count_steps(&mut states);
        }
        if let Some(last) = passes.last_mut() {
            let at = epochs.len() as u64 * per_epoch;
            last.after.push(Command::Copy { from: best.0, to: &staging, at, bytes: best.1 });
        }
        let submitted = self.recorder.submit(&self.gpu, &passes);
        self.gpu.wait_for(submitted)?;
        drop(passes);
        let words: Vec<u32> = self.gpu.read_staging(&staging)?;
        let (of_epochs, best) = words.split_at(per_epoch as usize / 4 * epochs.len());
        self.best = bytemuck::cast_slice(best).to_vec();
        let seconds = started.elapsed().as_secs_f64() / epochs.len() as f64;
        if !self.gpu.is_software {
            let a_step = seconds / f64::from(steps.max(1));
            self.pace = paced(self.pace, a_step, self.recorder.capacity);
        }
        // What its parts took is not known. A row that is trained on passes the network three times, forward,
        // backward and in the gradients, and one of the validation once.
        let rows = |split| most_rows(&self.run, &[split]) as f64;
        let training = 3.0 * rows(Split::Train);
        let share = training / (training + rows(Split::Validation));
        self.last_group = epochs.len();
        let parts = of_epochs.chunks_exact(per_epoch as usize / 4);
        let report = |(epoch, words): (&Epoch, &[u32])| {
            Ok(EpochReport {
                epoch: epoch.number,
                replicas: self.report(steps, words)?,
                train_seconds: seconds * share,
                evaluate_seconds: seconds * (1.0 - share),
            })
        };
        epochs.iter().zip(parts).map(report).collect()
    }
}
