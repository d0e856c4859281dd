//! The texts of the kernels of a network, for checks without a device.

use super::fusible::{Fusible, ROWS, quads_of};
use super::text::Text;
use super::{resident, two_phase};
use crate::error::Result;
use crate::gpu::session::sizes::training_capacity;
use crate::plan::Layout;
use crate::run::Run;

/// The name and text of every kernel that is generated for a run, for a validator without a device; `resident` with
/// weights in workgroup memory and in storage. The error is unfit if no kernel is generated.
pub fn generated_sources(run: &Run) -> Result<Vec<(String, String)>> {
    let fusible = Fusible::of(run)?;
    let quads = quads_of(training_capacity(run));
    let (layout, ahead) = (&Layout::new(&run.plan), quads * ROWS);
    let [one_quad, all_quads] =
        [1, quads].map(|quads| Text { run, fusible: &fusible, layout, threads: 256, quads, ahead });
    let norm = run.bounds_norm().then_some(7);
    let [local, stored] =
        [true, false].map(|local| all_quads.resident(&resident::declared(run), local));
    let rows = one_quad.two_phase_rows(&two_phase::rows_declared(run), quads);
    let update = one_quad.two_phase_update(&two_phase::update_declared(run), quads, norm);
    Ok([
        ("two_phase_rows", rows),
        ("two_phase_update", update),
        ("resident, weights in workgroup memory", local),
        ("resident, weights in storage", stored),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .to_vec())
}
