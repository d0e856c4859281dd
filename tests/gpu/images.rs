//! Layers of images on the GPU against the CPU: random stacks, a network of every kind of layer, its first step, and
//! several replicas of it.

use pollster::FutureExt as _;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::common::image_stacks::{ImageStack, image_stacks, of_every_layer};
use crate::common::{InBlocks, cpu, joined, run, trained};
use crate::runs::check_on;
use crate::support::gpu;
use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::gpu::Schedule;
use gpu_mlp::rooms::run::Parameters;

/// 28 training rows in batches of 8: 4 steps per epoch, the last of 4 rows; 20 steps in all.
fn twenty_steps(stack: &ImageStack) -> Parameters {
    let mut parameters = stack.parameters();
    (parameters.batch_size, parameters.max_epochs, parameters.learning_rate) = (8, 5, 0.02);
    parameters
}

#[test]
fn random_stacks_of_images() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..24 {
        let stack = image_stacks().new_tree(&mut runner).unwrap().current();
        let run = run(&twenty_steps(&stack), &stack.dataset(40));
        check_on("random_stacks_of_images", Schedule::Layered, &run, &format!("{stack:?}"));
    }
}

#[test]
fn every_quantity_of_a_first_step_of_images() {
    let stack = of_every_layer();
    let run = run(&twenty_steps(&stack), &stack.dataset(40));
    let Some(mut gpu) = gpu("every_quantity_of_a_first_step_of_images", &run) else { return };
    let mut cpu = cpu::<f64>(&run);
    let before = gpu.state().block_on().unwrap();
    let (on_gpu, on_cpu) =
        (gpu.first_step(1).block_on().unwrap(), cpu.first_step(1).block_on().unwrap());
    assert_eq!(gpu.state().block_on().unwrap(), before, "a first step moves no running value");
    assert_eq!(on_gpu.len(), on_cpu.len());
    for (gpu, cpu) in on_gpu.iter().zip(&on_cpu) {
        assert_eq!((&gpu.name, &gpu.shape), (&cpu.name, &cpu.shape));
        // A dozen sums of up to 8 · 30 terms, each within (2·sqrt(K) + 16)·2^-24 of the sum of its terms; terms
        // that cancel leave smaller sums, at most ten times smaller relative to the largest element.
        let largest = cpu.values.iter().fold(0.0f64, |most, value| most.max(value.abs()));
        let bound = 12.0 * (2.0 * 240f64.sqrt() + 16.0) * 2f64.powi(-24) * 10.0 * largest.max(1e-3);
        for (value, expected) in gpu.values.iter().zip(&cpu.values) {
            let what = format!("{}: {value}, expected {expected}", gpu.name);
            assert!((value - expected).abs() <= bound, "{what} within {bound:e}");
        }
    }
}

/// Blocks of epochs, and a state that is put back, with dropout and running values.
#[test]
fn images_have_the_same_bits_however_epochs_are_cut() {
    let stack = of_every_layer();
    let run = run(&twenty_steps(&stack), &stack.dataset(40));
    let test = "images_have_the_same_bits_however_epochs_are_cut";
    let Some(mut whole) = gpu(test, &run) else { return };
    let start = whole.state().block_on().unwrap();
    let (rows, _) = trained(&run, &mut whole);
    let state = whole.state().block_on().unwrap();
    for block in [2, 100] {
        let Some(backend) = gpu(test, &run) else { return };
        let mut backend = InBlocks(backend, block);
        assert_eq!(trained(&run, &mut backend).0, rows, "blocks of {block}");
        assert_eq!(backend.state().block_on().unwrap(), state, "blocks of {block}");
    }
    whole.restore(&start).block_on().unwrap();
    assert_eq!(trained(&run, &mut whole).0, rows, "a state that is put back");
}

#[test]
fn replicas_of_images_are_single_runs() {
    let stack = of_every_layer();
    let singles = [1, 2, 3].map(|seed| {
        run(&Parameters { random_seed: seed, ..twenty_steps(&stack) }, &stack.dataset(40))
    });
    let joined = joined(&singles);
    check_on("replicas_of_images", Schedule::Layered, &joined, "three replicas");
    let Some(mut gpu) = gpu("replicas_of_images", &joined) else { return };
    let (rows, _) = trained(&joined, &mut gpu);
    for (replica, single) in singles.iter().enumerate() {
        let of_replica = rows.iter().filter(|row| row.replica.0 == replica);
        let (own, _) = trained(single, &mut cpu::<f32>(single));
        for (found, own) in of_replica.zip(&own) {
            let apart = (found.train.loss - own.train.loss).abs();
            assert!(apart <= 1e-4 * own.train.loss.abs().max(1.0), "replica {replica}: {apart:e}");
        }
    }
}
