//! The part of the state that the host keeps, and the snapshot to go back to.

use crate::backend::{ReplicaState, State};
use crate::clock::{Duration, Instant};
use crate::error::Result;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::session::run::Session;
use crate::gpu::session::slots::Slots;
use crate::gpu::session::tensors::Tensors;
use crate::plan::initial_values;

/// The best weights of several replicas are read at least this often.
const APART: Duration = Duration::from_secs(10);

/// The replicas' progress, by their ids, and the last read best weights, in case the device is lost.
pub(super) struct Kept {
    pub replicas: Vec<ReplicaState>,
    /// The last read best weights, (slot, weights), with the slots and the replicas' progress of that time.
    pub best: Vec<f32>,
    pub slots: Slots,
    pub known: Vec<ReplicaState>,
    read: Instant,
    snapshot: Option<Snapshot>,
}

/// A copy of everything that training changes; the tensors stay on the device.
struct Snapshot {
    tensors: Vec<wgpu::Buffer>,
    replicas: Vec<ReplicaState>,
    best: Vec<f32>,
    slots: Slots,
}

impl Kept {
    /// The state of a run that has not begun.
    pub fn new(session: &Session) -> Self {
        let fresh = ReplicaState { steps: 0, best_loss: f64::INFINITY, live: true };
        let replicas = session.run.replicas.len();
        let (tensors, all) = (&session.run.plan.tensors, &session.run.replicas);
        let initial = all.iter().flat_map(|replica| initial_values(tensors, replica.seed));
        Kept {
            replicas: vec![fresh; replicas],
            best: initial.map(|value| value as f32).collect(),
            slots: session.slots.clone(),
            known: vec![fresh; replicas],
            read: Instant::now(),
            snapshot: None,
        }
    }

    /// The best weights, and the bytes of them that this epoch reads back: all for a single replica; for several, all
    /// every [`APART`], else none.
    pub fn best_to_read<'a>(&self, session: &'a Session) -> (&'a wgpu::Buffer, u64) {
        let (buffer, bytes) = session.best_weights();
        let is_due = session.run.replicas.len() == 1 || self.read.elapsed() >= APART;
        (buffer, if is_due { bytes } else { 0 })
    }

    /// Keeps the best weights that were read, if any were.
    pub fn keep_best(&mut self, session: &Session, best: &[f32]) {
        if !best.is_empty() {
            self.best = best.to_vec();
            self.slots = session.slots.clone();
            self.known = self.replicas.clone();
            self.read = Instant::now();
        }
    }

    /// Copies the state on the device, over the snapshot before.
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
        let slots = session.slots.clone();
        self.snapshot = Some(Snapshot { tensors: copies, replicas, best, slots });
        Ok(())
    }

    /// Goes back to the snapshot; the result are the slots of that time.
    pub fn put_snapshot_back(&mut self, session: &Session) -> Result<Slots> {
        let Some(snapshot) = &self.snapshot else {
            return Err(State::none_to_go_back_to());
        };
        let tensors = &session.network.buffers.tensors;
        copy(&session.gpu, snapshot.tensors.iter().zip(changing(tensors)))?;
        self.replicas.clone_from(&snapshot.replicas);
        self.best.clone_from(&snapshot.best);
        Ok(snapshot.slots.clone())
    }
}

/// The tensors that training changes and the next epoch depends on.
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
    gpu.submit(encoder);
    gpu.check()
}
