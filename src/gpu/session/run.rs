//! A run on a device, and the way to make the device work on it.

use std::ops::Range;
use std::sync::Arc;

use super::data::Data;
use super::network::DeviceNetwork;
use super::record::{Command, Pass, Recorder, Work};
use super::sizes::most_rows;
use super::statistics::{confusion_length, slot_length};
use super::steps::{Step, evaluation_step};
use crate::backend::{ReplicaState, Weights};
use crate::data::Split;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Kernels;
use crate::run::Run;

/// Data and network of a run, on an open device.
pub(in crate::gpu) struct Session {
    pub gpu: Gpu,
    pub run: Arc<Run>,
    pub kernels: Kernels,
    pub data: Data,
    pub network: DeviceNetwork,
    pub recorder: Recorder,
}

impl Session {
    /// Submits passes that together have up to the recorder's capacity of steps.
    pub fn submit(&self, passes: &[Pass]) -> wgpu::SubmissionIndex {
        self.recorder.submit(&self.gpu, passes)
    }

    /// The work of these training steps (from 0) of an epoch; replicas that left do nothing.
    pub fn training(
        &self,
        states: &[ReplicaState],
        epoch: u32,
        steps: Range<u32>,
    ) -> Vec<Work<'_>> {
        self.network.train.work((&self.run, &self.data.lists), states, epoch, steps)
    }

    /// The blocks of an evaluation of `split`, whose sums go to the slots from `first_slot` on.
    pub fn evaluation(&self, split: Split, which: Weights, first_slot: u32) -> Vec<Work<'_>> {
        let capacity = self.network.buffers.evaluation.capacity;
        let most = most_rows(&self.run, &[split]);
        let block = |number: u32| {
            let of_replica = |replica| {
                let block = (number, capacity);
                evaluation_step(&self.run, &self.data.lists, replica, split, block, first_slot)
            };
            Work {
                steps: self.run.replicas.iter().enumerate().map(of_replica).collect(),
                dispatches: &self.network.steps.evaluate[which as usize],
            }
        };
        (0..most.div_ceil(capacity) as u32).map(block).collect()
    }

    /// Blocks of a validation.
    pub fn validation_blocks(&self) -> usize {
        let capacity = self.network.buffers.evaluation.capacity;
        most_rows(&self.run, &[Split::Validation]).div_ceil(capacity)
    }

    /// The end of an epoch: its validation, and what keeps the best weights.
    pub fn ending(&self, states: &[ReplicaState]) -> Vec<Work<'_>> {
        let first_slot = self.run.steps() * self.run.replicas.len() as u32;
        let mut work = self.evaluation(Split::Validation, Weights::Current, first_slot);
        work.push(Work {
            steps: states.iter().map(|replica| Step::of_live(replica.live)).collect(),
            dispatches: &self.network.steps.keep_best,
        });
        work
    }

    /// What is read back of an epoch, with the elements of each: sums, counts, flags and losses.
    pub fn epoch_buffers(&self) -> [(&wgpu::Buffer, usize); 4] {
        let (buffers, replicas) = (&self.network.buffers, self.run.replicas.len());
        [
            (&buffers.sums, buffers.slots * slot_length(&self.run)),
            (&buffers.confusion, 2 * replicas * confusion_length(&self.run)),
            (&buffers.tensors.kept, replicas),
            (&buffers.tensors.best_losses, replicas),
        ]
    }

    /// The bytes of all that.
    pub fn epoch_bytes(&self) -> u64 {
        self.epoch_buffers().iter().map(|(_, elements)| 4 * *elements as u64).sum()
    }

    /// The copies of all that to `at` in `to`.
    pub fn epoch_copies<'a>(&'a self, to: &'a wgpu::Buffer, at: u64) -> Vec<Command<'a>> {
        let mut at = at;
        let copy = |(from, elements): (&'a wgpu::Buffer, usize)| {
            let bytes = 4 * elements as u64;
            at += bytes;
            Command::Copy { from, to, at: at - bytes, bytes }
        };
        self.epoch_buffers().into_iter().filter(|(_, elements)| *elements > 0).map(copy).collect()
    }

    /// The best weights, and their bytes.
    pub fn best_weights(&self) -> (&wgpu::Buffer, u64) {
        let elements = self.run.replicas.len() * self.network.buffers.layout.total();
        (&self.network.buffers.tensors.best, 4 * elements as u64)
    }
}
