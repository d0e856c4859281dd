//! The schedule `two-phase`: forward and backward with one workgroup per quad, then gradient, clip and update with one
//! thread per weight.

use super::ahead::ahead;
use super::bindings::{Binding, Buffers, Declared, declare_rows};
use super::fusible::{COLUMN, Fusible, quads_of};
use super::iterations::{over_quads, reduction, shared};
use super::needs::Needs;
use super::text::Text;
use crate::error::Result;
use crate::gpu::device::dispatch::Size;
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::{Code, Variant};
use crate::gpu::schedules::build::Build;
use crate::gpu::session::sizes::training_capacity;
use crate::gpu::session::statistics::LEVELS;
use crate::gpu::session::train::TrainingSteps;
use crate::run::Run;

/// Threads per workgroup that moves weights.
const UPDATE_THREADS: usize = 256;

/// The dispatches of the schedule; the error is unfit if it does not take the network or the device.
pub(in crate::rooms::gpu) fn two_phase(build: &mut Build) -> Result<TrainingSteps> {
    let fusible = Fusible::of(build.run)?;
    let sizes = Sizes::new(build, &fusible);
    sizes.check(build, &fusible)?;
    let ahead = ahead(build)?;
    let (run, gpu) = (build.run, build.gpu);
    let replicas = run.replicas.len();
    let columns = gpu.storage(
        "the columns of a batch",
        replicas * sizes.quads * fusible.columns.kept * COLUMN / 4,
    )?;
    let [rows_text, update_text] = [sizes.threads, sizes.update_threads].map(|threads| Text {
        run,
        fusible: &fusible,
        layout: &build.buffers.layout,
        threads,
        quads: 1,
        ahead: ahead.gathered.capacity,
    });
    let rows_text = rows_text.two_phase_rows(&rows_declared(run), sizes.quads);
    let update_text = update_text.two_phase_update(
        &update_declared(run),
        sizes.quads,
        run.bounds_norm().then_some(sizes.workgroups),
    );
    let squares = gpu.storage("the squares of the gradient", replicas * sizes.workgroups)?;
    let buffers = Buffers::new(build, &ahead.gathered).with(&columns, &squares);
    let rows_buffers = buffers.of(&rows_declared(run));
    let update_buffers = buffers.of_update(&update_declared(run));
    let words = build.optimizer_words();
    let mut dispatcher = build.dispatcher();
    let iterations = sizes.rows_iterations(run, &fusible);
    let size = Size { workgroups: [sizes.quads, 1], iterations };
    let code = Code::Made("two_phase_rows", &rows_text);
    let rows = dispatcher.dispatch_words(code, Variant::default(), &[0], &rows_buffers, size);
    let mut dispatches = vec![rows];
    let code = Code::Made("two_phase_update", &update_text);
    let entries: &[&'static str] =
        if run.bounds_norm() { &["gradients", "moves"] } else { &["main"] };
    for entry in entries {
        let variant = Variant { entry: Some(entry), ..Variant::default() };
        let size = Size::workgroups(sizes.workgroups).iterating(sizes.update_iterations());
        dispatches.push(dispatcher.dispatch_words(code, variant, &words, &update_buffers, size));
    }
    Ok(TrainingSteps { ahead: Some(ahead), dispatches, steps: 1 })
}

/// The bindings of the first dispatch, from 1 on.
pub(super) fn rows_declared(run: &Run) -> Vec<Declared> {
    let mut declared = vec![
        (Binding::X, Read),
        (Binding::Truth, Read),
        (Binding::Weights, Read),
        (Binding::Columns, Write),
    ];
    declare_rows(run, &mut declared);
    declared
}

/// The bindings of the other dispatches, from 1 on, without the slots of the optimizer, which come last.
pub(super) fn update_declared(run: &Run) -> Vec<Declared> {
    let mut declared =
        vec![(Binding::Columns, Read), (Binding::Weights, Write), (Binding::Sums, Write)];
    if run.bounds_norm() {
        declared.extend([(Binding::GradientSums, Write), (Binding::Squares, Write)]);
    }
    declared
}

/// The sizes of the dispatches.
struct Sizes {
    /// Quads per batch: the workgroups of the first dispatch.
    quads: usize,
    threads: usize,
    update_threads: usize,
    /// Workgroups of the other dispatches.
    workgroups: usize,
}

impl Sizes {
    fn new(build: &Build, fusible: &Fusible) -> Self {
        let links = &fusible.chain.links;
        let widest = links.iter().map(|link| link.units.max(link.inputs)).max().unwrap_or(1);
        let update_threads = Fusible::threads(build.gpu, UPDATE_THREADS);
        let threads_of_update = build.buffers.layout.total() + fusible.columns.stats_length;
        Sizes {
            quads: quads_of(training_capacity(build.run)),
            threads: Fusible::threads(build.gpu, widest),
            update_threads,
            workgroups: threads_of_update.div_ceil(update_threads),
        }
    }

    fn rows_iterations(&self, run: &Run, fusible: &Fusible) -> usize {
        let kept = shared(fusible.columns.kept, self.threads, 0);
        fusible.pass_iterations(&run.plan.loss, 1, self.threads) + kept
    }

    /// Iterations for one weight: its gradient, the sums for metrics, and the norm.
    fn update_iterations(&self) -> usize {
        let threads = self.update_threads;
        2 * over_quads(self.quads)
            + LEVELS
            + shared(self.workgroups, threads, 0)
            + reduction(threads)
    }

    fn check(&self, build: &Build, fusible: &Fusible) -> Result<()> {
        let run = build.run;
        let reduce = if fusible.columns.any_parameter() { 4 * self.threads } else { 0 };
        let iterations = self.rows_iterations(run, fusible).max(self.update_iterations());
        let of_update = update_declared(run).len() + run.optimizer().slots();
        Needs {
            bytes: fusible.columns.total * COLUMN + reduce,
            iterations: iterations as u64,
            // One more for the steps.
            buffers: rows_declared(run).len().max(of_update) + 1,
            workgroups: self.quads,
        }
        .check(build.gpu)
    }
}
