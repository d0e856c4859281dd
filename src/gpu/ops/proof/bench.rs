//! What all proofs share: shapes, random numbers, one dispatch, and the comparison.

use std::collections::BTreeMap;
use std::fmt::Display;

use pollster::FutureExt as _;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

use crate::gpu::device::adapter::adapters;
use crate::gpu::device::dispatch::{Dispatch, Dispatcher};
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Kernels;
use crate::gpu::session::record::StepBuffers;
use crate::gpu::session::steps::Step;
use crate::gpu::test_adapter;

/// Sizes of one trial.
#[derive(Debug, Clone)]
pub(in crate::rooms::gpu::ops) struct Shape {
    /// The most rows of a batch; for kernels of weights, the number of weights.
    pub capacity: usize,
    /// Units, classes, outputs or inputs.
    pub units: usize,
    /// Rows of each replica.
    pub rows: Vec<usize>,
}

/// Around the tile of 16 and the workgroup of 64, primes, 1, and batches that are not full.
pub(in crate::rooms::gpu::ops) fn batches() -> Vec<Shape> {
    let sizes = [
        [1, 1, 1],
        [1, 7, 1],
        [5, 3, 5],
        [8, 4, 5],
        [4, 9, 0],
        [16, 16, 16],
        [17, 15, 17],
        [32, 17, 31],
        [63, 2, 63],
        [64, 1, 64],
        [65, 33, 65],
        [131, 67, 130],
        [257, 3, 200],
    ];
    with_replicas(&sizes)
}

/// The same, fewer: for kernels with many variants.
pub(in crate::rooms::gpu::ops) fn few_batches() -> Vec<Shape> {
    with_replicas(&[[1, 1, 1], [4, 3, 0], [37, 5, 29], [65, 17, 64]])
}

/// Numbers of weights.
pub(in crate::rooms::gpu::ops) fn tensors() -> Vec<Shape> {
    with_replicas(&[[1, 1, 1], [63, 1, 2], [64, 1, 0], [65, 1, 9], [4096, 1, 1], [10_007, 1, 3]])
}

/// The same, fewer.
pub(in crate::rooms::gpu::ops) fn few_tensors() -> Vec<Shape> {
    with_replicas(&[[1, 1, 1], [67, 1, 1], [1025, 1, 1], [2111, 1, 1]])
}

/// Each [capacity, units, rows] alone, and with two replicas beside it: one with fewer rows, one with none.
fn with_replicas(sizes: &[[usize; 3]]) -> Vec<Shape> {
    let mut shapes = vec![];
    for &[capacity, units, rows] in sizes {
        shapes.push(Shape { capacity, units, rows: vec![rows] });
        shapes.push(Shape { capacity, units, rows: vec![rows, rows - rows / 3, 0] });
    }
    shapes
}

impl Shape {
    pub fn replicas(&self) -> usize {
        self.rows.len()
    }

    /// Every (replica, row) in use.
    pub fn used(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.rows
            .iter()
            .enumerate()
            .flat_map(|(replica, &rows)| (0..rows).map(move |i| (replica, i)))
    }

    /// The steps of the replicas, each with its rows and nothing else.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = vec![];
        for (replica, &rows) in self.rows.iter().enumerate() {
            steps.push(Step {
                rows: rows as u32,
                fold: replica as u32,
                bound: f32::INFINITY,
                norm_bound: f32::INFINITY,
                ..Step::default()
            });
        }
        steps
    }
}

/// f32 as the words a kernel writes.
pub(in crate::rooms::gpu::ops) fn words(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// f64 of f32, exactly.
pub(in crate::rooms::gpu::ops) fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

/// The least e^x that the kernels know, e^-87.33654; devices may flush what is below it.
pub(in crate::rooms::gpu::ops) const LEAST: f64 = 1.1755e-38;

/// (2·sqrt(K) + 16)·2^-24·Σ|terms|, and [`LEAST`].
pub(in crate::rooms::gpu::ops) fn tolerance(length: usize, terms: f64) -> f64 {
    let units = 2.0 * (length as f64).sqrt() + 16.0;
    units * f64::from(f32::EPSILON) / 2.0 * terms + LEAST
}

/// A device, and the results so far.
pub(in crate::rooms::gpu::ops) struct Bench {
    gpu: Gpu,
    kernels: Kernels,
    /// Buffers of steps by the number of replicas.
    buffers: BTreeMap<usize, StepBuffers>,
    random: ChaCha8Rng,
    kernel: String,
    trial: String,
    /// The largest error of each kernel, as a multiple of its tolerance.
    worst: BTreeMap<String, f64>,
    failures: BTreeMap<String, Vec<String>>,
}

impl Bench {
    /// None without an adapter: then it names the skipped test, and fails with GPU_MLP_REQUIRE_GPU=1.
    pub fn new(test: &str) -> Option<Self> {
        let adapter = test_adapter::first(test, adapters().block_on())?;
        let gpu = adapter.open().block_on().unwrap();
        Some(Bench {
            kernels: Kernels::new(&gpu),
            gpu,
            buffers: BTreeMap::new(),
            random: ChaCha8Rng::seed_from_u64(1),
            kernel: String::new(),
            trial: String::new(),
            worst: BTreeMap::new(),
            failures: BTreeMap::new(),
        })
    }

    pub fn begin(&mut self, kernel: &str, shape: &Shape) {
        self.kernel = kernel.to_owned();
        self.trial = format!("{shape:?}");
    }

    /// Names the largest errors, and fails if one is beyond its tolerance.
    pub fn end(self) {
        for (kernel, worst) in &self.worst {
            println!("{kernel}: largest error {worst:.3} of the tolerance");
        }
        let shown: Vec<&str> = self
            .failures
            .values()
            .flat_map(|failures| failures.iter().take(3).map(String::as_str))
            .collect();
        let count: usize = self.failures.values().map(Vec::len).sum();
        let (name, shown) = (&self.gpu.name, shown.join("\n"));
        assert!(count == 0, "{count} elements differ on {name}, among them:\n{shown}");
    }

    /// Normally distributed numbers.
    pub fn normal(&mut self, len: usize, scale: f32) -> Vec<f32> {
        (0..len).map(|_| scale * self.random.sample::<f32, _>(StandardNormal)).collect()
    }

    /// Weights of rows: a third of them 0.
    pub fn weights(&mut self, len: usize) -> Vec<f32> {
        let uniform = (0..len).map(|_| self.random.random::<f32>());
        uniform.map(|w| if w < 0.33 { 0.0 } else { 3.0 * w }).collect()
    }

    /// Numbers below `bound`.
    pub fn below(&mut self, len: usize, bound: usize) -> Vec<u32> {
        (0..len).map(|_| self.random.random_range(0..bound as u32)).collect()
    }

    /// Makes dispatches for this many replicas.
    pub fn dispatcher(&mut self, replicas: usize) -> Dispatcher<'_> {
        Dispatcher { gpu: &self.gpu, kernels: &mut self.kernels, replicas }
    }

    /// A buffer that holds these numbers.
    pub fn upload<T: bytemuck::Pod>(&self, numbers: &[T]) -> wgpu::Buffer {
        self.gpu.upload(&self.kernel, numbers).unwrap()
    }

    /// A buffer that holds these bytes, four to a word.
    pub fn upload_bytes(&self, bytes: &[u8]) -> wgpu::Buffer {
        self.gpu.upload_bytes(&self.kernel, bytes).unwrap()
    }

    /// The first `len` words of a buffer.
    pub fn read(&self, buffer: &wgpu::Buffer, len: usize) -> Vec<u32> {
        self.gpu.read(buffer, len).block_on().unwrap()
    }

    /// Runs dispatches in their order, as those of one step per replica.
    pub fn submit(&mut self, dispatches: &[Dispatch], steps: Vec<Step>) {
        let (gpu, kernels, replicas) = (&self.gpu, &self.kernels, steps.len());
        let buffers = self
            .buffers
            .entry(replicas)
            .or_insert_with(|| StepBuffers::new(gpu, kernels, &[[0, 1]], replicas).unwrap());
        gpu.write(&buffers.steps, &steps);
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        buffers.record(&mut pass, 0, dispatches, replicas);
        drop(pass);
        gpu.queue.submit([encoder.finish()]);
    }

    fn fail(&mut self, what: impl Display) {
        let of_kernel = self.failures.entry(self.kernel.clone()).or_default();
        of_kernel.push(format!("{}, {}: {what}", self.kernel, self.trial));
    }

    /// One element against its twin.
    pub fn near(&mut self, what: impl Display, word: u32, expected: f64, tolerance: f64) {
        let value = f64::from(f32::from_bits(word));
        let error = (value - expected).abs() / tolerance;
        let worst = self.worst.entry(self.kernel.clone()).or_default();
        if expected.abs() > 1e-30 {
            // Below, the error is that of the least e^x alone.
            *worst = worst.max(error);
        }
        if error > 1.0 || error.is_nan() {
            self.fail(format!("{what} is {value:e}, expected {expected:e} ± {tolerance:e}"));
        }
    }

    /// Compares bits: of exact results, and of elements that nothing writes.
    pub fn same(&mut self, what: impl Display, words: &[u32], expected: &[u32]) {
        self.worst.entry(self.kernel.clone()).or_default();
        let differing = words.iter().zip(expected).position(|(a, b)| a != b);
        if words.len() != expected.len() {
            self.fail(format!("{what}: {} words, expected {}", words.len(), expected.len()));
        } else if let Some(at) = differing {
            let (word, expected) = (words[at], expected[at]);
            self.fail(format!("{what}[{at}] is {word:#x}, expected {expected:#x}"));
        }
    }

    /// Compares (replica, capacity, width) with `expected` of each (replica, row, column) in use: (value, tolerance).
    /// Rows not in use must be as they were `before`.
    pub fn rows(
        &mut self,
        what: &str,
        shape: &Shape,
        width: usize,
        words: &[u32],
        before: &[u32],
        expected: impl Fn(usize, usize, usize) -> (f64, f64),
    ) {
        let mut rest = before.to_vec();
        for (replica, i) in shape.used() {
            for c in 0..width {
                let at = (replica * shape.capacity + i) * width + c;
                let (value, tolerance) = expected(replica, i, c);
                self.near(format!("{what}[{replica}, {i}, {c}]"), words[at], value, tolerance);
                rest[at] = words[at];
            }
        }
        self.same(format!("{what}, rows not in use"), words, &rest);
    }
}
