//! A state that stays on the device, to go back to without reading it.

use super::backend::GpuBackend;
use crate::backend::ReplicaState;
use crate::error::{Error, Result};
use crate::gpu::session::tensors::Tensors;

/// Copies of everything that training changes.
pub(in crate::gpu) struct Snapshot {
    tensors: Vec<wgpu::Buffer>,
    replicas: Vec<ReplicaState>,
    best: Vec<f32>,
}

/// What training changes, and the next epoch depends on.
fn changing(tensors: &Tensors) -> impl Iterator<Item = &wgpu::Buffer> {
    [&tensors.weights, &tensors.best, &tensors.best_losses].into_iter().chain(&tensors.slots)
}

impl GpuBackend {
    /// Keeps a copy of the state, in place of the one before.
    pub(in crate::gpu) fn take_snapshot(&mut self) -> Result<()> {
        let (gpu, tensors) = (&self.gpu, &self.network.tensors);
        let copies = match self.snapshot.take() {
            Some(snapshot) => snapshot.tensors,
            None => changing(tensors)
                .map(|buffer| gpu.storage("a snapshot", (buffer.size() / 4) as usize))
                .collect::<Result<_>>()?,
        };
        self.copy(changing(tensors).zip(&copies))?;
        let (replicas, best) = (self.replicas.clone(), self.best.clone());
        self.snapshot = Some(Snapshot { tensors: copies, replicas, best });
        Ok(())
    }

    /// Goes back to the copy.
    pub(in crate::gpu) fn put_snapshot_back(&mut self) -> Result<()> {
        let Some(snapshot) = &self.snapshot else {
            return Err(Error::failed("there is no state to go back to"));
        };
        self.copy(snapshot.tensors.iter().zip(changing(&self.network.tensors)))?;
        self.replicas.clone_from(&snapshot.replicas);
        self.best.clone_from(&snapshot.best);
        Ok(())
    }

    fn copy<'a>(
        &self,
        pairs: impl Iterator<Item = (&'a wgpu::Buffer, &'a wgpu::Buffer)>,
    ) -> Result<()> {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        for (from, to) in pairs {
            encoder.copy_buffer_to_buffer(from, 0, to, 0, from.size());
        }
        self.gpu.queue.submit([encoder.finish()]);
        self.gpu.check()
    }
}
