//! Convolutions and pools on the GPU against the CPU: the source's example, random stacks, a stack whose products take
//! many tiles, and the gradients of a first step.

use pollster::FutureExt as _;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::common::signals::{Stack, stacks, with_worked_weights, worked_example};
use crate::common::{cpu, run};
use crate::runs::check_on;
use crate::support::gpu;
use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::data::Dataset;
use gpu_mlp::rooms::gpu::Schedule;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use gpu_mlp::rooms::network::layers::maxpool1d::MaxPool1d;
use gpu_mlp::rooms::plan::Padding;
use gpu_mlp::rooms::run::{Optimizer, Parameters};

/// 28 training rows in batches of 8: 4 steps per epoch, the last of 4 rows; 20 steps in all.
fn twenty_steps(stack: &Stack) -> Parameters {
    let mut parameters = stack.parameters();
    (parameters.batch_size, parameters.max_epochs, parameters.learning_rate) = (8, 5, 0.02);
    parameters
}

#[test]
fn random_stacks() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..16 {
        let stack = stacks().new_tree(&mut runner).unwrap().current();
        check("random_stacks", &twenty_steps(&stack), &stack.dataset(40), &format!("{stack:?}"));
    }
}

fn conv1d(filters: usize, kernel: usize, stride: usize) -> Layer<String> {
    let activation = "relu";
    Layer::activated(
        Conv1d { stride, padding: Padding::Same, ..Conv1d::new(filters, kernel) },
        activation,
    )
}

/// Sizes around and beyond the tiles of 16, 64 and 16, also odd ones.
fn wide_stack() -> Stack {
    let layers = vec![
        conv1d(17, 9, 1),
        Layer::plain(MaxPool1d { size: 3, stride: 2 }),
        conv1d(33, 5, 2),
        conv1d(16, 4, 1),
        Layer::dense(67, "tanh"),
        Layer::dense(3, "softmax"),
    ];
    Stack { channels: 3, samples: 131, classifies: true, layers }
}

#[test]
fn a_stack_of_many_tiles() {
    let stack = wide_stack();
    let mut parameters = twenty_steps(&stack);
    parameters.optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    parameters.learning_rate = 1e-3;
    check("a_stack_of_many_tiles", &parameters, &stack.dataset(40), "many tiles");
}

/// Every quantity of a first step, element by element: the weights are the same, so only the rounding of sums differs.
#[test]
fn every_quantity_of_a_first_step() {
    let test = "every_quantity_of_a_first_step";
    let stack = wide_stack();
    let (parameters, dataset) = worked_example(None);
    for (what, parameters, dataset) in [
        ("the source's example", parameters, dataset),
        ("many tiles", twenty_steps(&stack), stack.dataset(40)),
    ] {
        let run = run(&parameters, &dataset);
        let Some(mut gpu) = gpu(test, &run) else { return };
        let mut cpu = cpu::<f64>(&run);
        let mut state = cpu.state().block_on().unwrap();
        if what == "the source's example" {
            state = with_worked_weights(state, 0);
        }
        cpu.restore(&state).block_on().unwrap();
        gpu.restore(&state).block_on().unwrap();
        let (on_gpu, on_cpu) =
            (gpu.first_step(1).block_on().unwrap(), cpu.first_step(1).block_on().unwrap());
        assert_eq!(on_gpu.len(), on_cpu.len());
        for (gpu, cpu) in on_gpu.iter().zip(&on_cpu) {
            assert_eq!((&gpu.name, &gpu.shape), (&cpu.name, &cpu.shape), "{what}");
            // Ten products lead to the last gradient, five forward and five back; each is within
            // (2·sqrt(K) + 16)·2^-24 of the sum of its terms, the longest with K = 8 rows of 131
            // positions. Terms that cancel leave smaller sums: at most ten times smaller here, relative to the
            // largest element of the quantity.
            let largest = cpu.values.iter().fold(0.0f64, |most, value| most.max(value.abs()));
            let bound = 10.0 * (2.0 * 1048f64.sqrt() + 16.0) * 2f64.powi(-24) * 10.0 * largest;
            for (value, expected) in gpu.values.iter().zip(&cpu.values) {
                let what = format!("{what}, {}: {value}, expected {expected}", gpu.name);
                assert!((value - expected).abs() <= bound, "{what} within {bound:e}");
            }
        }
    }
}

#[test]
fn the_signals_that_ship() {
    let mut parameters =
        Parameters::read("params/cylinder_bell_funnel.json".as_ref(), &[]).unwrap();
    parameters.max_epochs = 2;
    parameters.split = [0.7, 0.3, 0.0];
    let dataset = Dataset::read("datasets/cylinder_bell_funnel.npz").unwrap();
    check("the_signals_that_ship", &parameters, &dataset, "cylinder_bell_funnel");
}

/// Networks for signals are no chain of dense layers: only one schedule takes them.
fn check(test: &str, parameters: &Parameters, dataset: &Dataset, what: &str) {
    check_on(test, Schedule::Layered, &run(parameters, dataset), what);
}
