//! Several replicas in one run: each trains as it would alone, and a state restores them all.

use std::sync::Arc;

use crate::common::{
    alone, classes, cpu, joined, many_of_iris, reports, run, trained, with_prepared_inputs,
};
use crate::devices_and_data::patient;
use crate::support::gpu_on;
use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::data::{Split, Splits};
use gpu_mlp::rooms::gpu::Schedule;
use gpu_mlp::rooms::run::{Parameters, RateSchedule, ReplicaId, Run};
use gpu_mlp::rooms::train::EpochRow;
use pollster::FutureExt as _;

/// Runs that differ in seed, rate and L2, of which two have rates that fall; the last also differs in its training rows.
fn singles() -> Vec<Arc<Run>> {
    let dataset = classes(50, 4, 3);
    let single = |(seed, rate, l2): (u64, f64, f64)| {
        let mut parameters = patient();
        (parameters.random_seed, parameters.learning_rate, parameters.l2) = (seed, rate, l2);
        if seed > 1 {
            parameters.rate_schedule = RateSchedule::Cosine { floor: 0.001 };
        }
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
    let together = backend.state().block_on().unwrap();
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
        let state = alone.state().block_on().unwrap();
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
    // Few epochs: with Adam the two diverge slowly.
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
    let saved = backend.state().block_on().unwrap();
    let after = reports(&mut backend, 3..6);
    let end = backend.state().block_on().unwrap();
    assert_ne!(end, saved);
    assert_eq!(after.len(), 6, "two replicas, three epochs");
    backend.restore(&saved).block_on().unwrap();
    assert_eq!(backend.state().block_on().unwrap(), saved);
    assert_eq!(reports(&mut backend, 3..6), after);
    assert_eq!(backend.state().block_on().unwrap(), end);
    // And on another device.
    let mut other = gpu_on("a_state_goes_back_and_gives_the_same_bits", &run, schedule).unwrap();
    other.restore(&saved).block_on().unwrap();
    assert_eq!(reports(&mut other, 3..6), after);
}

#[test]
fn sixty_four_replicas_of_iris_are_their_single_runs_and_near_those_of_the_cpu() {
    Schedule::ALL.into_iter().for_each(sixty_four_replicas_of_iris_on);
}

fn sixty_four_replicas_of_iris_on(schedule: Schedule) {
    const TEST: &str = "sixty_four_replicas_of_iris";
    let run = many_of_iris(64);
    let Some(mut backend) = gpu_on(TEST, &run, schedule) else { return };
    let (rows, outcome) = trained(&run, &mut backend);
    for id in (0..64).step_by(7) {
        let single = alone(&run, id);
        let (own_rows, own) = trained(&single, &mut gpu_on(TEST, &single, schedule).unwrap());
        let of_replica = rows.iter().filter(|row| row.replica == ReplicaId(id));
        assert_eq!(of_replica.clone().count(), own_rows.len(), "{id}, {schedule:?}");
        for (row, own) in of_replica.zip(&own_rows) {
            assert_eq!((&row.train, &row.validation), (&own.train, &own.validation), "{id}");
        }
        let (joined, own) = (&outcome.replicas[id], &own.replicas[0]);
        assert_eq!((joined.stop, &joined.best), (own.stop, &own.best), "{id}, {schedule:?}");
    }
    // With rates up to 0.3, the rounding of a step grows hundreds of times in ten epochs.
    let (expected, _) = trained(&run, &mut cpu::<f32>(&run));
    for (row, expected) in rows.iter().zip(&expected).filter(|(row, _)| row.epoch <= 3) {
        assert_eq!((row.replica, row.epoch), (expected.replica, expected.epoch));
        assert!((row.train.loss - expected.train.loss).abs() < 1e-5, "{row:?} {expected:?}");
    }
}

#[test]
fn nothing_is_uploaded_for_a_step_and_little_is_read_of_an_epoch() {
    for schedule in Schedule::ALL {
        let bytes = |batch_size: usize| {
            let dataset = classes(120, 4, 3);
            let parameters = Parameters { batch_size, loss_patience: None, ..patient() };
            let single =
                |seed| run(&Parameters { random_seed: seed, ..parameters.clone() }, &dataset);
            let run = joined(&[1, 2, 3].map(single));
            let mut backend = gpu_on("nothing_is_uploaded_for_a_step", &run, schedule)?;
            let before = (backend.uploaded(), backend.read_backs());
            reports(&mut backend, 1..4);
            Some((run.steps(), backend.uploaded() - before.0, backend.read_backs() - before.1))
        };
        let (Some(few), Some(many)) = (bytes(40), bytes(1)) else { return };
        assert_eq!((few.0, many.0), (3, 84));
        assert_eq!((few.1, many.1), (0, 0), "bytes that were uploaded, {schedule:?}");
        assert_eq!((few.2, many.2), (3, 3), "read-backs of three epochs, {schedule:?}");
    }
}

#[test]
fn a_fold_may_have_inputs_of_its_own() {
    let (run, id, single) = with_prepared_inputs();
    for schedule in Schedule::ALL {
        let test = "a_fold_may_have_inputs_of_its_own";
        let Some(mut backend) = gpu_on(test, &run, schedule) else { return };
        let (rows, outcome) = trained(&run, &mut backend);
        let (expected, own) = trained(&single, &mut gpu_on(test, &single, schedule).unwrap());
        let of_replica = rows.iter().filter(|row| row.replica == ReplicaId(id));
        assert!(of_replica.map(|row| &row.train).eq(expected.iter().map(|row| &row.train)));
        assert_eq!(outcome.replicas[id].best, own.replicas[0].best, "{schedule:?}");
    }
}
