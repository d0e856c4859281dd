//! The training loop: blocks, replicas, threads, best weights, stops.

mod common;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use common::{InBlocks, Rows, classes, cpu, parameters, run, trained, values};
use gpu_mlp::backend::{Backend, Weights};
use gpu_mlp::data::Split;
use gpu_mlp::params::{BatchGradient, Clip, LayerStack, Optimizer, Parameters, Run};
use gpu_mlp::train::{Scores, Stop, train};

const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

fn patient() -> Parameters {
    let mut parameters = parameters(&[4, 8, 3], &["tanh", "softmax"]);
    parameters.max_epochs = 60;
    parameters.optimizer = ADAM;
    parameters.learning_rate = 0.05;
    parameters.loss_patience = Some(4);
    parameters
}

#[test]
fn blocks_of_epochs_change_no_bit() {
    let run = run(&patient(), &classes(60, 4, 3));
    let mut one_by_one = cpu::<f32>(&run);
    let (rows, outcome) = trained(&run, &mut one_by_one);
    let stopped = outcome.replicas[0].epochs;
    assert!(stopped > 4 && stopped < 60, "patience fires in the middle: {stopped}");
    for block in [2, 3, 7, 100] {
        let mut backend = InBlocks(cpu::<f32>(&run), block);
        let (block_rows, block_outcome) = trained(&run, &mut backend);
        assert_eq!(block_rows, rows, "blocks of {block}");
        assert_eq!(block_outcome.replicas[0].best, outcome.replicas[0].best);
        assert_eq!(backend.state().unwrap(), one_by_one.state().unwrap(), "blocks of {block}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_whatever_the_number_of_threads() {
    let dataset = values(3000, 4, 2);
    let mut parameters = parameters(&[4, 8, 2], &["gelu", "linear"]);
    parameters.batch_size = 32;
    let run = run(&parameters, &dataset);
    let with_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut backend = cpu::<f32>(&run);
            let (rows, _) = trained(&run, &mut backend);
            (rows, backend.state().unwrap())
        })
    };
    assert_eq!(with_threads(1), with_threads(3));
}

#[test]
fn three_replicas_are_three_single_runs() {
    let dataset = classes(50, 4, 3);
    let settings = [(1, 0.05, 0.0), (2, 0.02, 0.1), (3, 0.1, 0.01)];
    let single = |&(seed, rate, l2): &(u64, f64, f64)| {
        let mut parameters = patient();
        (parameters.random_seed, parameters.learning_rate, parameters.l2) = (seed, rate, l2);
        run(&parameters, &dataset)
    };
    let singles: Vec<Arc<Run>> = settings.iter().map(single).collect();
    let mut joined = Run::clone(&singles[0]);
    joined.replicas = singles.iter().map(|run| run.replicas[0].clone()).collect();
    let joined = Arc::new(joined);
    let (rows, outcome) = trained(&joined, &mut cpu::<f32>(&joined));
    for (replica, single) in singles.iter().enumerate() {
        let (own_rows, own) = trained(single, &mut cpu::<f32>(single));
        let of_replica: Vec<_> =
            rows.iter().filter(|row| row.replica == replica).cloned().collect();
        assert_eq!(of_replica.len(), own_rows.len(), "replica {replica} stops by itself");
        for (joined, own) in of_replica.iter().zip(&own_rows) {
            assert_eq!((&joined.train, &joined.validation), (&own.train, &own.validation));
        }
        assert_eq!(outcome.replicas[replica].best, own.replicas[0].best);
    }
}

#[test]
fn a_replica_without_rows_left_does_not_move() {
    let dataset = classes(50, 4, 3);
    let mut parameters = patient();
    parameters.max_epochs = 1;
    let single = run(&parameters, &dataset);
    let mut joined = Run::clone(&single);
    let mut shorter = single.replicas[0].clone();
    let train = shorter.splits.of(Split::Train)[..9].to_vec();
    shorter.splits =
        gpu_mlp::data::Splits::new(train, shorter.splits.of(Split::Validation).to_vec(), vec![]);
    joined.replicas.push(shorter);
    let joined = Arc::new(joined);
    let mut backend = cpu::<f32>(&joined);
    trained(&joined, &mut backend);
    let steps: Vec<u64> = backend.state().unwrap().replicas.iter().map(|r| r.steps).collect();
    assert_eq!(steps, [9, 3], "35 rows and 9 rows in batches of 4");
}

#[test]
fn the_best_weights_are_those_of_the_best_validation_loss() {
    let run = run(&patient(), &classes(60, 4, 3));
    let mut backend = cpu::<f32>(&run);
    let (rows, outcome) = trained(&run, &mut backend);
    let loss = |row: &gpu_mlp::train::EpochRow| row.validation.as_ref().unwrap().loss;
    let best = rows.iter().min_by(|a, b| loss(a).total_cmp(&loss(b))).unwrap();
    assert_eq!(outcome.replicas[0].best_epoch, Some(best.epoch));
    let [_, validation, test] = &outcome.replicas[0].best;
    assert_eq!(validation.as_ref(), best.validation.as_ref());
    assert!(test.is_none(), "there is no test split");
}

#[test]
fn without_validation_the_last_weights_are_kept() {
    let mut parameters = parameters(&[4, 8, 3], &["relu", "softmax"]);
    parameters.split = [1.0, 0.0, 0.0];
    let run = run(&parameters, &classes(30, 4, 3));
    let mut backend = cpu::<f32>(&run);
    let (rows, outcome) = trained(&run, &mut backend);
    assert!(rows.iter().all(|row| row.validation.is_none()));
    assert_eq!(outcome.replicas[0].best_epoch, Some(5));
    let state = backend.state().unwrap();
    assert!(state.tensors.values().all(|tensor| tensor.best == tensor.values));
}

#[test]
fn the_test_split_is_evaluated_on_the_best_weights() {
    let mut parameters = parameters(&[4, 8, 3], &["relu", "softmax"]);
    parameters.split = [0.6, 0.2, 0.2];
    let run = run(&parameters, &classes(50, 4, 3));
    let (_, outcome) = trained(&run, &mut cpu::<f32>(&run));
    let test = outcome.replicas[0].best[Split::Test as usize].as_ref().unwrap();
    assert_eq!(test.rows as usize, run.replicas[0].splits.of(Split::Test).len());
}

#[test]
fn a_diverging_run_names_the_step_and_keeps_the_best_weights() {
    let mut parameters = parameters(&[4, 8, 2], &["linear", "linear"]);
    parameters.learning_rate = 3.0;
    parameters.max_epochs = 200;
    let run = run(&parameters, &values(40, 4, 2));
    let mut backend = cpu::<f32>(&run);
    let (rows, outcome) = trained(&run, &mut backend);
    let replica = &outcome.replicas[0];
    assert!(matches!(replica.stop, Stop::NotFinite(Some(_))), "{:?}", replica.stop);
    assert!(replica.epochs < 200);
    assert!(rows.iter().take(rows.len() - 1).all(|row| row.train.loss.is_finite()));
    let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
    assert!(backend.state().unwrap().tensors.values().all(|tensor| finite(&tensor.best)));
}

#[test]
fn an_epoch_that_ends_in_weights_that_are_not_finite_is_not_kept() {
    let mut parameters = parameters(&[4, 8, 2], &["linear", "linear"]);
    parameters.split = [1.0, 0.0, 0.0];
    parameters.learning_rate = 3e38;
    parameters.max_epochs = 1;
    parameters.batch_size = 40;
    let run = run(&parameters, &values(40, 4, 2));
    let mut backend = cpu::<f32>(&run);
    let (_, outcome) = trained(&run, &mut backend);
    let replica = &outcome.replicas[0];
    assert_eq!((replica.stop, replica.best_epoch), (Stop::NotFinite(Some(1)), None));
    assert_eq!(replica.best, [None, None, None]);
}

#[test]
fn a_row_that_weighs_nothing_changes_nothing_whatever_it_holds() {
    let mut dataset = values(40, 4, 2);
    let weights: Vec<f64> = (0..40).map(|row| f64::from(u8::from(row != 5))).collect();
    dataset.sample_weight = Some(weights);
    let mut parameters = parameters(&[4, 8, 2], &["tanh", "linear"]);
    parameters.normalize = gpu_mlp::data::Normalization::None;
    parameters.target_normalize = Some(gpu_mlp::data::Normalization::None);
    parameters.split = [1.0, 0.0, 0.0];
    let state = |dataset: &gpu_mlp::data::Dataset| {
        let run = run(&parameters, dataset);
        let mut backend = cpu::<f32>(&run);
        trained(&run, &mut backend);
        backend.state().unwrap()
    };
    let expected = state(&dataset);
    let gpu_mlp::data::Targets::Reals(targets) = &mut dataset.targets else { panic!("real") };
    targets[[5, 0]] = 3e38;
    assert_eq!(state(&dataset), expected);
}

#[test]
fn a_target_that_is_constant_in_training_still_has_errors() {
    let mut dataset = values(40, 4, 1);
    let targets =
        ndarray::Array2::from_shape_fn((40, 1), |(row, _)| if row < 30 { 5.0 } else { 7.0 });
    dataset.targets = gpu_mlp::data::Targets::Reals(targets);
    dataset.own_test = Some(30);
    let mut parameters = parameters(&[4, 4, 1], &["tanh", "linear"]);
    parameters.max_epochs = 40;
    let run = run(&parameters, &dataset);
    let (_, outcome) = trained(&run, &mut cpu::<f32>(&run));
    let test = outcome.replicas[0].best[Split::Test as usize].as_ref().unwrap();
    let Scores::Regression { rmse, r2, .. } = test.scores else { panic!("a regression") };
    assert!((rmse - 2.0).abs() < 0.5, "it predicts 5 where 7 is true: {rmse}");
    assert_eq!(r2, 0.0);
}

#[test]
fn an_interrupt_is_seen_between_submits() {
    let run = run(&patient(), &classes(60, 4, 3));
    let mut rows = Rows::default();
    let interrupt = AtomicBool::new(true);
    let outcome = train(&run, &mut cpu::<f32>(&run), &mut rows, &interrupt).unwrap();
    assert_eq!(outcome.replicas[0].stop, Stop::Interrupted);
    assert!(rows.0.is_empty());
}

#[test]
fn f32_and_f64_agree_after_twenty_steps() {
    // DESIGN: losses to 1e-4 on every activation, optimizer and loss.
    let clips = [None, Some(Clip::Norm(0.5)), Some(Clip::Value(0.05))];
    let optimizers = [Optimizer::Sgd, ADAM];
    let nets = [
        "relu",
        "leaky_relu",
        "prelu",
        "elu",
        "selu",
        "gelu",
        "gelu_erf",
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
    let inputs = dataset.inputs.mapv(|x| x as f32).into_dyn();
    let predicted = backend.predict(inputs.view(), Weights::Best).unwrap();
    let gpu_mlp::data::Targets::Reals(truth) = &dataset.targets else { panic!("real targets") };
    let rows = run.replicas[0].splits.of(Split::Validation);
    let squares: Vec<f64> = (0..2)
        .map(|output| {
            let error = |&row: &u32| {
                let row = row as usize;
                f64::from(predicted[[0, row, output]]) - truth[[row, output]]
            };
            rows.iter().map(|row| error(row).powi(2)).sum::<f64>() / rows.len() as f64
        })
        .collect();
    let by_hand = squares.iter().map(|square| square.sqrt()).sum::<f64>() / 2.0;
    let validation = outcome.replicas[0].best[Split::Validation as usize].as_ref().unwrap();
    let Scores::Regression { rmse, .. } = validation.scores else { panic!("a regression") };
    // Targets near 50 in f32: 50 · 2^-24 a value.
    assert!((rmse - by_hand).abs() < 1e-5, "{rmse} {by_hand}");
}

#[test]
fn layers_and_layer_sizes_are_the_same_network() {
    let dataset = classes(40, 4, 3);
    let mlp = parameters(&[4, 8, 3], &["relu", "softmax"]);
    let mut layers = mlp.clone();
    layers.layers = LayerStack::Dense(vec![(8, "relu".into()), (3, "softmax".into())]);
    let (mlp, layers) = (run(&mlp, &dataset), run(&layers, &dataset));
    let rows = |run: &Arc<Run>| trained(run, &mut cpu::<f32>(run)).0;
    assert_eq!(rows(&mlp), rows(&layers));
}
