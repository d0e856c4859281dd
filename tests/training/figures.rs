//! Losses, errors and predictions.

use gpu_mlp::rooms::backend::{Infer, Train, Weights};
use gpu_mlp::rooms::cpu::CpuInference;
use gpu_mlp::rooms::data::Split;
use gpu_mlp::rooms::metrics::{RegressionFigures, Scores};
use gpu_mlp::rooms::run::{BatchGradient, Clip, Optimizer};
use pollster::FutureExt as _;

use crate::common::{classes, cpu, network_of, parameters, run, scaled, trained, values};

#[test]
fn a_row_that_weighs_nothing_changes_nothing_whatever_it_holds() {
    let mut dataset = values(40, 4, 2);
    let weights: Vec<f64> = (0..40).map(|row| f64::from(u8::from(row != 5))).collect();
    dataset.sample_weight = Some(weights);
    let mut parameters = parameters(&[4, 8, 2], &["tanh", "linear"]);
    parameters.normalize = gpu_mlp::rooms::data::Normalization::None;
    parameters.target_normalize = Some(gpu_mlp::rooms::data::Normalization::None);
    parameters.split = [1.0, 0.0, 0.0];
    let state = |dataset: &gpu_mlp::rooms::data::Dataset| {
        let run = run(&parameters, dataset);
        let mut backend = cpu::<f32>(&run);
        trained(&run, &mut backend);
        backend.state().block_on().unwrap()
    };
    let expected = state(&dataset);
    let gpu_mlp::rooms::data::Targets::Reals(targets) = &mut dataset.targets else {
        panic!("real")
    };
    targets[[5, 0]] = 3e38;
    assert_eq!(state(&dataset), expected);
}

#[test]
fn a_target_that_is_constant_in_training_still_has_errors() {
    let mut dataset = values(40, 4, 1);
    let targets =
        ndarray::Array2::from_shape_fn((40, 1), |(row, _)| if row < 30 { 5.0 } else { 7.0 });
    dataset.targets = gpu_mlp::rooms::data::Targets::Reals(targets);
    dataset.own_test = Some(30);
    let mut parameters = parameters(&[4, 4, 1], &["tanh", "linear"]);
    parameters.max_epochs = 40;
    let run = run(&parameters, &dataset);
    let (_, outcome) = trained(&run, &mut cpu::<f32>(&run));
    let test = outcome.replicas[0].best[Split::Test as usize].as_ref().unwrap();
    let Scores::Regression(RegressionFigures { rmse, r2, .. }) = test.scores else {
        panic!("a regression")
    };
    assert!((rmse - 2.0).abs() < 0.5, "it predicts 5 where 7 is true: {rmse}");
    assert_eq!(r2, 0.0);
}

#[test]
fn f32_and_f64_agree_after_twenty_steps() {
    // DESIGN: losses to 1e-4 on every activation, optimizer and loss.
    let clips = [None, Some(Clip::Norm(0.5)), Some(Clip::Value(0.05))];
    let optimizers = Optimizer::ALL;
    let nets = [
        "relu",
        "leaky_relu",
        "prelu",
        "elu",
        "selu",
        "gelu",
        "gelu_erf",
        "silu",
        "swish",
        "mish",
        "hardswish",
        "relu6",
        "hardsigmoid",
        "sigmoid",
        "softplus",
        "tanh",
        "x*sigmoid(x)",
    ];
    let (labels, pairs, reals) = (classes(40, 3, 3), classes(40, 3, 2), values(40, 3, 2));
    for (number, activation) in nets.into_iter().enumerate() {
        for (dataset, outputs, last) in
            [(&labels, 3, "softmax"), (&pairs, 1, "sigmoid"), (&reals, 2, "linear")]
        {
            let mut parameters = parameters(&[3, 6, outputs], &[activation, last]);
            // 28 training rows in batches of 8: 4 steps an epoch, the last of 4 rows.
            (parameters.batch_size, parameters.max_epochs) = (8, 5);
            parameters.learning_rate = 0.02;
            parameters.l2 = 0.01;
            parameters.clip = clips[number % 3];
            parameters.optimizer = optimizers[number % 2];
            parameters.batch_gradient = [BatchGradient::Mean, BatchGradient::Sum][number / 2 % 2];
            let run = run(&parameters, dataset);
            let (single, _) = trained(&run, &mut cpu::<f32>(&run));
            let (double, _) = trained(&run, &mut cpu::<f64>(&run));
            for (single, double) in single.iter().zip(&double) {
                let difference = (single.train.loss - double.train.loss).abs();
                assert!(difference < 1e-4, "{activation}, {last}, epoch {}", single.epoch);
            }
        }
    }
}

#[test]
fn predictions_are_in_original_units() {
    let mut parameters = parameters(&[4, 8, 2], &["tanh", "linear"]);
    parameters.max_epochs = 30;
    let dataset = values(60, 4, 2);
    let run = run(&parameters, &dataset);
    let mut backend = cpu::<f32>(&run);
    let (_, outcome) = trained(&run, &mut backend);
    let network = network_of(&run, &backend.state().block_on().unwrap(), Weights::Best);
    let mut infer = CpuInference::<f32>::new(network).unwrap();
    let predicted =
        infer.predict(scaled(&run, &dataset.inputs.to_reals()).view()).block_on().unwrap();
    let gpu_mlp::rooms::data::Targets::Reals(truth) = &dataset.targets else {
        panic!("real targets")
    };
    let rows = run.folds[0].rows(Split::Validation);
    let squares: Vec<f64> = (0..2)
        .map(|output| {
            let error = |&row: &u32| {
                let row = row as usize;
                predicted[[row, output]] - truth[[row, output]]
            };
            rows.iter().map(|row| error(row).powi(2)).sum::<f64>() / rows.len() as f64
        })
        .collect();
    let by_hand = squares.iter().map(|square| square.sqrt()).sum::<f64>() / 2.0;
    let validation = outcome.replicas[0].best[Split::Validation as usize].as_ref().unwrap();
    let Scores::Regression(RegressionFigures { rmse, .. }) = validation.scores else {
        panic!("a regression")
    };
    // A spread of less than 10, in f32 as the network sees it: a few units of 10 · 2^-24.
    assert!((rmse - by_hand).abs() < 1e-5, "{rmse} {by_hand}");
}

#[test]
fn predictions_do_not_depend_on_the_order_of_the_array_in_memory() {
    use ndarray::ShapeBuilder;
    let dataset = values(60, 4, 2);
    let run = run(&parameters(&[4, 8, 2], &["tanh", "linear"]), &dataset);
    let mut backend = cpu::<f32>(&run);
    let rows = dataset.inputs.to_reals().mapv(|x| x as f32);
    let mut columns_first = ndarray::Array2::zeros(rows.dim().f());
    columns_first.assign(&rows);
    let network = network_of(&run, &backend.state().block_on().unwrap(), Weights::Current);
    let mut infer = CpuInference::<f32>::new(network).unwrap();
    let [by_rows, by_columns] =
        [rows, columns_first].map(|rows| infer.predict(rows.view()).block_on().unwrap());
    assert_eq!(by_rows, by_columns);
}
