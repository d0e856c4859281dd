//! Recording steps into passes. The device makes the steps: a cursor, which is copied from numbers on the device, tells
//! it which ones, and nothing is uploaded.

use wgpu::BufferUsages;

use super::steps::{Fill, Row, Step};
use crate::error::Result;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::gpu::{Gpu, Submitted};
use crate::gpu::device::kernel::Kernels;

/// Bytes from one entry to the next: a dynamic offset that every device allows.
const STRIDE: u64 = 256;
/// The numbers to copy from: all of 16 bits.
const NUMBERS: u32 = 1 << 16;
/// Words per cursor.
const CURSOR: usize = 7;

/// Dispatches, and the entry whose steps they make.
pub(in crate::rooms::gpu) struct Work<'a> {
    pub entry: u32,
    pub dispatches: &'a [Dispatch],
}

/// A command before or after a pass.
pub(in crate::rooms::gpu) enum Command<'a> {
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

/// The work of one pass on the steps of `fill`, which the device makes first, and the commands around it.
pub(in crate::rooms::gpu) struct Pass<'a> {
    pub before: Vec<Command<'a>>,
    pub fill: Fill,
    /// The number of slots that it reaches, from the first on.
    pub slots: usize,
    pub work: Vec<Work<'a>>,
    pub after: Vec<Command<'a>>,
}

/// The buffers through which kernels learn which step they are part of.
pub(in crate::rooms::gpu) struct StepBuffers {
    /// (entry, replica)
    pub steps: wgpu::Buffer,
    group: wgpu::BindGroup,
}

impl StepBuffers {
    /// Room for `elements` steps, and the entries, each the index of its first step and the number of its steps:
    /// `Entry` in `shaders/step.wgsl`.
    pub fn new(
        gpu: &Gpu,
        kernels: &Kernels,
        entries: &[[u32; 2]],
        elements: usize,
    ) -> Result<Self> {
        let words = elements * size_of::<Step>() / 4;
        let steps = gpu.storage("the steps of a submit", words)?;
        let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("entries"),
            size: entries.len() as u64 * STRIDE,
            usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut words = vec![0u32; entries.len() * STRIDE as usize / 4];
        for (to, entry) in words.chunks_exact_mut(STRIDE as usize / 4).zip(entries) {
            to[..2].copy_from_slice(entry);
        }
        gpu.write(&buffer, &words);
        let entry =
            wgpu::BufferBinding { buffer: &buffer, offset: 0, size: std::num::NonZeroU64::new(16) };
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("step"),
            layout: &kernels.step_layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(entry) },
                wgpu::BindGroupEntry { binding: 1, resource: steps.as_entire_binding() },
            ],
        });
        Ok(StepBuffers { steps, group })
    }

    /// Records dispatches of an entry, on the first `slots` replicas.
    pub fn record(
        &self,
        pass: &mut wgpu::ComputePass,
        entry: u32,
        dispatches: &[Dispatch],
        slots: usize,
    ) {
        pass.set_bind_group(0, &self.group, &[entry * STRIDE as u32]);
        for dispatch in dispatches {
            let [x, y, _] = dispatch.workgroups;
            pass.set_pipeline(&dispatch.kernel.pipeline);
            pass.set_bind_group(1, &dispatch.group, &[]);
            pass.dispatch_workgroups(x, y, slots as u32);
        }
    }
}

/// Records the passes of submits; holds their steps and the dispatch that makes them.
pub(in crate::rooms::gpu) struct Recorder {
    own: StepBuffers,
    /// Bound while steps are made: a buffer is not read and written at once.
    idle: StepBuffers,
    /// All numbers of 16 bits, to copy from.
    numbers: wgpu::Buffer,
    cursor: wgpu::Buffer,
    table: wgpu::Buffer,
    make: Option<Dispatch>,
    sizes: Sizes,
}

/// How steps are grouped.
#[derive(Debug, Clone, Copy)]
pub(in crate::rooms::gpu) struct Sizes {
    /// Slots.
    pub replicas: usize,
    /// The most steps per submit.
    pub capacity: usize,
    /// Steps per dispatch.
    pub together: usize,
    /// Steps whose rows are gathered together; 0 if each step gathers its own.
    pub ahead: usize,
}

impl Recorder {
    /// A recorder that makes no steps yet, see [`Recorder::make_by`].
    pub fn new(gpu: &Gpu, kernels: &Kernels, sizes: Sizes, table: &[Row]) -> Result<Self> {
        let Sizes { replicas, capacity, together, .. } = sizes;
        // The entries that gather rows ahead come after those of steps.
        let counts =
            std::iter::repeat_n(together, capacity).chain(std::iter::repeat_n(1, capacity));
        let entries: Vec<[u32; 2]> = counts
            .enumerate()
            .map(|(index, count)| [(index * replicas) as u32, count as u32])
            .collect();
        let numbers: Vec<u32> = (0..NUMBERS).collect();
        Ok(Recorder {
            own: StepBuffers::new(gpu, kernels, &entries, 2 * capacity * replicas)?,
            idle: StepBuffers::new(gpu, kernels, &[[0, 0]], 1)?,
            numbers: gpu.to_copy_from("numbers", &numbers),
            cursor: gpu.storage("the cursor", CURSOR)?,
            table: gpu.upload("the table of the replicas", table)?,
            make: None,
            sizes,
        })
    }

    /// The bindings of the kernel that makes the steps: the table, the cursor and the steps.
    pub fn made_of(&self) -> [&wgpu::Buffer; 3] {
        [&self.table, &self.cursor, &self.own.steps]
    }

    /// Sets the dispatch that makes the steps.
    pub fn make_by(self, make: Dispatch) -> Self {
        Recorder { make: Some(make), ..self }
    }

    /// The sizes it was made for.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// Replaces the table, because replicas have moved to other slots.
    pub fn write_table(&self, gpu: &Gpu, table: &[Row]) {
        gpu.write(&self.table, table);
    }

    /// Records and submits passes, each of which has up to `capacity` steps.
    pub fn submit(&self, gpu: &Gpu, passes: &[Pass]) -> Submitted {
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        for pass in passes {
            pass.before.iter().for_each(|command| command.record(&mut encoder));
            self.record(&mut encoder, pass);
            pass.after.iter().for_each(|command| command.record(&mut encoder));
        }
        gpu.submit(encoder)
    }

    fn record(&self, encoder: &mut wgpu::CommandEncoder, pass: &Pass) {
        let together = self.sizes.together as u32;
        for (index, word) in pass.fill.words(together).into_iter().enumerate() {
            let (from, to) = (u64::from(word) * 4, index as u64 * 4);
            encoder.copy_buffer_to_buffer(&self.numbers, from, &self.cursor, to, 4);
        }
        // One compute pass for all dispatches: thousands of passes slow every later submit.
        let mut compute = encoder.begin_compute_pass(&Default::default());
        if let Some(make) = &self.make {
            let chunks = match self.sizes.ahead {
                0 => 0,
                ahead => (pass.fill.count() as usize).div_ceil(ahead),
            };
            let threads = pass.fill.span(together) + chunks as u32;
            compute.set_bind_group(0, &self.idle.group, &[0]);
            compute.set_pipeline(&make.kernel.pipeline);
            compute.set_bind_group(1, &make.group, &[]);
            compute.dispatch_workgroups(threads.div_ceil(64), 1, pass.slots as u32);
        }
        for work in &pass.work {
            self.own.record(&mut compute, work.entry, work.dispatches, pass.slots);
        }
    }
}
