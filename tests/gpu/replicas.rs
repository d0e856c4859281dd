//! Several replicas in one run: each is the run that it would be alone, and a state brings them all back.

use std::sync::Arc;

use crate::common::{classes, cpu, joined, run, trained};
use crate::devices_and_data::patient;
use crate::support::gpu_on;
use gpu_mlp::backend::{Backend, Event, ReplicaReport};
use gpu_mlp::data::{Split, Splits};
use gpu_mlp::gpu::{GpuBackend, Schedule};
use gpu_mlp::run::{ReplicaId, Run};
use gpu_mlp::train::EpochRow;

/// Runs that differ in seed, rate and L2, and the last in its training rows.
fn singles() -> Vec<Arc<Run>> {
    let dataset = classes(50, 4, 3);
    let single = |(seed, rate, l2): (u64, f64, f64)| {
        let mut parameters = patient();
        (parameters.random_seed, parameters.learning_rate, parameters.l2) = (seed, rate, l2);
        let mut single = Run::clone(&run(&parameters, &dataset));
        if seed == 3 {
            let fold = &mut single.folds[0];
            let train = fold.rows(Split::Train)[..9].to_vec();
            let validation = fold.rows(Split::Validation)[..7].to_vec();
            fold.splits = Splits::new(train, validation, vec![]);
        }
        Arc::new(single)
    };
    [(1, 0.01, 0.0), (2, 0.02, 0.1), (3, 0.1, 0.01)].map(single).to_vec()
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
        let of_replica: Vec<&EpochRow> =
            rows.iter().filter(|r| r.replica == ReplicaId(replica)).collect();
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
    for replica in &mut joined.replicas {
        (replica.stopping.max_epochs, replica.stopping.loss_patience) = (3, None);
    }
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
    backend.retain(&[0, 2].map(ReplicaId)).unwrap();
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
