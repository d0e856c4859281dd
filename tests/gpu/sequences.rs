//! Recurrent layers on the GPU against the CPU: every kind of them, their first step, and long sequences.

use pollster::FutureExt as _;

use crate::common::signals::{Stack, of_recurrent_layers};
use crate::common::{InBlocks, cpu, run, trained};
use crate::runs::check_on;
use crate::support::gpu;
use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::gpu::Schedule;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::gru::Gru;
use gpu_mlp::rooms::network::layers::lstm::Lstm;
use gpu_mlp::rooms::network::layers::rnn::Rnn;
use gpu_mlp::rooms::run::Parameters;

/// 28 training rows in batches of 8: 4 steps per epoch, the last of 4 rows; 20 steps in all.
fn twenty_steps(stack: &Stack) -> Parameters {
    let mut parameters = stack.parameters();
    (parameters.batch_size, parameters.max_epochs, parameters.learning_rate) = (8, 5, 0.02);
    parameters
}

/// Each kind alone, with more units than a workgroup has threads, and all of them together.
#[test]
fn recurrent_layers() {
    let (return_sequences, bidirectional) = (false, true);
    let of = |layer| {
        let layers = vec![layer, Layer::dense(3, "softmax")];
        Stack { channels: 3, samples: 11, classifies: true, layers }
    };
    for units in [3, 70] {
        for stack in [
            of(Layer::activated(Rnn { units, return_sequences, bidirectional }, "x*sigmoid(x)")),
            of(Layer::plain(Gru { units, return_sequences, bidirectional })),
            of(Layer::plain(Lstm { units, return_sequences, bidirectional })),
        ] {
            let run = run(&twenty_steps(&stack), &stack.dataset(40));
            check_on("recurrent_layers", Schedule::Layered, &run, &format!("{stack:?}"));
        }
    }
    let stack = of_recurrent_layers(2, 9);
    let run = run(&twenty_steps(&stack), &stack.dataset(40));
    check_on("recurrent_layers", Schedule::Layered, &run, "every recurrent layer");
}

#[test]
fn every_quantity_of_a_first_step_of_sequences() {
    let stack = of_recurrent_layers(2, 9);
    let run = run(&twenty_steps(&stack), &stack.dataset(40));
    let Some(mut gpu) = gpu("every_quantity_of_a_first_step_of_sequences", &run) else { return };
    let mut cpu = cpu::<f64>(&run);
    let (on_gpu, on_cpu) =
        (gpu.first_step(1).block_on().unwrap(), cpu.first_step(1).block_on().unwrap());
    assert_eq!(on_gpu.len(), on_cpu.len());
    for (gpu, cpu) in on_gpu.iter().zip(&on_cpu) {
        assert_eq!((&gpu.name, &gpu.shape), (&cpu.name, &cpu.shape));
        // Sums of up to 8 · 9 terms, each within (2·sqrt(K) + 16)·2^-24 of the sum of its terms, one after the other
        // through nine samples of four layers and back.
        let largest = cpu.values.iter().fold(0.0f64, |most, value| most.max(value.abs()));
        let bound = 72.0 * (2.0 * 72f64.sqrt() + 16.0) * 2f64.powi(-24) * 10.0 * largest.max(1e-3);
        for (value, expected) in gpu.values.iter().zip(&cpu.values) {
            let what = format!("{}: {value}, expected {expected}", gpu.name);
            assert!((value - expected).abs() <= bound, "{what} within {bound:e}");
        }
    }
}

/// Beyond the loop iterations that a dispatch may have on a software device, forward and backward.
#[test]
fn sequences_of_a_thousand_samples() {
    let (units, return_sequences) = (64, false);
    let test = "sequences_of_a_thousand_samples";
    for layer in [
        Layer::plain(Gru { units, return_sequences, bidirectional: true }),
        Layer::plain(Lstm { units, return_sequences: true, bidirectional: false }),
    ] {
        let layers = vec![layer, Layer::dense(3, "softmax")];
        let stack = Stack { channels: 1, samples: 1000, classifies: true, layers };
        let mut parameters = stack.parameters();
        (parameters.batch_size, parameters.max_epochs, parameters.learning_rate) = (4, 1, 0.02);
        let run = run(&parameters, &stack.dataset(12));
        let Some(gpu) = gpu(test, &run) else { return };
        let iterations = gpu.most_iterations();
        assert!((40_000..=60_000).contains(&iterations), "{iterations} iterations");
        check_on(test, Schedule::Layered, &run, &format!("{stack:?}"));
    }
}

/// More rows than the product of all their time steps has tiles for: they are evaluated in several blocks.
#[test]
fn many_rows_of_a_narrow_network() {
    let layers = vec![Layer::activated(Rnn::new(2), "tanh"), Layer::dense(3, "softmax")];
    let stack = Stack { channels: 1, samples: 1024, classifies: true, layers };
    let mut parameters = stack.parameters();
    (parameters.batch_size, parameters.max_epochs, parameters.learning_rate) = (128, 1, 0.02);
    let run = run(&parameters, &stack.dataset(1700));
    check_on("many_rows_of_a_narrow_network", Schedule::Layered, &run, "a narrow network");
}

#[test]
fn sequences_have_the_same_bits_however_epochs_are_cut() {
    let stack = of_recurrent_layers(2, 9);
    let run = run(&twenty_steps(&stack), &stack.dataset(40));
    let test = "sequences_have_the_same_bits_however_epochs_are_cut";
    let Some(mut whole) = gpu(test, &run) else { return };
    let start = whole.state().block_on().unwrap();
    let (rows, _) = trained(&run, &mut whole);
    let Some(backend) = gpu(test, &run) else { return };
    assert_eq!(trained(&run, &mut InBlocks(backend, 2)).0, rows, "blocks of 2");
    whole.restore(&start).block_on().unwrap();
    assert_eq!(trained(&run, &mut whole).0, rows, "a state that is put back");
}
