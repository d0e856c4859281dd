//! Recording steps into a pass: one submit holds as many as the watchdog allows.

use wgpu::BufferUsages;

use super::Gpu;
use super::kernel::{Dispatch, Kernels};
use super::steps::Step;
use crate::error::Result;

/// Bytes from one entry to the next: every device allows dynamic offsets in steps of this.
const STRIDE: u64 = 256;
/// Steps of one submit at the most.
const ENTRIES: usize = 1024;

/// A step to record: its numbers a replica, and its dispatches in their order.
pub(super) struct Work<'a> {
    pub steps: Vec<Step>,
    pub dispatches: &'a [Dispatch],
}

/// The buffers through which kernels learn which step they are part of.
pub(super) struct Recorder {
    steps: wgpu::Buffer,
    group: wgpu::BindGroup,
    replicas: usize,
}

impl Recorder {
    pub fn new(gpu: &Gpu, kernels: &Kernels, replicas: usize) -> Result<Self> {
        let words = size_of::<Step>() / 4;
        let steps = gpu.storage("the steps of a submit", ENTRIES * replicas * words)?;
        let entries = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("entries"),
            size: ENTRIES as u64 * STRIDE,
            usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut firsts = vec![0u32; ENTRIES * STRIDE as usize / 4];
        for (entry, first) in firsts.iter_mut().step_by(STRIDE as usize / 4).enumerate() {
            *first = (entry * replicas) as u32;
        }
        gpu.queue.write_buffer(&entries, 0, bytemuck::cast_slice(&firsts));
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
        Ok(Recorder { steps, group, replicas })
    }

    /// The most steps of one submit.
    pub fn capacity() -> usize {
        ENTRIES
    }

    /// Records and submits up to [`Recorder::capacity`] steps, all in one pass, between what
    /// `before` and `after` record.
    pub fn submit(
        &self,
        gpu: &Gpu,
        work: &[Work],
        before: impl FnOnce(&mut wgpu::CommandEncoder),
        after: impl FnOnce(&mut wgpu::CommandEncoder),
    ) -> wgpu::SubmissionIndex {
        debug_assert!(work.len() <= ENTRIES && work.iter().all(|w| w.steps.len() == self.replicas));
        let steps: Vec<Step> = work.iter().flat_map(|work| work.steps.iter().copied()).collect();
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
