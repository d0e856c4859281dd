//! Recording steps into a pass: one submit holds as many as the watchdog allows.

use wgpu::BufferUsages;

use crate::error::Result;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Kernels;
use crate::gpu::session::steps::Step;

/// Bytes from one entry to the next: every device allows dynamic offsets in steps of this.
const STRIDE: u64 = 256;
/// Steps of one submit at the most, and all replicas' together.
const STEPS: usize = 4096;
const STEPS_OF_ALL: usize = 1 << 18;

/// A step to record, or several whose dispatches make them all: the numbers of each step, a replica after
/// the other, and the dispatches in their order.
pub(in crate::gpu) struct Work<'a> {
    pub steps: Vec<Step>,
    pub dispatches: &'a [Dispatch],
}

/// What is recorded around a pass.
pub(in crate::gpu) enum Command<'a> {
    /// Sets a buffer to 0.
    Clear(&'a wgpu::Buffer),
    /// Copies the first `bytes` of a buffer to `at` in another.
    Copy { from: &'a wgpu::Buffer, to: &'a wgpu::Buffer, at: u64, bytes: u64 },
}

impl Command<'_> {
    fn record(&self, encoder: &mut wgpu::CommandEncoder) {
        match *self {
            Command::Clear(buffer) => encoder.clear_buffer(buffer, 0, None),
            Command::Copy { from, to, at, bytes } => {
                encoder.copy_buffer_to_buffer(from, 0, to, at, bytes);
            }
        }
    }
}

/// Work of one pass, and what comes before and behind it.
#[derive(Default)]
pub(in crate::gpu) struct Pass<'a> {
    pub before: Vec<Command<'a>>,
    pub work: Vec<Work<'a>>,
    pub after: Vec<Command<'a>>,
}

impl<'a> From<Vec<Work<'a>>> for Pass<'a> {
    fn from(work: Vec<Work<'a>>) -> Self {
        Pass { work, ..Pass::default() }
    }
}

/// The buffers through which kernels learn which step they are part of.
pub(in crate::gpu) struct Recorder {
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

    /// Records and submits passes that together have up to `capacity` steps.
    pub fn submit(&self, gpu: &Gpu, passes: &[Pass]) -> wgpu::SubmissionIndex {
        let all = || passes.iter().flat_map(|pass| &pass.work);
        debug_assert!(all().count() <= 2 * self.capacity);
        let words = STRIDE as usize / 4;
        // Each entry tells where its steps begin and how many there are: `Entry` in `shaders/step.wgsl`.
        let mut entries = vec![0u32; all().count() * words];
        let mut steps: Vec<Step> = vec![];
        for (entry, work) in entries.chunks_exact_mut(words).zip(all()) {
            entry[0] = steps.len() as u32;
            entry[1] = (work.steps.len() / self.replicas) as u32;
            steps.extend_from_slice(&work.steps);
        }
        gpu.queue.write_buffer(&self.entries, 0, bytemuck::cast_slice(&entries));
        gpu.queue.write_buffer(&self.steps, 0, bytemuck::cast_slice(&steps));
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        let mut number = 0;
        for pass in passes {
            pass.before.iter().for_each(|command| command.record(&mut encoder));
            self.record(&mut encoder, &pass.work, &mut number);
            pass.after.iter().for_each(|command| command.record(&mut encoder));
        }
        gpu.queue.submit([encoder.finish()])
    }

    /// Records work whose first entry is `number`, all in one pass: thousands of passes slow every later
    /// submit.
    fn record(&self, encoder: &mut wgpu::CommandEncoder, work: &[Work], number: &mut u32) {
        let mut pass = encoder.begin_compute_pass(&Default::default());
        for work in work {
            pass.set_bind_group(0, &self.group, &[*number * STRIDE as u32]);
            *number += 1;
            for dispatch in work.dispatches {
                let [x, y, z] = dispatch.workgroups;
                pass.set_pipeline(&dispatch.kernel.pipeline);
                pass.set_bind_group(1, &dispatch.group, &[]);
                pass.dispatch_workgroups(x, y, z);
            }
        }
    }
}
