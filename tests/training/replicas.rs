//! Many replicas in one run: each trains as it would alone, to the bit.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::cpu::{Cpu, Schedule};
use gpu_mlp::rooms::data::Splits;
use gpu_mlp::rooms::run::{Clip, Optimizer, Parameters, Rate, Replica, ReplicaId, Run};
use gpu_mlp::rooms::train::{Checkpoint, EpochRow, Observer, Stop, train, train_from};
use pollster::FutureExt as _;

use crate::common::{
    Rows, alone, classes, many_of_iris, parameters, trained, with_prepared_inputs,
};

fn on(run: &Arc<Run>, schedule: Schedule) -> Cpu<f32> {
    Cpu::with_schedule(run.clone(), schedule).unwrap()
}

fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn a_thousand_replicas_of_iris_are_their_single_runs() {
    let run = many_of_iris(1000);
    for schedule in Schedule::ALL {
        let mut backend = on(&run, schedule);
        let (rows, outcome) = trained(&run, &mut backend);
        let state = backend.state().block_on().unwrap();
        let stops = || outcome.replicas.iter().map(|replica| replica.stop);
        let by_patience = stops().filter(|stop| matches!(stop, Stop::LossPatience(_))).count();
        let by_epochs = stops().filter(|stop| *stop == Stop::MaxEpochs).count();
        assert!(by_patience > 100 && by_epochs > 100, "{by_patience} {by_epochs}");
        for id in (0..1000).step_by(29) {
            let single = alone(&run, id);
            let mut own = on(&single, schedule);
            let (own_rows, own_outcome) = trained(&single, &mut own);
            let of_replica: Vec<EpochRow> = rows
                .iter()
                .filter(|row| row.replica == ReplicaId(id))
                .map(|row| EpochRow { replica: ReplicaId(0), ..row.clone() })
                .collect();
            assert_eq!(of_replica, own_rows, "the history of replica {id}, {schedule:?}");
            let (joined, own_outcome) = (&outcome.replicas[id], &own_outcome.replicas[0]);
            assert_eq!((joined.stop, &joined.best), (own_outcome.stop, &own_outcome.best), "{id}");
            for (name, tensor) in own.state().block_on().unwrap().tensors {
                let len = tensor.values.len();
                let joined = &state.tensors[&name];
                let part = |values: &[f64]| values[id * len..(id + 1) * len].to_vec();
                assert_eq!(part(&joined.best), tensor.best, "{name} of {id}, {schedule:?}");
                assert_eq!(part(&joined.values), tensor.values, "{name} of {id}, {schedule:?}");
            }
        }
    }
}

#[test]
fn the_number_of_threads_changes_no_bit_of_many() {
    let run = many_of_iris(50);
    for schedule in Schedule::ALL {
        let of = |threads| {
            with_threads(threads, || {
                let mut backend = on(&run, schedule);
                (trained(&run, &mut backend).0, backend.state().block_on().unwrap())
            })
        };
        let one = of(1);
        for threads in [2, 3, 8] {
            assert_eq!(of(threads), one, "{threads} threads, {schedule:?}");
        }
    }
}

/// Stops the run after an epoch, and keeps its checkpoint.
struct Killed {
    rows: Rows,
    after: u32,
    checkpoint: Option<Checkpoint>,
}

impl Observer for Killed {
    fn epoch(&mut self, row: &EpochRow) -> gpu_mlp::Result<()> {
        self.rows.epoch(row)
    }
    fn checkpoint_due(&self, epoch: u32) -> bool {
        epoch == self.after
    }
    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> gpu_mlp::Result<()> {
        self.checkpoint = Some(checkpoint.clone());
        Ok(())
    }
}

#[test]
fn a_kill_at_any_epoch_and_a_resume_change_no_bit_of_many() {
    let run = many_of_iris(60);
    let go_on = AtomicBool::new(false);
    for schedule in Schedule::ALL {
        let mut whole = on(&run, schedule);
        let (rows, _) = trained(&run, &mut whole);
        for after in 1..=9 {
            let mut killed = Killed { rows: Rows::default(), after, checkpoint: None };
            train(&run, &mut on(&run, schedule), &mut killed, &go_on).block_on().unwrap();
            let (mut rest, mut later) = (on(&run, schedule), Rows::default());
            let checkpoint = killed.checkpoint.unwrap();
            train_from(&run, checkpoint, &mut rest, &mut later, &go_on).block_on().unwrap();
            let expected: Vec<_> = rows.iter().filter(|row| row.epoch > after).cloned().collect();
            assert_eq!(later.0, expected, "after epoch {after}, {schedule:?}");
            assert_eq!(
                rest.state().block_on().unwrap(),
                whole.state().block_on().unwrap(),
                "after epoch {after}"
            );
        }
    }
}

#[test]
fn one_that_bursts_ends_alone() {
    let run = Run::clone(&many_of_iris(9));
    let mut replicas = run.replicas.clone();
    for replica in &mut replicas {
        (replica.stopping.max_epochs, replica.stopping.loss_patience) = (6, None);
        (replica.optimizer, replica.clip) = (Optimizer::Sgd, None);
    }
    // Its weights are beyond f32 after the first step: the second has no finite loss.
    replicas[4].rate = Rate::Constant(1e39);
    let run = Arc::new(run.with_replicas(replicas).unwrap());
    for schedule in Schedule::ALL {
        let (rows, outcome) = trained(&run, &mut on(&run, schedule));
        for (id, replica) in outcome.replicas.iter().enumerate() {
            let expected = match id {
                4 => (Stop::NotFinite(Some(2)), 1, None),
                _ => (Stop::MaxEpochs, 6, replica.best_epoch),
            };
            assert_eq!((replica.stop, replica.epochs, replica.best_epoch), expected, "{id}");
        }
        assert_eq!(rows.len(), 8 * 6 + 1);
    }
}

#[test]
fn a_fold_may_have_inputs_of_its_own() {
    let (run, id, single) = with_prepared_inputs();
    for schedule in Schedule::ALL {
        let (rows, outcome) = trained(&run, &mut on(&run, schedule));
        let (expected, own) = trained(&single, &mut on(&single, schedule));
        let of_replica = rows.iter().filter(|row| row.replica == ReplicaId(id));
        assert!(of_replica.map(|row| &row.train).eq(expected.iter().map(|row| &row.train)));
        assert_eq!(outcome.replicas[id].best, own.replicas[0].best, "{schedule:?}");
    }
    let mut run = Run::clone(&run);
    let own = gpu_mlp::rooms::run::TableInputs::Reals(ndarray::Array2::zeros((150, 5)));
    run.folds[3].prepared = Some(Arc::new(own));
    let replicas = run.replicas.clone();
    let error = run.with_replicas(replicas).unwrap_err().to_string();
    assert!(error.contains("fold 3: its prepared inputs are of shape (150, 5)"), "{error}");
}

#[test]
fn replicas_beyond_the_memory_there_is_are_refused() {
    let mut run = Run::clone(&many_of_iris(1));
    let one = run.replicas.pop().unwrap();
    run.replicas = (0..1000).map(|id| Replica { id: ReplicaId(id), ..one.clone() }).collect();
    // A network of 1 GB, a thousand times.
    let layers = [4, 8000, 8000, 3];
    let dataset = gpu_mlp::rooms::data::Dataset::read("datasets/iris.npz").unwrap();
    let parameters = parameters(&layers, &["relu", "relu", "softmax"]);
    let wide = Run::new(&parameters, &dataset).unwrap();
    let run = Run { network: wide.network, plan: wide.plan, ..run };
    let error = Cpu::<f32>::check_memory(&run).unwrap_err().to_string();
    for part in ["cpu: 1000 replicas and their batches need ", " bytes, and ", "use fewer replicas"]
    {
        assert!(error.contains(part), "{error}");
    }
}

/// A worker's memory has padding, which a burst must not leave to the next replica.
#[test]
fn one_that_bursts_leaves_nothing_to_the_next() {
    let dataset = classes(60, 4, 3);
    for (sizes, batch_size) in [([4, 20, 3], 16), ([4, 70, 3], 5)] {
        let mut parameters = parameters(&sizes, &["relu", "softmax"]);
        (parameters.batch_size, parameters.clip) = (batch_size, Some(Clip::Norm(0.5)));
        let single = Run::new(&parameters, &dataset).unwrap();
        let replica = |id| Replica {
            id: ReplicaId(id),
            seed: id as u64,
            rate: Rate::Constant(if id % 2 == 0 { 1e39 } else { 0.01 }),
            ..single.replicas[0].clone()
        };
        let run = Arc::new(single.clone().with_replicas((0..6).map(replica).collect()).unwrap());
        with_threads(1, || {
            let (rows, outcome) = trained(&run, &mut on(&run, Schedule::Fused));
            for id in [1, 3, 5] {
                let single = alone(&run, id);
                let (own, _) = trained(&single, &mut on(&single, Schedule::Fused));
                let of_replica = rows.iter().filter(|row| row.replica == ReplicaId(id));
                assert!(of_replica.map(|row| &row.train).eq(own.iter().map(|row| &row.train)));
                assert_eq!(outcome.replicas[id].stop, Stop::MaxEpochs, "{sizes:?}, replica {id}");
            }
        });
    }
}

fn refused(replicas: impl FnOnce(&mut Vec<Replica>)) -> String {
    let run = Run::clone(&many_of_iris(3));
    let mut changed = run.replicas.clone();
    replicas(&mut changed);
    run.with_replicas(changed).unwrap_err().to_string()
}

#[test]
fn replicas_that_are_none_of_the_run_are_refused() {
    assert!(refused(|all| all.clear()).contains("needs a replica"));
    assert!(refused(|all| all.swap(0, 1)).contains("replica 0: its id is 1"));
    assert!(refused(|all| all[2].fold = 10).contains("replica 2: its fold is 10"));
    let sgd = refused(|all| all[1].optimizer = Optimizer::Sgd);
    assert!(
        sgd.contains("replica 1: its optimizer is sgd, and that of replica 0 is adam"),
        "{sgd}"
    );
    assert!(refused(|all| all[1].stopping.max_epochs = 0).contains("trains for 0 epochs"));
}

fn refused_fold(change: impl FnOnce(&mut [Vec<u32>; 3])) -> String {
    let mut parts = [(0..30).collect(), (30..35).collect(), (35..40).collect()];
    change(&mut parts);
    let [train, validation, test] = parts;
    let sound = Splits::new((0..40).collect(), vec![], vec![]);
    let folds = vec![sound, Splits::new(train, validation, test)];
    let parameters: Parameters = parameters(&[4, 8, 3], &["tanh", "softmax"]);
    Run::on_folds(&parameters, &classes(40, 4, 3), folds).unwrap_err().to_string()
}

#[test]
fn patience_without_validation_rows_names_what_lacks_them() {
    let mut parameters = parameters(&[4, 8, 3], &["tanh", "softmax"]);
    parameters.loss_patience = Some(2);
    let folds = vec![Splits::new((0..40).collect(), vec![], vec![])];
    let error = Run::on_folds(&parameters, &classes(40, 4, 3), folds).unwrap_err().to_string();
    assert_eq!(
        error,
        "fold 0 (counted from 0): it has no validation rows to be patient about; give it some, or \
         leave LOSS_PATIENCE out"
    );
    parameters.split = [1.0, 0.0, 0.0];
    let error = Run::new(&parameters, &classes(40, 4, 3)).unwrap_err().to_string();
    assert!(error.starts_with("LOSS_PATIENCE: there are no validation rows"), "{error}");
    assert!(error.contains("SPLIT [1.0, 0.0]"), "{error}");
}

#[test]
fn folds_that_do_not_fit_the_data_are_named() {
    let dataset = classes(40, 4, 3);
    let run = Run::new(&parameters(&[4, 8, 3], &["tanh", "softmax"]), &dataset).unwrap();
    let gpu_mlp::rooms::run::TableTargets::Classes(of_rows) = &run.table.targets else { panic!() };
    let without = refused_fold(|[train, ..]| train.retain(|row| of_rows[*row as usize] != 2));
    assert!(without.contains("fold 1 (counted from 0)"), "{without}");
    assert!(without.contains("none of class 2"), "{without}");
    assert!(refused_fold(|[train, ..]| train.push(40)).contains("row 40"));
    assert!(refused_fold(|[train, ..]| train.push(31)).contains("row 31 (counted from 0) stands"));
    assert!(refused_fold(|[train, ..]| train.clear()).contains("no training rows"));
}
