//! How a run ends, and which weights it keeps.

use std::sync::atomic::AtomicBool;

use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::data::Split;
use gpu_mlp::rooms::train::{Stop, train};
use pollster::FutureExt as _;

use crate::common::{Rows, classes, cpu, parameters, run, trained, values};
use crate::patient;

#[test]
fn the_best_weights_are_those_of_the_best_validation_loss() {
    let run = run(&patient(), &classes(60, 4, 3));
    let mut backend = cpu::<f32>(&run);
    let (rows, outcome) = trained(&run, &mut backend);
    let loss = |row: &gpu_mlp::rooms::train::EpochRow| row.validation.as_ref().unwrap().loss;
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
    let state = backend.state().block_on().unwrap();
    assert!(state.tensors.values().all(|tensor| tensor.best == tensor.values));
}

#[test]
fn the_test_split_is_evaluated_on_the_best_weights() {
    let mut parameters = parameters(&[4, 8, 3], &["relu", "softmax"]);
    parameters.split = [0.6, 0.2, 0.2];
    let run = run(&parameters, &classes(50, 4, 3));
    let (_, outcome) = trained(&run, &mut cpu::<f32>(&run));
    let test = outcome.replicas[0].best[Split::Test as usize].as_ref().unwrap();
    assert_eq!(test.rows as usize, run.folds[0].rows(Split::Test).len());
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
    assert!(
        backend.state().block_on().unwrap().tensors.values().all(|tensor| finite(&tensor.best))
    );
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
fn an_interrupt_is_seen_between_submits() {
    let run = run(&patient(), &classes(60, 4, 3));
    let mut rows = Rows::default();
    let interrupt = AtomicBool::new(true);
    let outcome = train(&run, &mut cpu::<f32>(&run), &mut rows, &interrupt).block_on().unwrap();
    assert_eq!(outcome.replicas[0].stop, Stop::Interrupted);
    assert!(rows.0.is_empty());
}
