//! Training rows that are moved and flipped: the same bits however epochs are cut, and rows of other splits stay.

use gpu_mlp::rooms::backend::{Train, Weights};
use gpu_mlp::rooms::cpu::{Cpu, Schedule};
use gpu_mlp::rooms::data::Split;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::run::{Parameters, Run};
use pollster::FutureExt as _;

use crate::common::images::{images, in_bytes, of_images, of_moved_images};
use crate::common::{InBlocks, cpu, reports, run, trained};

#[test]
fn blocks_threads_and_a_resume_change_no_bit() {
    let run = run(&of_moved_images(), &in_bytes(&images()));
    let mut whole = cpu::<f32>(&run);
    let (rows, _) = trained(&run, &mut whole);
    let state = whole.state().block_on().unwrap();
    for block in [2, 5, 100] {
        let mut backend = InBlocks(cpu::<f32>(&run), block);
        assert_eq!(trained(&run, &mut backend).0, rows, "blocks of {block}");
        assert_eq!(backend.state().block_on().unwrap(), state, "blocks of {block}");
    }
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| trained(&run, &mut cpu::<f32>(&run)).0), rows);
    }
    let mut first = cpu::<f32>(&run);
    reports(&mut first, 1..4);
    let mut second = cpu::<f32>(&run);
    second.restore(&first.state().block_on().unwrap()).block_on().unwrap();
    reports(&mut second, 4..7);
    assert_eq!(second.state().block_on().unwrap().tensors, state.tensors);
}

#[test]
fn rows_move_in_training_and_stay_everywhere_else() {
    let data = in_bytes(&images());
    let [moved, still] = [of_moved_images(), of_images()].map(|parameters| run(&parameters, &data));
    let mut backends = [cpu::<f32>(&moved), cpu::<f32>(&still)];
    // The same weights, before any step.
    for split in [Split::Train, Split::Validation] {
        let [moved, still] = backends
            .each_mut()
            .map(|backend| backend.evaluate(split, Weights::Current).block_on().unwrap());
        assert_eq!(moved, still, "{split:?}");
    }
    let [of_moved, of_still] = backends.each_mut().map(|backend| {
        let quantities = backend.first_step(1).block_on().unwrap();
        quantities.into_iter().find(|quantity| quantity.name == "x").unwrap().values
    });
    assert_ne!(of_moved, of_still);
    let [moved, still] = [&moved, &still].map(|run| trained(run, &mut cpu::<f32>(run)).0);
    assert_ne!(moved[0].train.loss, still[0].train.loss);
}

/// Every row of an epoch, in training and in its own place.
#[test]
fn a_moved_row_has_the_elements_of_its_row() {
    let data = images();
    let parameters = |own: Parameters| own.batch_size(60).split([1.0, 0.0, 0.0]);
    let x = |parameters| {
        let run: std::sync::Arc<Run> = run(&parameters, &data);
        let mut backend = cpu::<f64>(&run);
        let quantities = backend.first_step(1).block_on().unwrap();
        quantities.into_iter().find(|quantity| quantity.name == "x").unwrap().values
    };
    let [moved, still] = [of_moved_images(), of_images()].map(|own| x(parameters(own)));
    let mut differing = 0;
    for (moved, still) in moved.chunks(15).zip(still.chunks(15)) {
        // 3 lines of 5; with their edges repeated no element is new to its channel.
        assert!(moved.iter().all(|value| still.contains(value)));
        differing += usize::from(moved != still);
    }
    assert!(differing > 100, "{differing} of 120 channels differ");
}

#[test]
fn the_schedule_fused_declines_in_words() {
    let layers = [Layer::dense(6, "relu"), Layer::dense(3, "softmax")];
    let parameters = Parameters { layers: layers.into(), ..of_moved_images() };
    let run = run(&parameters, &images());
    let refused = Cpu::<f32>::with_schedule(run, Schedule::Fused).err().unwrap().to_string();
    assert!(refused.contains("AUGMENT moves training rows"), "{refused}");
}
