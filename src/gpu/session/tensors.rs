//! The weights of a run on the device, and the arrays that training keeps beside them.

use super::slots::Slot;
use crate::error::Result;
use crate::gpu::device::gpu::Gpu;
use crate::plan::{Layout, initial_values};
use crate::run::Run;

/// The tensors of all replicas: (replica, weights), one array each.
pub(in crate::rooms::gpu) struct Tensors {
    pub weights: wgpu::Buffer,
    pub best: wgpu::Buffer,
    pub gradients: wgpu::Buffer,
    /// The optimizer's slots.
    pub slots: Vec<wgpu::Buffer>,
    pub best_losses: wgpu::Buffer,
    pub kept: wgpu::Buffer,
}

impl Tensors {
    pub fn new(gpu: &Gpu, run: &Run, layout: &Layout) -> Result<Self> {
        let replicas = run.replicas.len();
        let initial = run.replicas.iter().flat_map(|r| initial_values(&run.plan.tensors, r.seed));
        let initial: Vec<f32> = initial.map(|value| value as f32).collect();
        let all = replicas * layout.total();
        Ok(Tensors {
            weights: gpu.upload("the weights", &initial)?,
            best: gpu.upload("the best weights", &initial)?,
            gradients: gpu.storage("the gradients", all)?,
            slots: (0..run.optimizer().slots())
                .map(|_| gpu.storage("the optimizer's moments", all))
                .collect::<Result<_>>()?,
            best_losses: gpu.upload("the best losses", &vec![f32::MAX; replicas])?,
            kept: gpu.storage("the kept flags", replicas)?,
        })
    }

    /// The replicas of each pair of slots change places.
    pub fn swap(&self, gpu: &Gpu, total: usize, pairs: &[[Slot; 2]]) -> Result<()> {
        let between = [gpu.storage("a replica that moves", total)?, gpu.storage("another", total)?];
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        for pair in pairs {
            let arrays = [&self.weights, &self.best].into_iter().chain(&self.slots);
            let arrays = arrays.map(|array| (array, 4 * total as u64));
            for (array, bytes) in arrays.chain([(&self.best_losses, 4)]) {
                let [one, other] = pair.map(|slot| slot.0 as u64 * bytes);
                for (from, between) in [one, other].into_iter().zip(&between) {
                    encoder.copy_buffer_to_buffer(array, from, between, 0, bytes);
                }
                for (to, between) in [other, one].into_iter().zip(&between) {
                    encoder.copy_buffer_to_buffer(between, 0, array, to, bytes);
                }
            }
        }
        gpu.submit(encoder);
        gpu.check()
    }
}

/// 1 for a weight that L2 pulls on, else 0.
pub(in crate::rooms::gpu) fn decays(run: &Run) -> Vec<f32> {
    let mut decays = vec![];
    for tensor in &run.plan.tensors {
        let len = tensor.shape.iter().product();
        decays.extend(std::iter::repeat_n(f32::from(u8::from(tensor.decay)), len));
    }
    decays
}
