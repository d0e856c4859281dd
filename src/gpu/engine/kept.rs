//! What the host keeps of the state, and the state to go back to.

use crate::backend::ReplicaState;
use crate::error::{Error, Result};
use crate::gpu::device::gpu::Gpu;
use crate::gpu::session::run::Session;
use crate::gpu::session::tensors::Tensors;
use crate::run::Run;

/// The replicas' progress, and the best weights as of the last epoch, for the day the device is lost.
pub(super) struct Kept {
    pub replicas: Vec<ReplicaState>,
    /// (replica, weights)
    pub best: Vec<f32>,
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
        Kept { replicas: vec![fresh; replicas], best: vec![0.0; replicas * total], snapshot: None }
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

/// Adds the steps of an epoch to those that each replica has done.
pub(super) fn count_steps(run: &Run, states: &mut [ReplicaState]) {
    for (state, replica) in states.iter_mut().zip(&run.replicas).filter(|(s, _)| s.live) {
        state.steps += u64::from(run.steps_of(run.fold(replica)));
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
