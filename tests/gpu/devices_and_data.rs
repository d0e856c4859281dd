//! Replicas, parts of the data, blocks of epochs, and what can be asked of a backend: the same bits
//! on the same device, and the CPU's numbers.

use std::sync::Arc;

use crate::common::{InBlocks, classes, cpu, parameters, run, trained, values};
use crate::support::{device, gpu, gpu_on};
use gpu_mlp::backend::{Backend, Event, ReplicaReport, Weights};
use gpu_mlp::data::{Split, Splits};
use gpu_mlp::gpu::{GpuBackend, Schedule};
use gpu_mlp::params::{Clip, Optimizer, Parameters, Run};
use gpu_mlp::train::{EpochRow, Stop};

const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/// A run that patience stops in the middle.
fn patient() -> Parameters {
    let mut parameters = parameters(&[4, 8, 3], &["tanh", "softmax"]);
    (parameters.max_epochs, parameters.optimizer) = (40, ADAM);
    (parameters.learning_rate, parameters.loss_patience) = (0.05, Some(4));
    parameters
}

/// Regression with everything in it that a step may have.
fn rich() -> Parameters {
    let mut parameters = parameters(&[4, 8, 7, 2], &["gelu", "prelu", "linear"]);
    (parameters.max_epochs, parameters.optimizer, parameters.learning_rate) = (6, ADAM, 0.02);
    (parameters.l2, parameters.clip) = (0.01, Some(Clip::Norm(0.8)));
    parameters
}

/// Runs that differ in seed, rate and L2, and the last in its training rows.
fn singles() -> Vec<Arc<Run>> {
    let dataset = classes(50, 4, 3);
    let single = |(seed, rate, l2): (u64, f64, f64)| {
        let mut parameters = patient();
        (parameters.random_seed, parameters.learning_rate, parameters.l2) = (seed, rate, l2);
        let mut single = Run::clone(&run(&parameters, &dataset));
        if seed == 3 {
            let splits = &single.replicas[0].splits;
            let train = splits.of(Split::Train)[..9].to_vec();
            let validation = splits.of(Split::Validation)[..7].to_vec();
            single.replicas[0].splits = Splits::new(train, validation, vec![]);
        }
        Arc::new(single)
    };
    [(1, 0.01, 0.0), (2, 0.02, 0.1), (3, 0.1, 0.01)].map(single).to_vec()
}

/// The same runs as replicas of one.
fn joined(singles: &[Arc<Run>]) -> Arc<Run> {
    let mut joined = Run::clone(&singles[0]);
    joined.replicas = singles.iter().map(|run| run.replicas[0].clone()).collect();
    Arc::new(joined)
}

#[test]
fn three_replicas_are_three_single_runs() {
    Schedule::ALL.into_iter().for_each(three_replicas_are_three_single_runs_on);
}

fn three_replicas_are_three_single_runs_on(schedule: Schedule) {
    let singles = singles();
    let joined = joined(&singles);
    let Some(mut backend) = gpu_on("three_replicas_are_three_single_runs", &joined, schedule)
    else {
        return;
    };
    let (rows, outcome) = trained(&joined, &mut backend);
    let together = backend.state().unwrap();
    let epochs: Vec<u32> = outcome.replicas.iter().map(|replica| replica.epochs).collect();
    assert!(
        epochs[1..].iter().any(|&of| of < epochs[0]),
        "one leaves before the first: {epochs:?}"
    );
    for (replica, single) in singles.iter().enumerate() {
        let mut alone = gpu_on("three_replicas_are_three_single_runs", single, schedule).unwrap();
        let (own_rows, own) = trained(single, &mut alone);
        let of_replica: Vec<&EpochRow> = rows.iter().filter(|r| r.replica == replica).collect();
        assert_eq!(of_replica.len(), own_rows.len(), "replica {replica} stops by itself");
        for (joined, own) in of_replica.iter().zip(&own_rows) {
            let epoch = own.epoch;
            assert_eq!(joined.train, own.train, "replica {replica}, epoch {epoch}");
            assert_eq!(joined.validation, own.validation, "replica {replica}, epoch {epoch}");
        }
        assert_eq!(outcome.replicas[replica].best, own.replicas[0].best, "replica {replica}");
        let state = alone.state().unwrap();
        assert_eq!(together.replicas[replica].steps, state.replicas[0].steps);
        for (name, own) in &state.tensors {
            let len = own.values.len();
            let part = |values: &Vec<f64>| values[replica * len..(replica + 1) * len].to_vec();
            let joined = &together.tensors[name];
            assert_eq!(part(&joined.best), own.best, "best {name} of replica {replica}");
            assert_eq!(part(&joined.values), own.values, "{name} of replica {replica}");
        }
    }
}

#[test]
fn three_replicas_agree_with_the_cpu() {
    Schedule::ALL.into_iter().for_each(three_replicas_agree_with_the_cpu_on);
}

fn three_replicas_agree_with_the_cpu_on(schedule: Schedule) {
    let mut joined = Run::clone(&joined(&singles()));
    // Few epochs: under Adam the two part slowly.
    (joined.stopping.max_epochs, joined.stopping.loss_patience) = (3, None);
    let joined = Arc::new(joined);
    let Some(mut backend) = gpu_on("three_replicas_agree_with_the_cpu", &joined, schedule) else {
        return;
    };
    let (rows, _) = trained(&joined, &mut backend);
    let (expected, _) = trained(&joined, &mut cpu::<f32>(&joined));
    assert_eq!(rows.len(), expected.len());
    for (row, expected) in rows.iter().zip(&expected) {
        assert!((row.train.loss - expected.train.loss).abs() < 1e-4, "{row:?} {expected:?}");
        let (a, b) = (row.validation.as_ref().unwrap(), expected.validation.as_ref().unwrap());
        assert!((a.loss - b.loss).abs() < 1e-4, "{row:?} {expected:?}");
    }
}

#[test]
fn data_in_several_parts_give_the_same_bits() {
    Schedule::ALL.into_iter().for_each(data_in_several_parts_give_the_same_bits_on);
}

fn data_in_several_parts_give_the_same_bits_on(schedule: Schedule) {
    let mut parameters = parameters(&[6, 8, 2], &["tanh", "linear"]);
    (parameters.batch_size, parameters.max_epochs) = (64, 2);
    let run = run(&parameters, &values(6000, 6, 2));
    let with_limit = |limit: Option<u64>| {
        let mut device = device("data_in_several_parts_give_the_same_bits")?;
        // 6000 rows of 24 bytes: three parts.
        device.binding_limit = limit.unwrap_or(device.binding_limit);
        let mut backend = GpuBackend::with_schedule(device, run.clone(), schedule).unwrap();
        let (rows, _) = trained(&run, &mut backend);
        Some((rows, backend.state().unwrap()))
    };
    let Some(whole) = with_limit(None) else { return };
    assert_eq!(with_limit(Some(65_536)).unwrap(), whole);
}

#[test]
fn the_same_run_gives_the_same_bits() {
    Schedule::ALL.into_iter().for_each(the_same_run_gives_the_same_bits_on);
}

fn the_same_run_gives_the_same_bits_on(schedule: Schedule) {
    let run = run(&rich(), &values(60, 4, 2));
    let once = || {
        let mut backend = gpu_on("the_same_run_gives_the_same_bits", &run, schedule)?;
        let (rows, _) = trained(&run, &mut backend);
        Some((rows, backend.state().unwrap()))
    };
    let Some(first) = once() else { return };
    assert_eq!(once().unwrap(), first);
}

#[test]
fn blocks_of_epochs_change_no_bit() {
    Schedule::ALL.into_iter().for_each(blocks_of_epochs_change_no_bit_on);
}

fn blocks_of_epochs_change_no_bit_on(schedule: Schedule) {
    let run = run(&patient(), &classes(60, 4, 3));
    let Some(mut one_by_one) = gpu_on("blocks_of_epochs_change_no_bit", &run, schedule) else {
        return;
    };
    let (rows, outcome) = trained(&run, &mut one_by_one);
    let stopped = outcome.replicas[0].epochs;
    assert!(stopped > 4 && stopped < 40, "patience fires in the middle: {stopped}");
    let state = one_by_one.state().unwrap();
    // Where a block ends and where patience fires differ for one of these at least.
    for block in [3, 4] {
        let backend = gpu_on("blocks_of_epochs_change_no_bit", &run, schedule).unwrap();
        let mut backend = InBlocks(backend, block);
        let (block_rows, block_outcome) = trained(&run, &mut backend);
        assert_eq!(block_rows, rows, "blocks of {block}");
        assert_eq!(block_outcome.replicas[0].best, outcome.replicas[0].best);
        assert_eq!(backend.state().unwrap(), state, "blocks of {block}");
    }
}

#[test]
fn every_quantity_of_a_first_step_is_the_cpu_s() {
    let cases = [
        run(&rich(), &values(60, 4, 2)),
        run(&patient(), &classes(60, 4, 3)),
        run(&parameters(&[4, 5, 1], &["selu", "sigmoid"]), &classes(60, 4, 2)),
    ];
    for run in cases {
        let Some(mut backend) = gpu("every_quantity_of_a_first_step_is_the_cpu_s", &run) else {
            return;
        };
        let (traced, expected) = (backend.trace(1).unwrap(), cpu::<f32>(&run).trace(1).unwrap());
        assert_eq!(traced.len(), expected.len());
        for (quantity, expected) in traced.iter().zip(&expected) {
            let (name, shape) = (&expected.name, &expected.shape);
            assert_eq!((&quantity.name, &quantity.shape), (name, shape));
            assert_eq!(quantity.values.len(), expected.values.len(), "{name}");
            for (value, expected) in quantity.values.iter().zip(&expected.values) {
                let near = (value - expected).abs() < 1e-4 * expected.abs().max(1.0);
                assert!(near, "{name}: {value} {expected}");
            }
        }
    }
}

#[test]
fn predictions_and_evaluations_are_the_cpu_s() {
    for (run, features) in [
        (run(&rich(), &values(60, 4, 2)), 4),
        (run(&patient(), &classes(60, 4, 3)), 4),
        (run(&parameters(&[4, 5, 1], &["selu", "sigmoid"]), &classes(60, 4, 2)), 4),
    ] {
        let test = "predictions_and_evaluations_are_the_cpu_s";
        let Some(mut backend) = gpu(test, &run) else { return };
        trained(&run, &mut backend);
        // The same weights, current and best, on the CPU.
        let mut reference = cpu::<f32>(&run);
        reference.restore(&backend.state().unwrap()).unwrap();
        // More rows than a block of an evaluation holds, and none.
        for rows in [0, 1, 2500] {
            let inputs = ndarray::Array2::from_shape_fn((rows, features), |(row, column)| {
                ((row * 3 + column) as f32 * 0.7).sin()
            });
            let inputs = inputs.into_dyn();
            for which in [Weights::Current, Weights::Best] {
                let predicted = backend.predict(inputs.view(), which).unwrap();
                let expected = reference.predict(inputs.view(), which).unwrap();
                assert_eq!(predicted.shape(), expected.shape());
                for (y, expected) in predicted.iter().zip(&expected) {
                    let near = (y - expected).abs() <= 1e-5 * expected.abs().max(1.0);
                    assert!(near, "{which:?}: {y} {expected}");
                }
            }
        }
        for split in Split::ALL {
            for which in [Weights::Current, Weights::Best] {
                let evaluated = backend.evaluate(split, which).unwrap().remove(0);
                let expected = reference.evaluate(split, which).unwrap().remove(0);
                let what = format!("{split:?} {which:?}: {evaluated:?} {expected:?}");
                let near = |a: f64, b: f64| (a - b).abs() <= 1e-5 * b.abs().max(1.0);
                assert_eq!(evaluated.rows, expected.rows, "{what}");
                assert_eq!(evaluated.confusion, expected.confusion, "{what}");
                assert!(near(evaluated.loss_sum, expected.loss_sum), "{what}");
                assert!(near(evaluated.weight_sum, expected.weight_sum), "{what}");
                let errors = evaluated.squared_errors.iter().chain(&evaluated.absolute_errors);
                let others = expected.squared_errors.iter().chain(&expected.absolute_errors);
                assert!(errors.zip(others).all(|(a, b)| near(*a, *b)), "{what}");
            }
        }
    }
}

/// Trains these epochs; what each replica reported.
fn reports(backend: &mut GpuBackend, epochs: std::ops::Range<u32>) -> Vec<ReplicaReport> {
    backend.submit(epochs).unwrap();
    let mut reports = vec![];
    while let Some(event) = backend.poll(true).unwrap() {
        if let Event::Epoch(report) = event {
            reports.extend(report.replicas);
        }
    }
    reports
}

#[test]
fn a_state_goes_back_and_gives_the_same_bits() {
    Schedule::ALL.into_iter().for_each(a_state_goes_back_and_gives_the_same_bits_on);
}

fn a_state_goes_back_and_gives_the_same_bits_on(schedule: Schedule) {
    let run = joined(&singles());
    let Some(mut backend) = gpu_on("a_state_goes_back_and_gives_the_same_bits", &run, schedule)
    else {
        return;
    };
    reports(&mut backend, 1..3);
    backend.retain(&[0, 2]).unwrap();
    let saved = backend.state().unwrap();
    let after = reports(&mut backend, 3..6);
    let end = backend.state().unwrap();
    assert_ne!(end, saved);
    assert_eq!(after.len(), 6, "two replicas, three epochs");
    backend.restore(&saved).unwrap();
    assert_eq!(backend.state().unwrap(), saved);
    assert_eq!(reports(&mut backend, 3..6), after);
    assert_eq!(backend.state().unwrap(), end);
    // And on another device.
    let mut other = gpu_on("a_state_goes_back_and_gives_the_same_bits", &run, schedule).unwrap();
    other.restore(&saved).unwrap();
    assert_eq!(reports(&mut other, 3..6), after);
}

#[test]
fn weights_that_are_not_finite_stop_a_run_as_on_the_cpu() {
    Schedule::ALL.into_iter().for_each(weights_that_are_not_finite_stop_a_run_as_on_the_cpu_on);
}

fn weights_that_are_not_finite_stop_a_run_as_on_the_cpu_on(schedule: Schedule) {
    for (split, activation) in [([1.0, 0.0, 0.0], "linear"), ([0.7, 0.3, 0.0], "tanh")] {
        let mut parameters = parameters(&[4, 8, 2], &[activation, "tanh"]);
        (parameters.split, parameters.learning_rate) = (split, 3e38);
        (parameters.max_epochs, parameters.batch_size) = (3, 40);
        let run = run(&parameters, &values(40, 4, 2));
        let test = "weights_that_are_not_finite_stop_a_run_as_on_the_cpu";
        let Some(mut backend) = gpu_on(test, &run, schedule) else { return };
        let (_, outcome) = trained(&run, &mut backend);
        let (_, expected) = trained(&run, &mut cpu::<f32>(&run));
        let (replica, expected) = (&outcome.replicas[0], &expected.replicas[0]);
        assert_eq!(replica.stop, expected.stop, "{split:?}");
        assert_eq!((replica.epochs, replica.best_epoch), (expected.epochs, expected.best_epoch));
    }
}

#[test]
fn more_elements_than_one_dimension_of_workgroups() {
    // 4200 rows of 1024 units are more than 65,535 workgroups of 64 threads.
    let mut parameters = parameters(&[2, 1024, 1], &["relu", "linear"]);
    (parameters.batch_size, parameters.max_epochs) = (4200, 1);
    parameters.split = [1.0, 0.0, 0.0];
    let run = run(&parameters, &values(4200, 2, 1));
    let Some(mut gpu) = gpu("more_elements_than_one_dimension_of_workgroups", &run) else { return };
    let (_, on_gpu) = trained(&run, &mut gpu);
    let (_, on_cpu) = trained(&run, &mut cpu::<f32>(&run));
    let loss =
        |outcome: &gpu_mlp::train::Outcome| outcome.replicas[0].best[0].as_ref().unwrap().loss;
    // One step of this size leaves a loss in the thousands: relative.
    let ratio = loss(&on_gpu) / loss(&on_cpu);
    assert!((ratio - 1.0).abs() < 1e-4, "{ratio}");
}

#[test]
fn a_gradient_beyond_f32_stops_the_run_as_on_the_cpu() {
    use gpu_mlp::params::{BatchGradient, Clip};
    let mut dataset = values(30, 2, 1);
    dataset.inputs.mapv_inplace(|x| 1e19 * x);
    // By value is left out: whether a sum that overflows is infinite or NaN, and so bounded or not, is
    // a matter of its order.
    for clip in [None, Some(Clip::Norm(1.0))] {
        let mut parameters = parameters(&[2, 1], &["linear"]);
        (parameters.batch_size, parameters.max_epochs) = (30, 2);
        parameters.split = [1.0, 0.0, 0.0];
        parameters.normalize = gpu_mlp::data::Normalization::None;
        (parameters.batch_gradient, parameters.clip) = (BatchGradient::Sum, clip);
        let run = run(&parameters, &dataset);
        let Some(mut gpu) = gpu("a_gradient_beyond_f32_stops_the_run_as_on_the_cpu", &run) else {
            return;
        };
        let (_, on_gpu) = trained(&run, &mut gpu);
        let (_, on_cpu) = trained(&run, &mut cpu::<f32>(&run));
        let stops = [&on_gpu, &on_cpu].map(|outcome| outcome.replicas[0].stop);
        assert_eq!(stops[0], stops[1], "{clip:?}");
        assert_eq!(stops[1], Stop::NotFinite(Some(1)), "{clip:?}");
    }
}
