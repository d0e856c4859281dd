//! A run on a device, and the passes of its work.

use std::ops::Range;
use std::sync::Arc;

use super::data::Data;
use super::network::{DeviceNetwork, NetworkBuffers};
use super::record::{Command, Pass, Recorder, Work};
use super::slots::Slots;
use super::statistics::{confusion_length, sums_of};
use super::steps::Fill;
use crate::backend::Weights;
use crate::data::Split;
use crate::error::Result;
use crate::gpu::device::gpu::{Gpu, Submitted};
use crate::gpu::device::kernel::Kernels;
use crate::run::{Fold, ReplicaId, Run};

/// Data and network of a run, on an open device.
pub(in crate::rooms::gpu) struct Session {
    pub gpu: Gpu,
    pub run: Arc<Run>,
    pub kernels: Kernels,
    pub data: Data,
    pub network: DeviceNetwork,
    pub recorder: Recorder,
    /// Which replica is in which slot.
    pub slots: Slots,
}

impl Session {
    /// Submits passes, each of up to the recorder's capacity of steps.
    pub fn submit(&self, passes: &[Pass]) -> Submitted {
        self.recorder.submit(&self.gpu, passes)
    }

    /// A pass of these training steps (from 0) of an epoch, of the replicas that train.
    pub fn training(&self, epoch: u32, steps: Range<u32>) -> Pass<'_> {
        let capacity = self.recorder.sizes().capacity;
        let work = self.network.train.work(steps.len(), capacity);
        self.pass(Fill::Train { epoch, steps }, self.slots.live(), work)
    }

    /// A pass of these blocks (from 0) of an evaluation of the replicas in the first slots.
    pub fn evaluation(
        &self,
        split: Split,
        which: Weights,
        blocks: Range<u32>,
        slots: usize,
    ) -> Pass<'_> {
        let dispatches = &self.network.steps.evaluate[which as usize];
        let work = (0..blocks.len() as u32).map(|entry| Work { entry, dispatches }).collect();
        self.pass(Fill::Evaluate { split, blocks }, slots, work)
    }

    /// The pass that ends an epoch: it keeps the best weights.
    pub fn ending(&self) -> Pass<'_> {
        let work = vec![Work { entry: 0, dispatches: &self.network.steps.keep_best }];
        self.pass(Fill::End, self.slots.live(), work)
    }

    /// A pass of work on the steps of `fill`, without commands around it.
    pub fn pass<'a>(&self, fill: Fill, slots: usize, work: Vec<Work<'a>>) -> Pass<'a> {
        Pass { before: vec![], fill, slots, work, after: vec![] }
    }

    /// Steps per epoch of the replicas that train.
    pub fn steps(&self) -> u32 {
        self.folds(self.slots.live()).map(|fold| self.run.steps_of(fold)).max().unwrap_or(0)
    }

    /// Blocks per evaluation of the replicas in the first slots.
    pub fn blocks(&self, split: Split, slots: usize) -> u32 {
        let capacity = self.network.buffers.evaluation.capacity;
        let rows = self.folds(slots).map(|fold| fold.rows(split).len());
        rows.max().unwrap_or(0).div_ceil(capacity) as u32
    }

    /// The folds of the replicas in the first slots.
    fn folds(&self, slots: usize) -> impl Iterator<Item = &Fold> {
        let replicas = self.slots.replicas().take(slots);
        replicas.map(|(_, id)| self.run.fold(&self.run.replicas[id.0]))
    }

    /// Replicas that are not in `live`, which is ascending, stop training; the others move to the first slots.
    pub fn retain(&mut self, live: &[ReplicaId]) -> Result<()> {
        let swaps = self.slots.retain(live);
        if !swaps.is_empty() {
            let NetworkBuffers { tensors, layout, .. } = &self.network.buffers;
            tensors.swap(&self.gpu, layout.total(), &swaps)?;
            self.write_table();
        }
        Ok(())
    }

    /// Tells the device which replica is in which slot.
    pub fn write_table(&self) {
        let table = self.data.lists.table(&self.run, &self.slots);
        self.recorder.write_table(&self.gpu, &table);
    }

    /// The buffers that are read back after an epoch, each with its elements: totals, counts, flags and losses.
    pub fn epoch_buffers(&self) -> [(&wgpu::Buffer, usize); 4] {
        let (buffers, replicas) = (&self.network.buffers, self.run.replicas.len());
        [
            (&buffers.totals, replicas * (2 * sums_of(&self.run) + 1)),
            (&buffers.confusion, 2 * replicas * confusion_length(&self.run)),
            (&buffers.tensors.kept, replicas),
            (&buffers.tensors.best_losses, replicas),
        ]
    }

    /// The bytes of the buffers that are read back after an epoch.
    pub fn epoch_bytes(&self) -> u64 {
        self.epoch_buffers().iter().map(|(_, elements)| 4 * *elements as u64).sum()
    }

    /// The copies of the buffers that are read back after an epoch to `at` in `to`.
    pub fn epoch_copies<'a>(&'a self, to: &'a wgpu::Buffer, at: u64) -> Vec<Command<'a>> {
        let (mut copies, mut at) = (vec![], at);
        for (from, elements) in self.epoch_buffers().into_iter().filter(|(_, len)| *len > 0) {
            let bytes = 4 * elements as u64;
            copies.push(Command::Copy { from, to, at, bytes });
            at += bytes;
        }
        copies
    }

    /// The best weights, and their bytes.
    pub fn best_weights(&self) -> (&wgpu::Buffer, u64) {
        let elements = self.run.replicas.len() * self.network.buffers.layout.total();
        (&self.network.buffers.tensors.best, 4 * elements as u64)
    }
}
