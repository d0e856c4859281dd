//! Recording steps into a pass: one submit holds as many as the watchdog allows.

use wgpu::BufferUsages;

use super::Gpu;
use super::kernel::{Dispatch, Kernels};
use super::steps::Step;
use crate::error::Result;

/// Bytes from one entry to the next: every device allows dynamic offsets in steps of this.
const STRIDE: u64 = 256;
/// Steps of one submit at the most, and all replicas' together.
const STEPS: usize = 4096;
const STEPS_OF_ALL: usize = 1 << 18;

/// A step to record, or several whose dispatches make them all: the numbers of each step, a replica after
/// the other, and the dispatches in their order.
pub(super) struct Work<'a> {
    pub steps: Vec<Step>,
    pub dispatches: &'a [Dispatch],
}

/// The buffers through which kernels learn which step they are part of.
pub(super) struct Recorder {
    steps: wgpu::Buffer,
    entries: wgpu::Buffer,
    group: wgpu::BindGroup,
    replicas: usize,
    /// Steps of one submit at the most.
    pub capacity: usize,
}

impl Recorder {
    pub fn new(gpu: &Gpu, kernels: &Kernels, replicas: usize) -> Result<Self> {
        // Work that gathers rows ahead has an entry and a step of its own: half of all at the most.
        let fitting = gpu.binding_limit as usize / size_of::<Step>() / 2;
        let capacity = (STEPS_OF_ALL.min(fitting) / replicas).clamp(1, STEPS);
        let entries = 2 * capacity;
        let words = entries * replicas * size_of::<Step>() / 4;
        let steps = gpu.storage("the steps of a submit", words)?;
        let entries = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("entries"),
            size: entries as u64 * STRIDE,
            usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let entry = wgpu::BufferBinding {
            buffer: &entries,
            offset: 0,
            size: std::num::NonZeroU64::new(16),
        };
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("step"),
            layout: &kernels.step_layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(entry) },
                wgpu::BindGroupEntry { binding: 1, resource: steps.as_entire_binding() },
            ],
        });
        Ok(Recorder { steps, entries, group, replicas, capacity })
    }

    /// Records and submits the work of up to `capacity` steps, all in one pass, between what `before` and
    /// `after` record.
    pub fn submit(
        &self,
        gpu: &Gpu,
        work: &[Work],
        before: impl FnOnce(&mut wgpu::CommandEncoder),
        after: impl FnOnce(&mut wgpu::CommandEncoder),
    ) -> wgpu::SubmissionIndex {
        debug_assert!(work.len() <= 2 * self.capacity);
        let words = STRIDE as usize / 4;
        // Each entry tells where its steps begin and how many there are: `Entry` in `shaders/step.wgsl`.
        let mut entries = vec![0u32; work.len() * words];
        let mut steps: Vec<Step> = vec![];
        for (entry, work) in entries.chunks_exact_mut(words).zip(work) {
            entry[0] = steps.len() as u32;
            entry[1] = (work.steps.len() / self.replicas) as u32;
            steps.extend_from_slice(&work.steps);
        }
        gpu.queue.write_buffer(&self.entries, 0, bytemuck::cast_slice(&entries));
        gpu.queue.write_buffer(&self.steps, 0, bytemuck::cast_slice(&steps));
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        before(&mut encoder);
        {
            // One pass for all: thousands of passes slow every later submit.
            let mut pass = encoder.begin_compute_pass(&Default::default());
            for (entry, work) in work.iter().enumerate() {
                pass.set_bind_group(0, &self.group, &[entry as u32 * STRIDE as u32]);
                for dispatch in work.dispatches {
                    let [x, y, z] = dispatch.workgroups;
                    pass.set_pipeline(&dispatch.kernel.pipeline);
                    pass.set_bind_group(1, &dispatch.group, &[]);
                    pass.dispatch_workgroups(x, y, z);
                }
            }
        }
        after(&mut encoder);
        gpu.queue.submit([encoder.finish()])
    }
}
