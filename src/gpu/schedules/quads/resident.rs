//! The schedule `resident`: many steps in one dispatch, one workgroup per replica.

use super::ahead::ahead;
use super::bindings::{Binding, Buffers, Declared, declare_rows};
use super::fusible::{COLUMN, Fusible, quads_of};
use super::iterations::{over_quads, reduction, shared};
use super::needs::Needs;
use super::text::Text;
use crate::error::Result;
use crate::gpu::device::dispatch::Size;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::{Code, Variant};
use crate::gpu::device::limits::ITERATIONS;
use crate::gpu::schedules::build::Build;
use crate::gpu::session::sizes::training_capacity;
use crate::gpu::session::statistics::LEVELS;
use crate::gpu::session::train::TrainingSteps;
use crate::run::Run;

/// The dispatches of the schedule; the error is unfit if it does not take the network or the device.
pub(in crate::rooms::gpu) fn resident(build: &mut Build) -> Result<TrainingSteps> {
    let fusible = Fusible::of(build.run)?;
    let sizes = Sizes::new(build, &fusible);
    sizes.check(build)?;
    let mut ahead = ahead(build)?;
    let (run, gpu) = (build.run, build.gpu);
    let text = Text {
        run,
        fusible: &fusible,
        layout: &build.buffers.layout,
        threads: sizes.threads,
        quads: sizes.quads,
        ahead: ahead.gathered.capacity,
    };
    let text = text.resident(&declared(run), sizes.local_weights);
    let buffers = Buffers::new(build, &ahead.gathered).of_update(&declared(run));
    let steps = sizes.steps(gpu, ahead.steps);
    let iterations = sizes.iterations_outside + steps * sizes.iterations_a_step;
    let words = build.optimizer_words();
    let size = Size::workgroups(1).iterating(iterations);
    let dispatch = build.dispatcher().dispatch_words(
        Code::Made("resident", &text),
        Variant::default(),
        &words,
        &buffers,
        size,
    );
    // Rows are gathered for whole dispatches.
    ahead.steps = ahead.steps / steps * steps;
    Ok(TrainingSteps { ahead: Some(ahead), dispatches: vec![dispatch], steps })
}

/// The bindings from 1 on, without the slots of the optimizer, which come last.
pub(super) fn declared(run: &Run) -> Vec<Declared> {
    let mut declared = vec![
        (Binding::X, Read),
        (Binding::Truth, Read),
        (Binding::Weights, Write),
        (Binding::Sums, Write),
    ];
    declare_rows(run, &mut declared);
    declared
}

/// The sizes of the dispatch.
struct Sizes {
    quads: usize,
    threads: usize,
    /// Bytes of workgroup memory, weights aside.
    bytes: usize,
    /// Whether the weights fit in workgroup memory, too.
    local_weights: bool,
    /// Loop iterations of a step, and those before the first step and after the last.
    iterations_a_step: usize,
    iterations_outside: usize,
}

impl Sizes {
    fn new(build: &Build, fusible: &Fusible) -> Self {
        let (run, weights) = (build.run, build.buffers.layout.total());
        let quads = quads_of(training_capacity(run));
        let links = &fusible.chain.links;
        let widest = links.iter().map(|link| link.units.max(link.inputs)).max().unwrap_or(1);
        let threads = Fusible::threads(build.gpu, (quads * widest).max(weights));
        let bytes = quads * fusible.columns.total * COLUMN + 4 * threads;
        let memory = build.gpu.limits.max_compute_workgroup_storage_size as usize;
        let moves = shared(weights, threads, over_quads(quads));
        let norm = if run.bounds_norm() { moves + reduction(threads) } else { 0 };
        // Each step adds to two levels of the sums on average; a dispatch may begin with all levels.
        let stats = shared(fusible.columns.stats_length, threads, over_quads(quads) + 2);
        let pass = fusible.pass_iterations(&run.plan.loss, quads, threads);
        Sizes {
            quads,
            threads,
            bytes,
            local_weights: bytes + 4 * weights <= memory,
            // 1 for the iteration of the loop over steps.
            iterations_a_step: 1 + pass + norm + moves + stats,
            iterations_outside: 1 + 2 * shared(weights, threads, 0) + LEVELS,
        }
    }

    /// Steps per dispatch, at most `ahead`, whose rows are gathered together.
    fn steps(&self, gpu: &Gpu, ahead: usize) -> usize {
        if !gpu.is_software {
            return ahead;
        }
        let iterations = (ITERATIONS as usize).saturating_sub(self.iterations_outside);
        (iterations / self.iterations_a_step).clamp(1, ahead)
    }

    fn check(&self, build: &Build) -> Result<()> {
        Needs {
            bytes: self.bytes,
            iterations: (self.iterations_outside + self.iterations_a_step) as u64,
            // One more for the steps.
            buffers: declared(build.run).len() + build.run.optimizer().slots() + 1,
            workgroups: 1,
        }
        .check(build.gpu)
    }
}
