//! One training, cut in every way.

use std::sync::Arc;

use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::run::Run;
use pollster::FutureExt as _;

use crate::common::{InBlocks, cpu, reports, trained};

/// The same bits however the five epochs of a run are cut, on any number of threads, and after a resume.
pub fn check_cuts(run: &Arc<Run>) {
    let mut whole = cpu::<f32>(run);
    let (rows, _) = trained(run, &mut whole);
    let state = whole.state().block_on().unwrap();
    for block in [2, 100] {
        let mut backend = InBlocks(cpu::<f32>(run), block);
        assert_eq!(trained(run, &mut backend).0, rows, "blocks of {block}");
        assert_eq!(backend.state().block_on().unwrap(), state, "blocks of {block}");
    }
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| trained(run, &mut cpu::<f32>(run)).0), rows);
    }
    let mut first = cpu::<f32>(run);
    reports(&mut first, 1..3);
    let mut second = cpu::<f32>(run);
    second.restore(&first.state().block_on().unwrap()).block_on().unwrap();
    reports(&mut second, 3..6);
    assert_eq!(second.state().block_on().unwrap().tensors, state.tensors);
}
