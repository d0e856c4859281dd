//! A run resumed from any of its checkpoints is the same, bit for bit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use gpu_mlp::Result;
use gpu_mlp::rooms::artifact::{RunDirectory, Started, StoredRun, Timing};
use gpu_mlp::rooms::backend::{State, Train};
use gpu_mlp::rooms::cpu::{Cpu, Schedule};
use gpu_mlp::rooms::run::{Clip, Parameters, RateSchedule, Run};
use gpu_mlp::rooms::train::{Checkpoint, EpochRow, Observer, Outcome, Stop, train, train_from};
use pollster::FutureExt as _;

use crate::common::{
    InBlocks, Rows, classes, cpu, joined, many_of_iris, parameters, run, trained, values,
};
use crate::{ADAM, patient};

/// Keeps the rows, and a checkpoint every few epochs.
#[derive(Default)]
struct Keeper {
    every: u32,
    rows: Rows,
    checkpoints: Vec<Checkpoint>,
}

impl Observer for Keeper {
    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        self.rows.epoch(row)
    }
    fn checkpoint_due(&self, epoch: u32) -> bool {
        epoch.is_multiple_of(self.every)
    }
    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        self.checkpoints.push(checkpoint.clone());
        Ok(())
    }
}

/// An outcome without its times: equal for two equal runs.
fn timeless(mut outcome: Outcome) -> Outcome {
    outcome.seconds = Default::default();
    for last in outcome.replicas.iter_mut().filter_map(|replica| replica.last.as_mut()) {
        last.seconds = 0.0;
    }
    outcome
}

/// Goes on from every checkpoint, and returns the outcome.
#[track_caller]
fn every_rest_is_the_same(run: &Arc<Run>, backend: &dyn Fn() -> Box<dyn Train>) -> Outcome {
    let go_on = AtomicBool::new(false);
    let mut keeper = Keeper { every: 1, ..Keeper::default() };
    let mut whole = backend();
    let outcome = timeless(train(run, &mut *whole, &mut keeper, &go_on).block_on().unwrap());
    let state = whole.state().block_on().unwrap();
    assert!(keeper.checkpoints.len() > 3, "{outcome:?}");
    for checkpoint in keeper.checkpoints {
        let epoch = checkpoint.progress.epoch;
        let mut rows = Rows::default();
        let mut rest = backend();
        let ended = train_from(run, checkpoint, &mut *rest, &mut rows, &go_on).block_on().unwrap();
        let later = keeper.rows.0.iter().filter(|row| row.epoch > epoch);
        assert!(rows.0.iter().eq(later), "after epoch {epoch}");
        assert_eq!(timeless(ended), outcome, "after epoch {epoch}");
        assert_eq!(rest.state().block_on().unwrap(), state, "after epoch {epoch}");
    }
    outcome
}

fn on_both_schedules(run: &Arc<Run>) -> Vec<Outcome> {
    let on = |schedule| -> Box<dyn Train> {
        Box::new(Cpu::<f32>::with_schedule(run.clone(), schedule).unwrap())
    };
    Schedule::ALL.iter().map(|&schedule| every_rest_is_the_same(run, &|| on(schedule))).collect()
}

#[test]
fn on_both_schedules_until_patience_ends_it() {
    for outcome in on_both_schedules(&run(&patient(), &classes(60, 4, 3))) {
        assert!(matches!(outcome.replicas[0].stop, Stop::LossPatience(_)));
    }
}

#[test]
fn on_both_schedules_with_a_rate_that_falls() {
    let rate_schedule = RateSchedule::Cosine { floor: 0.001 };
    let falling = Parameters { rate_schedule, max_epochs: 6, loss_patience: None, ..patient() };
    for outcome in on_both_schedules(&run(&falling, &classes(60, 4, 3))) {
        let last = outcome.replicas[0].last.as_ref().unwrap();
        // 42 rows in batches of 4: the last of 66 steps.
        let sine = (std::f64::consts::FRAC_PI_2 / 66.0).sin();
        let expected = 0.001 + 0.049 * sine * sine;
        assert!((last.learning_rate.unwrap() - expected).abs() < 1e-15, "{last:?}");
    }
}

#[test]
fn until_the_score_stands_still_or_the_loss_does_or_bursts() {
    let scores = parameters(&[4, 8, 3], &["prelu", "softmax"]);
    let mut losses = scores.clone();
    let mut bursts = parameters(&[4, 8, 2], &["linear", "linear"]);
    let scores = gpu_mlp::rooms::run::Parameters {
        accuracy_patience: Some(5),
        max_epochs: 300,
        warmup_epochs: 6,
        ..scores
    };
    (losses.loss_tolerance, losses.max_epochs, losses.clip) = (1e-3, 900, Some(Clip::Norm(1.0)));
    losses.warmup_epochs = 6;
    (bursts.learning_rate, bursts.max_epochs, bursts.batch_size) = (0.9, 300, 28);
    for (parameters, dataset, stop) in [
        (scores, classes(60, 4, 3), "score_patience"),
        (losses, classes(60, 4, 3), "loss_converged"),
        (bursts, values(40, 4, 2), "not_finite"),
    ] {
        let run = run(&parameters, &dataset);
        let backend = || -> Box<dyn Train> { Box::new(cpu::<f32>(&run)) };
        let outcome = every_rest_is_the_same(&run, &backend);
        assert_eq!(outcome.replicas[0].stop.name(), stop);
    }
}

#[test]
fn of_three_replicas_of_which_some_have_stopped() {
    let mut parameters = patient();
    parameters.optimizer = ADAM;
    let dataset = classes(50, 4, 3);
    let single = |seed| run(&Parameters { random_seed: seed, ..parameters.clone() }, &dataset);
    let joined = joined(&[1, 2, 3].map(single));
    let backend = || -> Box<dyn Train> { Box::new(cpu::<f32>(&joined)) };
    let outcome = every_rest_is_the_same(&joined, &backend);
    let epochs: Vec<u32> = outcome.replicas.iter().map(|replica| replica.epochs).collect();
    assert!(epochs.iter().min() < epochs.iter().max(), "{epochs:?}");
}

/// A run's directory is that of the first replica, which stops before the others here.
#[test]
fn of_three_replicas_the_history_is_that_of_the_first() {
    let mut parameters = patient();
    parameters.optimizer = ADAM;
    let dataset = classes(50, 4, 3);
    let single = |seed| run(&Parameters { random_seed: seed, ..parameters.clone() }, &dataset);
    let mut singles = [1, 2, 3].map(single);
    let all = joined(&singles);
    let (_, alone) = trained(&all, &mut cpu::<f32>(&all));
    let shortest = alone.replicas.iter().enumerate().min_by_key(|(_, r)| r.epochs).unwrap().0;
    singles.swap(0, shortest);
    let joined = joined(&singles);

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let mut backend = cpu::<f32>(&joined);
    let started = Started { at: Instant::now(), timing: Timing::default() };
    let (keys, what) = (parameters.to_json(), backend.description());
    let mut directory = RunDirectory::create(&out, &joined, &keys, None, what, started).unwrap();
    directory.checkpoint_every(1);
    let go_on = AtomicBool::new(false);
    let outcome = train(&joined, &mut backend, &mut directory, &go_on).block_on().unwrap();
    let epochs = outcome.replicas[0].epochs;
    assert!(outcome.replicas.iter().any(|replica| replica.epochs > epochs));
    let history = std::fs::read_to_string(out.join("history.csv")).unwrap();
    let told: Vec<&str> = history.lines().skip(1).map(|l| l.split(',').next().unwrap()).collect();
    assert_eq!(told, (1..=epochs).map(|epoch| epoch.to_string()).collect::<Vec<_>>());
}

/// A directory, interrupted after an epoch.
struct Interrupted<'a> {
    directory: RunDirectory<'a>,
    after: u32,
    interrupt: &'a AtomicBool,
}

impl Observer for Interrupted<'_> {
    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        self.interrupt.fetch_or(row.epoch == self.after, Ordering::Relaxed);
        self.directory.epoch(row)
    }
    fn checkpoint_due(&self, epoch: u32) -> bool {
        self.directory.checkpoint_due(epoch)
    }
    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        self.directory.checkpoint(checkpoint)
    }
    fn finished(&mut self, outcome: &Outcome, state: &State) -> Result<()> {
        self.directory.finished(outcome, state)
    }
}

/// The first replica has reached its end by then; the others go on.
#[test]
fn forty_replicas_go_on_from_the_file_of_their_checkpoint() {
    let run = many_of_iris(40);
    let mut whole = cpu::<f32>(&run);
    let (_, expected) = trained(&run, &mut whole);
    let folder = tempfile::tempdir().unwrap();
    let (out, interrupt) = (folder.path().join("run"), AtomicBool::new(false));
    let mut backend = cpu::<f32>(&run);
    let started = || Started { at: Instant::now(), timing: Timing::default() };
    let (keys, what) = (patient().to_json(), backend.description());
    let directory = RunDirectory::create(&out, &run, &keys, None, what.clone(), started()).unwrap();
    let mut observer = Interrupted { directory, after: 4, interrupt: &interrupt };
    let outcome = train(&run, &mut backend, &mut observer, &interrupt).block_on().unwrap();
    assert_eq!(outcome.replicas[0].stop, Stop::MaxEpochs);
    assert!(outcome.interrupted().is_some());
    drop(observer);
    let stored = StoredRun::open(&out).unwrap();
    let saved = stored.checkpoint(&run).unwrap().unwrap();
    let mut directory =
        RunDirectory::reopen(stored, Some(&saved), &run, None, &keys, what, started()).unwrap();
    let (mut rest, go_on) = (cpu::<f32>(&run), AtomicBool::new(false));
    let ended =
        train_from(&run, saved.checkpoint, &mut rest, &mut directory, &go_on).block_on().unwrap();
    assert_eq!(timeless(ended), timeless(expected));
    assert_eq!(rest.state().block_on().unwrap(), whole.state().block_on().unwrap());
    assert!(!out.join("checkpoint.safetensors").exists() && directory.has_ended());
}

#[test]
fn blocks_of_epochs_end_where_a_checkpoint_is_due() {
    let run = run(&patient(), &classes(60, 4, 3));
    let (rows, _) = trained(&run, &mut cpu::<f32>(&run));
    let mut keeper = Keeper { every: 3, ..Keeper::default() };
    let mut backend = InBlocks(cpu::<f32>(&run), 7);
    train(&run, &mut backend, &mut keeper, &AtomicBool::new(false)).block_on().unwrap();
    assert_eq!(keeper.rows.0, rows);
    let epochs: Vec<u32> = keeper.checkpoints.iter().map(|c| c.progress.epoch).collect();
    // Not after the last epoch: then the run is over.
    let due: Vec<u32> = (1..rows.len() as u32).filter(|epoch| epoch % 3 == 0).collect();
    assert_eq!(epochs, due);
    let last = keeper.checkpoints.pop().unwrap();
    let mut rest = InBlocks(cpu::<f32>(&run), 7);
    train_from(&run, last, &mut rest, &mut keeper, &AtomicBool::new(false)).block_on().unwrap();
    assert_eq!(rest.state().block_on().unwrap(), backend.state().block_on().unwrap());
}

/// Interrupts after an epoch, or fails as a full disk does.
struct Stopping<'a> {
    keeper: Keeper,
    interrupt: &'a AtomicBool,
    fails: bool,
}

impl Observer for Stopping<'_> {
    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        self.keeper.epoch(row)?;
        if row.epoch != 5 {
            return Ok(());
        }
        self.interrupt.store(!self.fails, Ordering::Relaxed);
        if self.fails { Err(gpu_mlp::Error::failed("the disk is full")) } else { Ok(()) }
    }
    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        self.keeper.checkpoint(checkpoint)
    }
}

#[test]
fn an_interrupt_and_a_listener_that_fails_leave_a_checkpoint_of_the_last_epoch() {
    let run = run(&patient(), &classes(60, 4, 3));
    let (rows, _) = trained(&run, &mut cpu::<f32>(&run));
    for (fails, block) in [(false, 1), (true, 1), (true, 7)] {
        let interrupt = AtomicBool::new(false);
        let mut stopping = Stopping { keeper: Keeper::default(), interrupt: &interrupt, fails };
        let mut backend = InBlocks(cpu::<f32>(&run), block);
        let ended = train(&run, &mut backend, &mut stopping, &interrupt).block_on();
        assert_eq!(ended.is_err(), fails);
        let checkpoint = stopping.keeper.checkpoints.pop().unwrap();
        assert_eq!((checkpoint.progress.epoch, stopping.keeper.checkpoints.len()), (5, 0));
        let mut rest = Rows::default();
        let go_on = AtomicBool::new(false);
        train_from(&run, checkpoint, &mut cpu::<f32>(&run), &mut rest, &go_on).block_on().unwrap();
        assert_eq!(rest.0, rows[5..]);
    }
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let own = run(&patient(), &classes(60, 4, 3));
    let mut keeper = Keeper { every: 4, ..Keeper::default() };
    train(&own, &mut cpu::<f32>(&own), &mut keeper, &AtomicBool::new(false)).block_on().unwrap();
    let checkpoint = keeper.checkpoints.remove(0);
    let mut shorter = patient();
    shorter.max_epochs = 4;
    let mut wider = patient();
    wider.layers = crate::common::mlp(&[4, 9, 3], &["tanh", "softmax"]);
    for (parameters, words) in [(shorter, "nothing is left"), (wider, "another network")] {
        let other = run(&parameters, &classes(60, 4, 3));
        let go_on = AtomicBool::new(false);
        let mut rows = Rows::default();
        let mut backend = cpu::<f32>(&other);
        let error =
            train_from(&other, checkpoint.clone(), &mut backend, &mut rows, &go_on).block_on();
        let error = error.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
