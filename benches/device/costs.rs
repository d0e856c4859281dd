//! What a device costs beside arithmetic: a dispatch, a submit, a read-back, a barrier, a copy.

use std::time::Instant;

use wgpu::util::DeviceExt;
use wgpu::{BufferUsages, PollType};

use crate::chosen::adapter;
use crate::{Failure, Options};

/// Bytes of a large copy.
const LARGE: u64 = 100_000_000;
/// Iterations of an invocation in a dispatch: software drivers of before 2023 end every loop after 65,535.
const ITERATIONS: u32 = 1000;

const SHADER: &str = "
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@group(0) @binding(1) var<uniform> iterations: vec4<u32>;
var<workgroup> shared_: array<u32, 256>;

@compute @workgroup_size(64)
fn nothing() {}

@compute @workgroup_size(64)
fn writes(@builtin(global_invocation_id) id: vec3<u32>) {
    out[id.x] += 1u;
}

@compute @workgroup_size(256)
fn loops(@builtin(local_invocation_index) local: u32) {
    shared_[local] = local;
    // Elsewhere at each turn, so that none stays in a register; whose comes last matters nothing.
    for (var i = 0u; i < iterations.x; i++) {
        shared_[(local + i) % 256u] += i;
    }
    out[local] = shared_[local];
}

@compute @workgroup_size(256)
fn barriers(@builtin(local_invocation_index) local: u32) {
    shared_[local] = local;
    workgroupBarrier();
    for (var i = 0u; i < iterations.x; i++) {
        shared_[(local + i) % 256u] += i;
        workgroupBarrier();
    }
    out[local] = shared_[255u - local];
}
";

pub fn table(options: &Options) -> Result<(), Failure> {
    let device = Device::open(options)?;
    let rounds = if options.quick { 3 } else { 11 };
    println!("{:44}{:>12}{:>12}{:>12}", "us", "median", "least", "most");
    let many = if options.quick { 50 } else { 1000 };
    let print = |name: &str, mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        let [median, least, most] = [times[times.len() / 2], times[0], times[times.len() - 1]];
        println!("{name:44}{median:>12.2}{least:>12.2}{most:>12.2}");
    };
    let round = |work: &dyn Fn() -> Result<f64, Failure>| -> Result<Vec<f64>, Failure> {
        work()?;
        (0..rounds).map(|_| work()).collect()
    };
    print("a submit and the wait for it", round(&|| device.submits(1))?);
    print("a submit, many before a wait", round(&|| device.submits(many / 10))?);
    print("an empty dispatch", round(&|| device.dispatches("nothing", 1, many))?);
    print(
        "a dispatch of 64 threads behind another",
        round(&|| device.dispatches("writes", 1, many))?,
    );
    print(
        "a dispatch of 132 workgroups behind another",
        round(&|| device.dispatches("writes", 132, many))?,
    );
    print("a read-back of 4 bytes", round(&|| device.read_back(4))?);
    print("an iteration of 256 threads", round(&|| device.iteration("loops"))?);
    print("an iteration of 256 threads with a barrier", round(&|| device.iteration("barriers"))?);
    print("100 MB to the device, staged anew", round(&|| device.write(LARGE))?);
    print("100 MB from the device", round(&|| device.read_back(LARGE))?);
    Ok(())
}

/// An open device and what the measurements use.
struct Device {
    device: wgpu::Device,
    queue: wgpu::Queue,
    module: wgpu::ShaderModule,
    out: wgpu::Buffer,
    staging: wgpu::Buffer,
    large: Vec<u8>,
}

impl Device {
    fn open(options: &Options) -> Result<Self, Failure> {
        // These costs are the device's, not those of this crate.
        let adapter = adapter(options)?;
        let adapter = adapter.wgpu();
        let (device, queue) =
            pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
                required_limits: adapter.limits(),
                ..Default::default()
            }))?;
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(SHADER.into()),
        });
        let buffer = |usage| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size: LARGE,
                usage,
                mapped_at_creation: false,
            })
        };
        let out = buffer(BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST);
        let staging = buffer(BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        Ok(Device { queue, module, out, staging, large: vec![1; LARGE as usize], device })
    }

    fn wait(&self) -> Result<(), Failure> {
        self.device.poll(PollType::wait_indefinitely())?;
        Ok(())
    }

    /// Microseconds of each of `many` submits that copy four bytes, the last one waited for.
    fn submits(&self, many: u32) -> Result<f64, Failure> {
        let started = Instant::now();
        for _ in 0..many {
            let mut encoder = self.device.create_command_encoder(&Default::default());
            encoder.copy_buffer_to_buffer(&self.out, 0, &self.staging, 0, 4);
            self.queue.submit([encoder.finish()]);
        }
        self.wait()?;
        Ok(microseconds(started) / f64::from(many))
    }

    /// Microseconds of each of `many` dispatches of a pass, each of which needs what the one before wrote:
    /// the difference of twice as many and as many, so that what a submit costs falls out.
    fn dispatches(&self, entry: &str, workgroups: u32, many: u32) -> Result<f64, Failure> {
        let once = self.pass(entry, workgroups, many, 1)?;
        Ok((self.pass(entry, workgroups, 2 * many, 1)? - once) / f64::from(many))
    }

    /// Microseconds of an iteration of a loop: that of twice as many and of as many, as above.
    fn iteration(&self, entry: &str) -> Result<f64, Failure> {
        let once = self.pass(entry, 1, 10, ITERATIONS)?;
        Ok((self.pass(entry, 1, 10, 2 * ITERATIONS)? - once) / 10.0 / f64::from(ITERATIONS))
    }

    /// Microseconds of a submit of one pass of so many dispatches, without compiling.
    fn pass(
        &self,
        entry: &str,
        workgroups: u32,
        dispatches: u32,
        iterations: u32,
    ) -> Result<f64, Failure> {
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &self.module,
            entry_point: Some(entry),
            compilation_options: Default::default(),
            cache: None,
        });
        let uniform = self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: None,
            contents: bytemuck::cast_slice(&[iterations; 4]),
            usage: BufferUsages::UNIFORM,
        });
        let buffers = [&self.out, &uniform];
        // What an entry does not use has no place in its layout.
        let used = match entry {
            "nothing" => 0,
            "writes" => 1,
            _ => 2,
        };
        let entries: Vec<_> = (0..used)
            .map(|binding| wgpu::BindGroupEntry {
                binding: binding as u32,
                resource: buffers[binding].as_entire_binding(),
            })
            .collect();
        let group = (used > 0).then(|| {
            self.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: None,
                layout: &pipeline.get_bind_group_layout(0),
                entries: &entries,
            })
        });
        let submit = |dispatches| -> Result<f64, Failure> {
            let mut encoder = self.device.create_command_encoder(&Default::default());
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(&pipeline);
            if let Some(group) = &group {
                pass.set_bind_group(0, group, &[]);
            }
            for _ in 0..dispatches {
                pass.dispatch_workgroups(workgroups, 1, 1);
            }
            drop(pass);
            let commands = encoder.finish();
            let started = Instant::now();
            self.queue.submit([commands]);
            self.wait()?;
            Ok(microseconds(started))
        };
        // Some drivers compile at the first dispatch.
        submit(1)?;
        submit(dispatches)
    }

    /// Microseconds until so many bytes of the device can be read.
    fn read_back(&self, bytes: u64) -> Result<f64, Failure> {
        let started = Instant::now();
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(&self.out, 0, &self.staging, 0, bytes);
        self.queue.submit([encoder.finish()]);
        let slice = self.staging.slice(0..bytes);
        slice.map_async(wgpu::MapMode::Read, |_| {});
        self.wait()?;
        let took = microseconds(started);
        self.staging.unmap();
        Ok(took)
    }

    /// Microseconds until so many bytes are on the device.
    fn write(&self, bytes: u64) -> Result<f64, Failure> {
        let started = Instant::now();
        self.queue.write_buffer(&self.out, 0, &self.large[..bytes as usize]);
        self.queue.submit([]);
        self.wait()?;
        Ok(microseconds(started))
    }
}

fn microseconds(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e6
}
