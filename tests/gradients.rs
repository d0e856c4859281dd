//! The gradients of every activation and loss, in f64, against central differences.

mod common;

use common::image_stacks::image_stacks;
use common::signals::{Stack, ends_of_sequences, of_lengths, stacks};
use common::{activations, classes, cpu, labels, parameters, run, values};
use gpu_mlp::rooms::backend::{Quantity, State, Train};
use gpu_mlp::rooms::cpu::Cpu;
use gpu_mlp::rooms::data::Dataset;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::batch_norm::BatchNorm;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use gpu_mlp::rooms::network::layers::dense::Dense;
use gpu_mlp::rooms::network::layers::dropout::Dropout;
use gpu_mlp::rooms::network::layers::gru::Gru;
use gpu_mlp::rooms::network::layers::layer_norm::LayerNorm;
use gpu_mlp::rooms::network::layers::lstm::Lstm;
use gpu_mlp::rooms::network::layers::rnn::Rnn;
use gpu_mlp::rooms::plan::VALUE_LOSS_NAMES;
use gpu_mlp::rooms::run::{BatchGradient, ClassWeight, Parameters};
use pollster::FutureExt as _;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Half the step of a central difference: its error is step² · f''' / 6 from the formula and
/// 2^-53 · loss / step from rounding; for losses and third derivatives of size 1 both are near 1e-11.
const STEP: f64 = 1e-5;
/// DESIGN's bound on a gradient against its central difference, relative to 1.
const TOLERANCE: f64 = 1e-6;

fn gradient(trace: &[Quantity], tensor: &str) -> Vec<f64> {
    let name = format!("gradient of {tensor}");
    trace.iter().find(|quantity| quantity.name == name).unwrap().values.clone()
}

/// The winners of pools and the slopes of activations, which jump at a kink.
fn branches(trace: &[Quantity]) -> Vec<f64> {
    let has_branches = |q: &&Quantity| q.name.starts_with("winners") || q.name.starts_with("f'(");
    trace.iter().filter(has_branches).flat_map(|quantity| quantity.values.clone()).collect()
}

/// Whether there is a kink between two points: winners differ by 1 at least, slopes of the activations
/// here by 0.5; slopes that are smooth move by no more than a step or two.
fn is_kink(above: &[f64], below: &[f64]) -> bool {
    above.iter().zip(below).any(|(above, below)| (above - below).abs() > 0.1)
}

/// The loss of the first batch whose gradient the backward pass computes, Σ weight · loss times `scale`; and
/// the branches that were taken.
fn loss(backend: &mut Cpu<f64>, state: &State, weights: &[f64], scale: f64) -> (f64, Vec<f64>) {
    backend.restore(state).block_on().unwrap();
    let trace = backend.first_step(1).block_on().unwrap();
    let losses = &trace.iter().find(|q| q.name == "loss of each row").unwrap().values;
    let total: f64 = losses.iter().zip(weights).map(|(loss, weight)| loss * weight).sum();
    (total * scale, branches(&trace))
}

/// Every element of every tensor.
fn check(parameters: &Parameters, dataset: &Dataset, weights: &[f64], what: &str) {
    let run = run(parameters, dataset);
    let mut backend = cpu::<f64>(&run);
    let scale = match parameters.batch_gradient {
        BatchGradient::Mean => 1.0 / (weights.len() as f64 * run.folds[0].mean_weight),
        BatchGradient::Sum => 1.0,
    };
    let mut start = backend.state().block_on().unwrap();
    for (name, tensor) in &mut start.tensors {
        // Where padding or dead units are all that is seen, z is the bias: not 0, the kink.
        let biases = tensor.values.iter_mut().filter(|_| name.ends_with("bias"));
        biases.enumerate().for_each(|(unit, bias)| *bias += 0.013 * (unit + 1) as f64);
    }
    backend.restore(&start).block_on().unwrap();
    let trace = backend.first_step(1).block_on().unwrap();
    let (mut checked, mut at_kinks) = (0, 0);
    for name in start.tensors.keys().filter(|name| !name.contains("running_")) {
        let computed = gradient(&trace, name);
        for (element, computed) in computed.iter().enumerate() {
            let moved = |by: f64| {
                let mut state = start.clone();
                state.tensors.get_mut(name).unwrap().values[element] += by;
                state
            };
            let (above, above_branches) = loss(&mut backend, &moved(STEP), weights, scale);
            let (below, below_branches) = loss(&mut backend, &moved(-STEP), weights, scale);
            checked += 1;
            if is_kink(&above_branches, &below_branches) {
                // Across a kink a difference is no derivative.
                at_kinks += 1;
                continue;
            }
            let difference = (above - below) / (2.0 * STEP);
            let error = (computed - difference).abs() / computed.abs().max(1.0);
            assert!(
                error < TOLERANCE,
                "{what}: {name}[{element}] is {computed}, by differences {difference}"
            );
        }
    }
    assert_eq!(checked, run.plan.parameters(), "{what}");
    // Steps are small: hardly any element crosses one.
    assert!(at_kinks <= 1 + checked / 20, "{what}: {at_kinks} of {checked} at kinks");
}

#[test]
fn every_activation_in_hidden_layers_under_softmax() {
    let dataset = classes(40, 3, 3);
    for activation in activations() {
        let parameters = parameters(&[3, 5, 4, 3], &[activation, activation, "softmax"]);
        check(&parameters, &dataset, &[1.0; 4], activation);
    }
}

#[test]
fn every_activation_in_the_output_of_a_regression() {
    let dataset = values(30, 2, 2);
    for activation in activations() {
        let parameters = parameters(&[2, 4, 2], &["tanh", activation]);
        check(&parameters, &dataset, &[1.0; 4], activation);
    }
}

#[test]
fn binary_cross_entropy() {
    let parameters = parameters(&[3, 4, 1], &["gelu", "sigmoid"]);
    check(&parameters, &classes(30, 3, 2), &[1.0; 4], "one sigmoid");
}

#[test]
fn multi_label_cross_entropy() {
    let parameters = parameters(&[3, 4, 3], &["gelu", "sigmoid"]);
    check(&parameters, &labels(30, 3, 3), &[1.0; 4], "three labels");
}

#[test]
fn every_loss_of_values() {
    // Of three outputs some errors are within the numbers of huber and some beyond.
    let others = ["huber(0.3)", "sqrt(1 + e^2) - 1", "max(0.1*e, -0.9*e)"];
    for loss in VALUE_LOSS_NAMES.into_iter().chain(others) {
        let mut parameters = parameters(&[3, 4, 3], &["gelu", "linear"]);
        parameters.loss = Some(loss.into());
        check(&parameters, &values(30, 3, 3), &[1.0; 4], loss);
    }
}

#[test]
fn a_network_without_hidden_layers() {
    check(&parameters(&[3, 3], &["softmax"]), &classes(30, 3, 3), &[1.0; 4], "softmax regression");
    check(&parameters(&[3, 1], &["linear"]), &values(30, 3, 1), &[1.0; 4], "linear regression");
}

#[test]
fn the_sum_over_a_batch() {
    let mut parameters = parameters(&[3, 4, 3], &["tanh", "softmax"]);
    parameters.batch_gradient = BatchGradient::Sum;
    check(&parameters, &classes(30, 3, 3), &[1.0; 4], "sum");
}

#[test]
fn weights_of_rows() {
    let weights: Vec<f64> = (0..30).map(|row| f64::from(row % 5)).collect();
    let dataset = values(30, 2, 1).with_sample_weight(weights.clone()).unwrap();
    let parameters = parameters(&[2, 4, 1], &["tanh", "linear"]);
    let of_batch = weights_of_first_batch(&parameters, &dataset, |row, _| weights[row]);
    assert!(of_batch.iter().any(|&w| w != of_batch[0]), "the weights differ: {of_batch:?}");
    check(&parameters, &dataset, &of_batch, "sample weights");
}

#[test]
fn weights_of_classes() {
    let dataset = classes(30, 3, 3);
    let mut parameters = parameters(&[3, 4, 3], &["tanh", "softmax"]);
    parameters.random_seed = 1;
    parameters.class_weight = Some(ClassWeight::Each(vec![0.5, 1.0, 4.0]));
    let of_batch = weights_of_first_batch(&parameters, &dataset, |_, class| [0.5, 1.0, 4.0][class]);
    assert!(of_batch.iter().any(|&w| w != of_batch[0]), "the weights differ: {of_batch:?}");
    check(&parameters, &dataset, &of_batch, "class weights");
}

/// The weight of each row of the first batch, by the order of epoch 1.
fn weights_of_first_batch(
    parameters: &Parameters,
    dataset: &Dataset,
    weight: impl Fn(usize, usize) -> f64,
) -> Vec<f64> {
    use gpu_mlp::rooms::data::{Order, Split, Targets};
    let run = run(parameters, dataset);
    let train = run.folds[0].rows(Split::Train);
    let mut places = [0; 4];
    Order::new(parameters.random_seed, 1, train.len() as u32).fill(0, &mut places);
    let class = |row: usize| match &dataset.targets {
        Targets::Integers(labels) => labels[[row, 0]] as usize,
        Targets::Reals(_) => 0,
    };
    let row = |place: u32| train[place as usize] as usize;
    places.map(|place| weight(row(place), class(row(place)))).to_vec()
}

proptest! {
    // The same stacks in every run: one in some thousands has more elements at kinks than the bound allows.
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::with_cases(64)
    })]

    #[test]
    fn random_stacks_of_convolutions_and_pools(stack in stacks()) {
        check(&stack.parameters(), &stack.dataset(12), &[1.0; 4], &format!("{stack:?}"));
    }
}

/// Tables under normalisations, dropout and residuals: features are channels of one position.
#[test]
fn layers_of_tables() {
    let dense = |units| Layer::activated(Dense { units: Some(units), bias: false }, "linear");
    let norm = |f: &str| Layer::activated(BatchNorm::default(), f);
    let branch = vec![dense(4), norm("tanh"), dense(6), Layer::plain(LayerNorm::default())];
    let stacks: [Vec<Layer<String>>; 3] = [
        vec![dense(5), norm("gelu"), Layer::plain(Dropout { rate: 0.3 })],
        // Six units for three features: the shortcut projects them.
        vec![Layer::residual(branch.clone(), "prelu")],
        vec![Layer::dense(6, "tanh"), Layer::residual(branch, "linear")],
    ];
    for mut layers in stacks {
        layers.push(Layer::dense(3, "softmax"));
        let parameters = Parameters::new(layers).learning_rate(0.1).max_epochs(1).batch_size(4);
        check(&parameters, &classes(30, 3, 3), &[1.0; 4], &format!("{parameters:?}"));
    }
}

/// A layer of each recurrent kind: its last output or all, in one direction or both.
fn recurrent(units: usize, return_sequences: bool, bidirectional: bool) -> [Layer<String>; 3] {
    [
        Layer::activated(Rnn { units, return_sequences, bidirectional }, "tanh"),
        Layer::plain(Gru { units, return_sequences, bidirectional }),
        Layer::plain(Lstm { units, return_sequences, bidirectional }),
    ]
}

#[test]
fn recurrent_layers_through_thirty_samples() {
    for last in recurrent(3, false, false) {
        check_stack(2, 30, vec![last]);
    }
    for last in recurrent(2, false, true) {
        check_stack(3, 30, vec![last]);
    }
}

#[test]
fn recurrent_layers_among_others() {
    let norm = || Layer::activated(BatchNorm::default(), "gelu");
    let conv = Layer::activated(Conv1d { stride: 2, ..Conv1d::new(4, 3) }, "tanh");
    let all = |bidirectional| recurrent(3, true, bidirectional);
    for (first, last) in all(true).into_iter().zip(recurrent(2, false, false)) {
        // One after the other, with and without layers between, the whole sequence at the end.
        check_stack(2, 7, vec![first.clone(), last.clone()]);
        check_stack(2, 7, vec![norm(), first.clone(), norm(), last]);
        check_stack(1, 15, vec![conv.clone(), first]);
    }
    for each in all(false) {
        let branch = vec![each.clone(), Layer::plain(Dropout { rate: 0.3 })];
        check_stack(3, 5, vec![Layer::residual(branch.clone(), "linear")]);
        check_stack(2, 5, vec![Layer::residual(branch, "relu"), each]);
    }
    // One sample: nothing recurs.
    for last in recurrent(3, false, true) {
        check_stack(2, 1, vec![last]);
    }
    let relu = Rnn { units: 4, return_sequences: true, bidirectional: true };
    check_stack(2, 6, vec![Layer::activated(relu, "x*sigmoid(x)")]);
}

#[test]
fn rows_that_have_lengths_through_thirty_samples() {
    let check = |stack: Stack| {
        let dataset = stack.with_lengths(12, 1e6);
        check(&stack.parameters(), &dataset, &[1.0; 4], &format!("{stack:?}"));
    };
    for (index, end) in ends_of_sequences().into_iter().enumerate() {
        // Both pools, and the last h of an lstm.
        if [0, 1, 4].contains(&index) {
            check(of_lengths(2, 30, end.clone()));
        }
        let layers = vec![end, Layer::dense(2, "linear")];
        check(Stack { channels: 3, samples: 30, classifies: false, layers });
    }
    for first in recurrent(3, true, true) {
        let layers = vec![first, Layer::plain(Gru::new(2)), Layer::dense(2, "linear")];
        check(Stack { channels: 2, samples: 30, classifies: false, layers });
    }
}

/// Layers, and a dense layer after them, on signals.
fn check_stack(channels: usize, samples: usize, mut layers: Vec<Layer<String>>) {
    layers.push(Layer::dense(2, "linear"));
    let stack = Stack { channels, samples, classifies: false, layers };
    check(&stack.parameters(), &stack.dataset(12), &[1.0; 4], &format!("{stack:?}"));
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2),
        ..ProptestConfig::with_cases(64)
    })]

    #[test]
    fn random_stacks_of_layers_of_images(stack in image_stacks()) {
        check(&stack.parameters(), &stack.dataset(12), &[1.0; 4], &format!("{stack:?}"));
    }
}
