//! The kernels of a network as texts, for checks without a device.

use super::fusible::{Fusible, ROWS, quads_of};
use super::text::Text;
use super::{resident, two_phase};
use crate::error::Result;
use crate::gpu::session::sizes::training_capacity;
use crate::plan::Layout;
use crate::run::Run;

/// The name and text of every kernel that is generated for a run, with weights in workgroup memory and in
/// storage: what a validator can check without a device. Unfit where there is none.
pub fn generated_sources(run: &Run) -> Result<Vec<(String, String)>> {
    let fusible = Fusible::of(run)?;
    let quads = quads_of(training_capacity(run));
    let (layout, ahead) = (&Layout::new(&run.plan), quads * ROWS);
    let text = |quads| Text { run, fusible: &fusible, layout, threads: 256, quads, ahead };
    let norm = run.bounds_norm().then_some(7);
    let resident = |local_weights| text(quads).resident(&resident::declared(run), local_weights);
    Ok([
        ("two_phase_rows", text(1).two_phase_rows(&two_phase::rows_declared(run), quads)),
        (
            "two_phase_update",
            text(1).two_phase_update(&two_phase::update_declared(run), quads, norm),
        ),
        ("resident, weights in workgroup memory", resident(true)),
        ("resident, weights in storage", resident(false)),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .to_vec())
}
