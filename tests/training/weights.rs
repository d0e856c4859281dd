//! The effect of row and class weights on a step, against steps by hand in f64.

use std::sync::Arc;

use gpu_mlp::rooms::backend::{State, Train};
use gpu_mlp::rooms::cpu::{Cpu, Schedule};
use gpu_mlp::rooms::data::{Dataset, Order, Split, Targets};
use gpu_mlp::rooms::run::{BatchGradient, ClassWeight, Parameters, Run};
use ndarray::Array2;
use pollster::FutureExt as _;

use crate::common::{cpu, parameters, run, trained};

const ROWS: usize = 12;

/// One feature and two classes; nothing is scaled.
fn dataset() -> Dataset {
    let x = Array2::from_shape_fn((ROWS, 1), |(row, _)| (row as f64 * 0.7).sin());
    let y = Array2::from_shape_fn((ROWS, 1), |(row, _)| (row % 2) as i64);
    Dataset::from_arrays("made", x.into_dyn().view(), Targets::Integers(y)).unwrap()
}

/// One epoch of a logistic regression, every row a training row.
fn settings(batch_size: usize) -> Parameters {
    let mut parameters = parameters(&[1, 1], &["sigmoid"]);
    parameters.normalize = gpu_mlp::rooms::data::Normalization::None;
    (parameters.split, parameters.max_epochs) = ([1.0, 0.0, 0.0], 1);
    (parameters.batch_size, parameters.learning_rate) = (batch_size, 0.5);
    parameters
}

/// The weight and the bias of a state.
fn numbers(state: &State) -> [f64; 2] {
    ["layers.0.weight", "layers.0.bias"].map(|name| state.tensors[name].values[0])
}

/// The epoch by hand: w -= LR · Σ weight · (σ(w x + b) - y) · x / (rows · mean weight), and b alike.
fn by_hand(run: &Run, weights: &[f64], [mut w, mut b]: [f64; 2]) -> [f64; 2] {
    let replica = &run.replicas[0];
    let rows = run.folds[0].rows(Split::Train);
    let mean = match run.step.batch_gradient {
        BatchGradient::Mean => weights.iter().sum::<f64>() / weights.len() as f64,
        BatchGradient::Sum => 0.0,
    };
    let mut order = vec![0; rows.len()];
    Order::new(replica.seed, 1, rows.len() as u32).fill(0, &mut order);
    let order: Vec<usize> = order.iter().map(|&place| rows[place as usize] as usize).collect();
    for batch in order.chunks(run.step.batch_size) {
        let divisor = if mean > 0.0 { batch.len() as f64 * mean } else { 1.0 };
        let (mut of_w, mut of_b) = (0.0, 0.0);
        for &row in batch {
            // Rounded as in the table.
            let x = f64::from((row as f64 * 0.7).sin() as f32);
            let delta = 1.0 / (1.0 + (-(w * x + b)).exp()) - (row % 2) as f64;
            of_w += weights[row] * delta * x / divisor;
            of_b += weights[row] * delta / divisor;
        }
        (w, b) = (w - 0.5 * of_w, b - 0.5 * of_b);
    }
    [w, b]
}

/// Twelve steps at most, each of numbers of about 1 and weights to 9 times the mean: rounded a few times a
/// row in f32, or by the project's own exponential function, of a few units of 2^-52 in f64.
fn check(parameters: &Parameters, dataset: &Dataset, weights: &[f64]) {
    let run = run(parameters, dataset);
    let batch = parameters.batch_size;
    let moved = |backend: &mut dyn Train, tolerance: f64| {
        let before = numbers(&backend.state().block_on().unwrap());
        trained(&run, backend);
        let (after, expected) =
            (numbers(&backend.state().block_on().unwrap()), by_hand(&run, weights, before));
        for (after, expected) in after.iter().zip(expected) {
            assert!((after - expected).abs() <= tolerance, "{batch}: {after} {expected}");
        }
    };
    moved(&mut cpu::<f64>(&run), 1e-12);
    moved(&mut cpu::<f32>(&run), 1e-5);
    moved(&mut Cpu::<f32>::with_schedule(run.clone(), Schedule::Fused).unwrap(), 1e-5);
}

#[test]
fn a_step_is_divided_by_its_rows_and_the_mean_weight_of_the_training_rows() {
    let of_rows: Vec<f64> = (0..ROWS).map(|row| [1.0, 9.0, 0.0, 2.5][row % 4]).collect();
    let weighted = dataset().with_sample_weight(of_rows.clone()).unwrap();
    for batch_size in [1, 5, ROWS] {
        let mut parameters = settings(batch_size);
        check(&parameters, &weighted, &of_rows);
        parameters.class_weight = Some(ClassWeight::Each(vec![1.0, 9.0]));
        let of_classes: Vec<f64> = (0..ROWS).map(|row| [1.0, 9.0][row % 2]).collect();
        check(&parameters, &dataset(), &of_classes);
        let both: Vec<f64> = of_rows.iter().zip(of_classes).map(|(r, c)| r * c).collect();
        check(&parameters, &weighted, &both);
        parameters.batch_gradient = BatchGradient::Sum;
        check(&parameters, &weighted, &both);
    }
}

/// The weights that one epoch leaves, as bits.
fn bits(parameters: &Parameters, dataset: &Dataset) -> Vec<[u64; 2]> {
    let run: Arc<Run> = run(parameters, dataset);
    let layered = cpu::<f32>(&run);
    let fused = Cpu::<f32>::with_schedule(run.clone(), Schedule::Fused).unwrap();
    let of = |mut backend: Cpu<f32>| {
        trained(&run, &mut backend);
        numbers(&backend.state().block_on().unwrap()).map(f64::to_bits)
    };
    [layered, fused].map(of).to_vec()
}

#[test]
fn weights_act_in_batches_of_one_row_and_equal_ones_change_no_bit() {
    for batch_size in [1, 5] {
        let plain = bits(&settings(batch_size), &dataset());
        for equal in [1.0, 4.0] {
            let weighted = dataset().with_sample_weight(vec![equal; ROWS]).unwrap();
            assert_eq!(bits(&settings(batch_size), &weighted), plain, "{batch_size} {equal}");
        }
        let mut parameters = settings(batch_size);
        parameters.class_weight = Some(ClassWeight::Each(vec![1.0, 9.0]));
        assert_ne!(bits(&parameters, &dataset()), plain);
    }
}
