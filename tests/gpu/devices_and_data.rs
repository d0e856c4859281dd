//! Parts of the data, blocks of epochs, and the methods of a backend: the same bits on the same device, and the CPU's
//! numbers.

use crate::common::{InBlocks, classes, cpu, network_of, parameters, run, trained, values};
use crate::support::{device, gpu, gpu_on};
use gpu_mlp::rooms::backend::{Infer, Train, Weights};
use gpu_mlp::rooms::cpu::CpuInference;
use gpu_mlp::rooms::data::Split;
use gpu_mlp::rooms::gpu::{GpuBackend, GpuInference, Schedule};
use gpu_mlp::rooms::run::{Clip, Optimizer, Parameters, RateSchedule};
use gpu_mlp::rooms::train::Stop;
use pollster::FutureExt as _;

const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/// A run that patience stops in the middle.
pub fn patient() -> Parameters {
    let mut parameters = parameters(&[4, 8, 3], &["tanh", "softmax"]);
    (parameters.max_epochs, parameters.optimizer) = (40, ADAM);
    (parameters.learning_rate, parameters.loss_patience) = (0.05, Some(4));
    parameters
}

/// A regression with everything that a step may have.
fn rich() -> Parameters {
    let mut parameters = parameters(&[4, 8, 7, 2], &["gelu", "prelu", "linear"]);
    (parameters.max_epochs, parameters.optimizer, parameters.learning_rate) = (6, ADAM, 0.02);
    (parameters.l2, parameters.clip) = (0.01, Some(Clip::Norm(0.8)));
    parameters.rate_schedule = RateSchedule::Cosine { floor: 0.001 };
    parameters
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
        let mut backend =
            GpuBackend::with_schedule(device, run.clone(), schedule).block_on().unwrap();
        let (rows, _) = trained(&run, &mut backend);
        Some((rows, backend.state().block_on().unwrap()))
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
        Some((rows, backend.state().block_on().unwrap()))
    };
    let Some(first) = once() else { return };
    assert_eq!(once().unwrap(), first);
}

#[test]
fn blocks_of_epochs_change_no_bit() {
    for schedule in Schedule::ALL {
        for rate_schedule in [RateSchedule::Constant, RateSchedule::Cosine { floor: 0.0 }] {
            blocks_of_epochs_change_no_bit_on(schedule, rate_schedule);
        }
    }
}

fn blocks_of_epochs_change_no_bit_on(schedule: Schedule, rate_schedule: RateSchedule) {
    let run = run(&Parameters { rate_schedule, ..patient() }, &classes(60, 4, 3));
    let Some(mut one_by_one) = gpu_on("blocks_of_epochs_change_no_bit", &run, schedule) else {
        return;
    };
    let (rows, outcome) = trained(&run, &mut one_by_one);
    let stopped = outcome.replicas[0].epochs;
    assert!(stopped > 4 && stopped < 40, "patience fires in the middle: {stopped}");
    let state = one_by_one.state().block_on().unwrap();
    // For at least one of these, patience fires inside a block.
    for block in [3, 4] {
        let backend = gpu_on("blocks_of_epochs_change_no_bit", &run, schedule).unwrap();
        let mut backend = InBlocks(backend, block);
        let (block_rows, block_outcome) = trained(&run, &mut backend);
        assert_eq!(block_rows, rows, "blocks of {block}");
        assert_eq!(block_outcome.replicas[0].best, outcome.replicas[0].best);
        assert_eq!(backend.state().block_on().unwrap(), state, "blocks of {block}");
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
        let (traced, expected) = (
            backend.first_step(1).block_on().unwrap(),
            cpu::<f32>(&run).first_step(1).block_on().unwrap(),
        );
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
        let state = backend.state().block_on().unwrap();
        reference.restore(&state).block_on().unwrap();
        // More rows than a block of an evaluation has, and none.
        for rows in [0, 1, 2500] {
            let inputs = ndarray::Array2::from_shape_fn((rows, features), |(row, column)| {
                ((row * 3 + column) as f32 * 0.7).sin()
            });
            for which in [Weights::Current, Weights::Best] {
                let network = network_of(&run, &state, which);
                let infer = GpuInference::new(device(test).unwrap(), network.clone());
                let mut infer = infer.block_on().unwrap();
                let mut twin = CpuInference::<f32>::new(network).unwrap();
                let predicted = infer.predict(inputs.view()).block_on().unwrap();
                let expected = twin.predict(inputs.view()).block_on().unwrap();
                assert_eq!(predicted.shape(), expected.shape());
                for (y, expected) in predicted.iter().zip(&expected) {
                    let near = (y - expected).abs() <= 1e-5 * expected.abs().max(1.0);
                    assert!(near, "{which:?}: {y} {expected}");
                }
            }
        }
        for split in Split::ALL {
            for which in [Weights::Current, Weights::Best] {
                let evaluated = backend.evaluate(split, which).block_on().unwrap().remove(0);
                let expected = reference.evaluate(split, which).block_on().unwrap().remove(0);
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
    let loss = |outcome: &gpu_mlp::rooms::train::Outcome| {
        outcome.replicas[0].best[0].as_ref().unwrap().loss
    };
    // After one step of this size the loss is in the thousands: the difference is relative.
    let ratio = loss(&on_gpu) / loss(&on_cpu);
    assert!((ratio - 1.0).abs() < 1e-4, "{ratio}");
}

#[test]
fn a_gradient_beyond_f32_stops_the_run_as_on_the_cpu() {
    use gpu_mlp::rooms::run::{BatchGradient, Clip};
    let mut dataset = values(30, 2, 1);
    dataset.inputs.reals_mut().mapv_inplace(|x| 1e19 * x);
    // A clip by value is left out: the order of an overflowing sum decides whether it is infinite or NaN, and so whether
    // it is bounded.
    for clip in [None, Some(Clip::Norm(1.0))] {
        let mut parameters = parameters(&[2, 1], &["linear"]);
        (parameters.batch_size, parameters.max_epochs) = (30, 2);
        parameters.split = [1.0, 0.0, 0.0];
        parameters.normalize = gpu_mlp::rooms::data::Normalization::None;
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
