//! The CPU's schedule `fused` against the reference: whole runs of 20 steps, losses within 1e-4, on
//! every activation it has, loss, optimizer, clip, batch size, and widths around its vectors of 16.

mod common;

use common::signals::Stack;
use common::{InBlocks, check_schedule, classes, cpu, labels, parameters, run, trained, values};
use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::cpu::{Cpu, Schedule};
use gpu_mlp::rooms::data::Dataset;
use gpu_mlp::rooms::error::ErrorKind;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::maxpool1d::MaxPool1d;
use gpu_mlp::rooms::plan::VALUE_LOSS_NAMES;
use gpu_mlp::rooms::run::{BatchGradient, ClassWeight, Clip, Optimizer, Parameters, Run};
use pollster::FutureExt as _;
use std::sync::Arc;

const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

fn fused(run: &Arc<Run>) -> Cpu<f32> {
    Cpu::with_schedule(run.clone(), Schedule::Fused).unwrap()
}

/// Five epochs of 28 training rows.
fn check(parameters: &Parameters, dataset: &Dataset, what: &str) {
    check_schedule(Schedule::Fused, parameters, dataset, what);
}

fn settings(sizes: &[usize], activations: &[&str], batch_size: usize) -> Parameters {
    let mut parameters = parameters(sizes, activations);
    (parameters.batch_size, parameters.learning_rate) = (batch_size, 0.02);
    parameters
}

#[test]
fn every_activation() {
    let dataset = classes(40, 3, 3);
    for activation in [
        "relu",
        "leaky_relu",
        "elu",
        "selu",
        "gelu",
        "sigmoid",
        "softplus",
        "tanh",
        "linear",
        "custom_function",
    ] {
        let parameters = settings(&[3, 17, 5, 3], &[activation, activation, "softmax"], 8);
        check(&parameters, &dataset, activation);
    }
}

#[test]
fn every_loss_optimizer_clip_and_size() {
    let sizes: [(&[usize], usize); 6] = [
        (&[3, 16, 2], 5),
        (&[3, 1, 2], 1),
        (&[3, 33, 128, 2], 7),
        (&[3, 70, 20, 2], 3),
        (&[3, 256, 130, 2], 28),
        (&[3, 2], 4),
    ];
    for (sizes, batch_size) in sizes {
        for optimizer in [Optimizer::Sgd, ADAM] {
            for clip in [None, Some(Clip::Norm(0.1)), Some(Clip::Value(0.01))] {
                let hidden = vec!["relu"; sizes.len() - 2];
                let with = |output: &'static str| {
                    let activations = [&hidden[..], &[output]].concat();
                    let mut parameters = settings(sizes, &activations, batch_size);
                    (parameters.optimizer, parameters.clip, parameters.l2) = (optimizer, clip, 0.1);
                    parameters.learning_rate = if optimizer == ADAM { 0.002 } else { 0.02 };
                    parameters
                };
                let what = format!("{sizes:?} {batch_size} {optimizer:?} {clip:?}");
                check(&with("softmax"), &classes(40, 3, 2), &what);
                check(&with("linear"), &values(40, 3, 2), &what);
            }
        }
    }
    for loss in VALUE_LOSS_NAMES.into_iter().chain(["huber(0.3)", "sqrt(1 + e^2) - 1"]) {
        let mut parameters = settings(&[3, 6, 2], &["relu", "linear"], 8);
        parameters.loss = Some(loss.into());
        check(&parameters, &values(40, 3, 2), loss);
    }
    let one = settings(&[3, 6, 1], &["gelu", "sigmoid"], 8);
    check(&one, &classes(40, 3, 2), "one sigmoid");
    let three = settings(&[3, 6, 3], &["gelu", "sigmoid"], 8);
    check(&three, &labels(40, 3, 3), "three labels");
}

#[test]
fn weights_and_sums() {
    let weights: Vec<f64> = (0..40).map(|row| f64::from(row % 4)).collect();
    let dataset = classes(40, 3, 3).with_sample_weight(weights).unwrap();
    let mut parameters = settings(&[3, 6, 3], &["tanh", "softmax"], 8);
    parameters.class_weight = Some(ClassWeight::Each(vec![0.5, 1.0, 4.0]));
    (parameters.batch_gradient, parameters.learning_rate) = (BatchGradient::Sum, 0.002);
    check(&parameters, &dataset, "weights and sums");
}

#[test]
fn blocks_of_epochs_change_no_bit() {
    for optimizer in [Optimizer::Sgd, ADAM] {
        let mut parameters = settings(&[4, 8, 3], &["relu", "softmax"], 8);
        (parameters.accuracy_patience, parameters.max_epochs) = (Some(3), 60);
        parameters.optimizer = optimizer;
        let run = run(&parameters, &classes(60, 4, 3));
        let mut alone = fused(&run);
        let (rows, outcome) = trained(&run, &mut alone);
        assert!(outcome.replicas[0].epochs < 60, "patience fires in the middle");
        let mut in_blocks = InBlocks(fused(&run), 7);
        let (block_rows, _) = trained(&run, &mut in_blocks);
        assert_eq!(block_rows, rows);
        assert_eq!(in_blocks.state().block_on().unwrap(), alone.state().block_on().unwrap());
    }
}

#[test]
fn what_is_not_fused_says_so() {
    let why = |run: Arc<Run>| {
        let error = Cpu::<f32>::with_schedule(run, Schedule::Fused).err().unwrap();
        assert_eq!(error.kind, ErrorKind::Unfit);
        error.message
    };
    let prelu = parameters(&[3, 4, 3], &["prelu", "softmax"]);
    assert!(why(run(&prelu, &classes(40, 3, 3))).contains("prelu can't be fused"));
    let mut momentum = parameters(&[3, 4, 3], &["relu", "softmax"]);
    momentum.optimizer = Optimizer::Momentum { momentum: 0.9 };
    assert_eq!(why(run(&momentum, &classes(40, 3, 3))), "momentum can't be fused");
    let layers = vec![Layer::plain(MaxPool1d { size: 2, stride: 2 }), Layer::dense(3, "softmax")];
    let stack = Stack { channels: 1, samples: 6, classifies: true, layers };
    assert!(why(run(&stack.parameters(), &stack.dataset(12))).contains("max_pool can't be fused"));
}

/// A loss that is no number any more ends the run at the step the reference names.
#[test]
fn divergence_is_seen_at_the_same_step() {
    let mut parameters = settings(&[3, 8, 1], &["relu", "linear"], 4);
    parameters.learning_rate = 1e6;
    let run = run(&parameters, &values(40, 3, 1));
    let stop = |backend: &mut dyn Train| trained(&run, backend).1.replicas[0].stop;
    let reference = stop(&mut cpu::<f32>(&run));
    assert!(format!("{reference:?}").contains("NotFinite"), "{reference:?}");
    assert_eq!(stop(&mut fused(&run)), reference);
}
