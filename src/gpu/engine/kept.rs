//! What the host keeps of the state, and the state to go back to.

use crate::backend::ReplicaState;
use crate::error::{Error, Result};
use crate::gpu::device::gpu::Gpu;
use crate::gpu::session::run::Session;
use crate::gpu::session::slots::Slots;
use crate::gpu::session::tensors::Tensors;

/// The replicas' progress, by their ids, and the best weights that were last read, for the day the device is lost.
pub(super) struct Kept {
    pub replicas: Vec<ReplicaState>,
    /// (slot, weights), of the slots of that time
    pub best: Vec<f32>,
    pub slots: Slots,
    snapshot: Option<Snapshot>,
}

/// Copies of everything that training changes, which stay on the device.
struct Snapshot {
    tensors: Vec<wgpu::Buffer>,
    replicas: Vec<ReplicaState>,
    best: Vec<f32>,
}

impl Kept {
    /// Of a run that has not begun.
    pub fn new(session: &Session) -> Self {
        let fresh = ReplicaState { steps: 0, best_loss: f64::INFINITY, live: true };
        let replicas = session.run.replicas.len();
        let total = session.network.buffers.layout.total();
        Kept {
            replicas: vec![fresh; replicas],
            best: vec![0.0; replicas * total],
            slots: session.slots.clone(),
            snapshot: None,
        }
    }

    /// The best weights as an epoch reads them back, and their bytes: those of a single replica. Of several they are read
    /// with the state alone.
    pub fn best_to_read<'a>(&self, session: &'a Session) -> (&'a wgpu::Buffer, u64) {
        let (buffer, bytes) = session.best_weights();
        (buffer, if session.run.replicas.len() == 1 { bytes } else { 0 })
    }

    /// Takes over best weights that were read, if any were.
    pub fn keep_best(&mut self, best: &[f32]) {
        if !best.is_empty() {
            self.best = best.to_vec();
        }
    }

    /// Copies the state on the device, in place of the copy before.
    pub fn take_snapshot(&mut self, session: &Session) -> Result<()> {
        let (gpu, tensors) = (&session.gpu, &session.network.buffers.tensors);
        let copies = match self.snapshot.take() {
            Some(snapshot) => snapshot.tensors,
            None => changing(tensors)
                .map(|buffer| gpu.storage("a snapshot", (buffer.size() / 4) as usize))
                .collect::<Result<_>>()?,
        };
        copy(gpu, changing(tensors).zip(&copies))?;
        let (replicas, best) = (self.replicas.clone(), self.best.clone());
        self.snapshot = Some(Snapshot { tensors: copies, replicas, best });
        Ok(())
    }

    /// Goes back to the copy.
    pub fn put_snapshot_back(&mut self, session: &Session) -> Result<()> {
        let Some(snapshot) = &self.snapshot else {
            return Err(Error::failed("there is no state to go back to"));
        };
        let tensors = &session.network.buffers.tensors;
        copy(&session.gpu, snapshot.tensors.iter().zip(changing(tensors)))?;
        self.replicas.clone_from(&snapshot.replicas);
        self.best.clone_from(&snapshot.best);
        Ok(())
    }
}

/// What training changes, and the next epoch depends on.
fn changing(tensors: &Tensors) -> impl Iterator<Item = &wgpu::Buffer> {
    [&tensors.weights, &tensors.best, &tensors.best_losses].into_iter().chain(&tensors.slots)
}

fn copy<'a>(
    gpu: &Gpu,
    pairs: impl Iterator<Item = (&'a wgpu::Buffer, &'a wgpu::Buffer)>,
) -> Result<()> {
    let mut encoder = gpu.device.create_command_encoder(&Default::default());
    for (from, to) in pairs {
        encoder.copy_buffer_to_buffer(from, 0, to, 0, from.size());
    }
    gpu.queue.submit([encoder.finish()]);
    gpu.check()
}
