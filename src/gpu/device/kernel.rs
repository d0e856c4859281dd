//! Pipelines, made once for each kernel and its constants.

use std::collections::HashMap;
use std::rc::Rc;

use wgpu::{BindingType, BufferBindingType, ShaderStages};

use super::gpu::Gpu;
use super::sources::Source;
use crate::expr::Expression;

/// How a kernel uses a binding of its group 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rooms::gpu) enum Access {
    /// The uniform parameters.
    Uniform,
    /// Storage that it reads.
    Read,
    /// Storage that it writes.
    Write,
}

impl Access {
    fn kind(self) -> BindingType {
        match self {
            Access::Uniform => BindingType::Buffer {
                ty: BufferBindingType::Uniform,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            Access::Read => storage(true),
            Access::Write => storage(false),
        }
    }
}

/// A kernel, ready to be dispatched.
pub(in crate::rooms::gpu) struct Kernel {
    pub pipeline: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
}

/// The text of a kernel.
#[derive(Clone, Copy)]
pub(in crate::rooms::gpu) enum Code<'a> {
    /// A file of `shaders/`.
    File(&'static Source),
    /// Generated for a network or an optimizer: its name, and its whole text.
    Made(&'static str, &'a str),
}

impl From<&'static Source> for Code<'_> {
    fn from(source: &'static Source) -> Self {
        Code::File(source)
    }
}

impl Code<'_> {
    pub fn name(self) -> &'static str {
        match self {
            Code::File(source) => source.name,
            Code::Made(name, _) => name,
        }
    }
}

/// What tells one pipeline from another.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    name: &'static str,
    entry: &'static str,
    function: String,
    text: Option<String>,
    constants: Vec<(&'static str, bool)>,
    numbers: Vec<(&'static str, u32)>,
}

/// Which kernel, with which constants.
#[derive(Default, Clone, Copy)]
pub(in crate::rooms::gpu) struct Variant<'a> {
    /// The function that the kernel applies, if it applies one.
    pub function: Option<&'a Expression>,
    /// Values of `override` constants.
    pub constants: &'a [(&'static str, bool)],
    /// Those that are sizes.
    pub numbers: &'a [(&'static str, u32)],
    /// The entry point, if it is not `main`.
    pub entry: Option<&'static str>,
}

/// The kernels of a device, each compiled at its first use.
pub(in crate::rooms::gpu) struct Kernels {
    /// Group 0: the entry of the step, and the steps.
    pub step_layout: wgpu::BindGroupLayout,
    compiled: HashMap<Key, Rc<Kernel>>,
}

impl Kernels {
    pub fn new(gpu: &Gpu) -> Self {
        let entry = BindingType::Buffer {
            ty: BufferBindingType::Uniform,
            has_dynamic_offset: true,
            min_binding_size: None,
        };
        let entries = [binding(0, entry), binding(1, storage(true))];
        let descriptor = wgpu::BindGroupLayoutDescriptor { label: Some("step"), entries: &entries };
        Kernels {
            step_layout: gpu.device.create_bind_group_layout(&descriptor),
            compiled: HashMap::new(),
        }
    }

    /// The kernel of a text and a variant, compiled at its first use.
    pub fn get(
        &mut self,
        gpu: &Gpu,
        code: Code,
        variant: Variant,
        bindings: &[Access],
    ) -> Rc<Kernel> {
        let entry = variant.entry.unwrap_or("main");
        let key = Key {
            name: code.name(),
            entry,
            function: variant.function.map_or_else(String::new, ToString::to_string),
            text: match code {
                Code::File(_) => None,
                Code::Made(_, text) => Some(text.to_owned()),
            },
            constants: variant.constants.to_vec(),
            numbers: variant.numbers.to_vec(),
        };
        let make = || Rc::new(compile(gpu, &self.step_layout, code, entry, variant, bindings));
        self.compiled.entry(key).or_insert_with(make).clone()
    }
}

fn compile(
    gpu: &Gpu,
    step_layout: &wgpu::BindGroupLayout,
    code: Code,
    entry: &'static str,
    variant: Variant,
    bindings: &[Access],
) -> Kernel {
    let (device, name) = (&gpu.device, code.name());
    let entries: Vec<_> =
        (0..).zip(bindings).map(|(number, access)| binding(number, access.kind())).collect();
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(name),
        entries: &entries,
    });
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(name),
        bind_group_layouts: &[Some(step_layout), Some(&layout)],
        immediate_size: 0,
    });
    let text = match code {
        Code::File(source) => source.whole(variant.function),
        Code::Made(_, text) => text.to_owned(),
    };
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(name),
        source: wgpu::ShaderSource::Wgsl(text.into()),
    });
    let choices = variant.constants.iter().map(|&(name, value)| (name, f64::from(u8::from(value))));
    let sizes = variant.numbers.iter().map(|&(name, value)| (name, f64::from(value)));
    let constants: Vec<(&str, f64)> = choices.chain(sizes).collect();
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(name),
        layout: Some(&pipeline_layout),
        module: &module,
        entry_point: Some(entry),
        // Every kernel writes its workgroup memory before it reads it.
        compilation_options: wgpu::PipelineCompilationOptions {
            constants: &constants,
            zero_initialize_workgroup_memory: false,
        },
        cache: None,
    });
    Kernel { pipeline, layout }
}

fn binding(number: u32, ty: BindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding: number,
        visibility: ShaderStages::COMPUTE,
        ty,
        count: None,
    }
}

fn storage(read_only: bool) -> BindingType {
    BindingType::Buffer {
        ty: BufferBindingType::Storage { read_only },
        has_dynamic_offset: false,
        min_binding_size: None,
    }
}
