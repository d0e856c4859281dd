//! Whole runs of 20 steps: losses agree with the CPU's to 1e-4 on every activation, optimizer, loss,
//! clip and kind of weights, with a shorter batch at the end of each epoch.

use std::sync::Arc;

use crate::common::{activations, classes, cpu, labels, parameters, run, trained, values};
use crate::support::gpu_on;
use gpu_mlp::rooms::data::Dataset;
use gpu_mlp::rooms::gpu::Schedule;
use gpu_mlp::rooms::plan::VALUE_LOSS_NAMES;
use gpu_mlp::rooms::run::{
    BatchGradient, ClassWeight, Clip, Optimizer, Parameters, RateSchedule, Run,
};
use gpu_mlp::rooms::train::EpochRow;

/// 28 training rows in batches of 8: 4 steps per epoch, the last of 4 rows.
fn twenty_steps(sizes: &[usize], activations: &[&str]) -> Parameters {
    let mut parameters = parameters(sizes, activations);
    (parameters.batch_size, parameters.max_epochs, parameters.learning_rate) = (8, 5, 0.02);
    parameters
}

/// Relative, because targets are not scaled and losses may be in the thousands.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-4 * b.abs().max(1.0)
}

fn assert_near(gpu: &[EpochRow], cpu: &[EpochRow], what: &str) {
    assert_eq!(gpu.len(), cpu.len(), "{what}");
    for (gpu, cpu) in gpu.iter().zip(cpu) {
        assert!(
            near(gpu.train.loss, cpu.train.loss),
            "{what}, epoch {}: {gpu:?} {cpu:?}",
            gpu.epoch
        );
        let (a, b) = (gpu.validation.as_ref().unwrap(), cpu.validation.as_ref().unwrap());
        assert!(near(a.loss, b.loss), "{what}, epoch {}: {gpu:?} {cpu:?}", gpu.epoch);
        assert_eq!((a.rows, gpu.train.rows), (b.rows, cpu.train.rows), "{what}");
    }
}

fn check(test: &str, parameters: &Parameters, dataset: &Dataset, what: &str) {
    for schedule in Schedule::ALL {
        let what = format!("{what}, {}", schedule.name());
        check_on(test, schedule, &run(parameters, dataset), &what);
    }
}

pub fn check_on(test: &str, schedule: Schedule, run: &Arc<Run>, what: &str) {
    let Some(mut gpu) = gpu_on(test, run, schedule) else { return };
    let (on_gpu, gpu_outcome) = trained(run, &mut gpu);
    let (on_cpu, cpu_outcome) = trained(run, &mut cpu::<f32>(run));
    assert_near(&on_gpu, &on_cpu, what);
    let (gpu, cpu) = (&gpu_outcome.replicas[0], &cpu_outcome.replicas[0]);
    assert_eq!(gpu.best_epoch, cpu.best_epoch, "{what}");
    for (gpu, cpu) in gpu.best.iter().zip(&cpu.best) {
        let (Some(gpu), Some(cpu)) = (gpu, cpu) else { continue };
        assert!(near(gpu.loss, cpu.loss), "{what}: {gpu:?} {cpu:?}");
        assert!((gpu.score() - cpu.score()).abs() < 0.04, "{what}: {gpu:?} {cpu:?}");
    }
}

#[test]
fn every_activation() {
    let dataset = classes(40, 3, 3);
    for activation in activations() {
        let parameters = twenty_steps(&[3, 6, 5, 3], &[activation, activation, "softmax"]);
        check("every_activation", &parameters, &dataset, activation);
    }
}

#[test]
fn every_loss_and_output() {
    for activation in ["linear", "tanh", "softplus", "prelu"] {
        let parameters = twenty_steps(&[3, 6, 2], &["tanh", activation]);
        check("every_loss_and_output", &parameters, &values(40, 3, 2), activation);
    }
    for loss in VALUE_LOSS_NAMES.into_iter().chain(["huber(0.3)", "sqrt(1 + e^2) - 1"]) {
        let mut parameters = twenty_steps(&[3, 6, 2], &["tanh", "linear"]);
        parameters.loss = Some(loss.into());
        check("every_loss_and_output", &parameters, &values(40, 3, 2), loss);
    }
    let parameters = twenty_steps(&[3, 6, 1], &["gelu", "sigmoid"]);
    check("every_loss_and_output", &parameters, &classes(40, 3, 2), "one sigmoid");
    let parameters = twenty_steps(&[3, 6, 3], &["gelu", "sigmoid"]);
    let labels = run(&parameters, &labels(40, 3, 3));
    check_on("every_loss_and_output", Schedule::Layered, &labels, "three labels");
    let parameters = twenty_steps(&[3, 3], &["softmax"]);
    check("every_loss_and_output", &parameters, &classes(40, 3, 3), "no hidden layer");
}

#[test]
fn every_optimizer_clip_and_batch_gradient() {
    let dataset = classes(40, 3, 3);
    for optimizer in Optimizer::ALL {
        for clip in [None, Some(Clip::Norm(0.3)), Some(Clip::Value(0.02))] {
            for batch_gradient in [BatchGradient::Mean, BatchGradient::Sum] {
                let mut parameters = twenty_steps(&[3, 20, 3], &["tanh", "softmax"]);
                (parameters.optimizer, parameters.clip) = (optimizer, clip);
                (parameters.batch_gradient, parameters.l2) = (batch_gradient, 0.05);
                let what = format!("{optimizer:?} {clip:?} {batch_gradient:?}");
                check("every_optimizer_clip_and_batch_gradient", &parameters, &dataset, &what);
            }
        }
    }
}

#[test]
fn a_rate_that_falls() {
    let dataset = classes(40, 3, 3);
    for floor in [0.0, 0.01] {
        for optimizer in Optimizer::ALL {
            let mut parameters = twenty_steps(&[3, 6, 3], &["tanh", "softmax"]);
            parameters.rate_schedule = RateSchedule::Cosine { floor };
            (parameters.optimizer, parameters.learning_rate) = (optimizer, 0.05);
            check("a_rate_that_falls", &parameters, &dataset, &format!("{optimizer:?} to {floor}"));
        }
    }
}

#[test]
fn weights_of_rows_and_classes() {
    let weights: Vec<f64> = (0..40).map(|row| f64::from(row % 4)).collect();
    let dataset = classes(40, 3, 3).with_sample_weight(weights.clone()).unwrap();
    let mut parameters = twenty_steps(&[3, 6, 3], &["tanh", "softmax"]);
    parameters.class_weight = Some(ClassWeight::Each(vec![0.5, 1.0, 4.0]));
    check("weights_of_rows_and_classes", &parameters, &dataset, "classes and rows");
    let dataset = values(40, 3, 2).with_sample_weight(weights).unwrap();
    let parameters = twenty_steps(&[3, 6, 2], &["tanh", "linear"]);
    check("weights_of_rows_and_classes", &parameters, &dataset, "rows of a regression");
    // The weights of a batch do not normalise it: in batches of one row they would cancel.
    let parameters = Parameters { batch_size: 1, max_epochs: 1, ..parameters };
    check("weights_of_rows_and_classes", &parameters, &dataset, "batches of one row");
}
