//! A device that is lost in the middle of a run.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use gpu_mlp::Error;
use gpu_mlp::artifact::{RunDirectory, StoredRun, Timing};
use gpu_mlp::backend::{Backend, Description, Event, Quantity, State, Weights};
use gpu_mlp::cpu::{Cpu, Schedule};
use gpu_mlp::metrics::Evaluation;
use gpu_mlp::run::{Optimizer, Parameters, Run};
use gpu_mlp::train::{Stop, train, train_from};
use ndarray::{Array3, ArrayViewD};

use crate::common::{classes, parameters, run, trained};

/// A backend whose device is lost in an epoch, or once that is over.
struct Lost {
    backend: Cpu<f32>,
    epoch: u32,
    after: bool,
    lost: bool,
    /// What the host knows, and whether it remembers.
    known: State,
    remembers: bool,
}

impl Lost {
    fn fault<T>(&self) -> gpu_mlp::Result<T> {
        Err(Error::failed("the device was lost; go on with --device cpu"))
    }
}

impl Backend for Lost {
    fn description(&self) -> Description {
        Description { device: "a fragile one".into(), ..self.backend.description() }
    }
    fn submit(&mut self, epochs: Range<u32>) -> gpu_mlp::Result<()> {
        self.backend.submit(epochs)
    }
    fn poll(&mut self, wait: bool) -> gpu_mlp::Result<Option<Event>> {
        let event = self.backend.poll(wait)?;
        if let Some(Event::Epoch(report)) = &event {
            self.lost |= report.epoch == self.epoch;
            if self.lost && !self.after {
                return self.fault();
            }
            self.known = self.backend.state()?;
        }
        Ok(event)
    }
    fn retain(&mut self, live: &[gpu_mlp::run::ReplicaId]) -> gpu_mlp::Result<()> {
        self.backend.retain(live)
    }
    fn evaluate(
        &mut self,
        split: gpu_mlp::data::Split,
        which: Weights,
    ) -> gpu_mlp::Result<Vec<Evaluation>> {
        if self.lost { self.fault() } else { self.backend.evaluate(split, which) }
    }
    fn predict(&mut self, rows: ArrayViewD<f32>, which: Weights) -> gpu_mlp::Result<Array3<f64>> {
        self.backend.predict(rows, which)
    }
    fn trace(&mut self, epoch: u32) -> gpu_mlp::Result<Vec<Quantity>> {
        self.backend.trace(epoch)
    }
    fn state(&mut self) -> gpu_mlp::Result<State> {
        if self.lost { self.fault() } else { self.backend.state() }
    }
    fn known_state(&mut self) -> gpu_mlp::Result<State> {
        if self.remembers {
            return Ok(self.known.clone());
        }
        Err(Error::failed("nothing is known of the state"))
    }
    fn restore(&mut self, state: &State) -> gpu_mlp::Result<()> {
        self.backend.restore(state)
    }
    fn measure(&mut self, budget: Duration) -> gpu_mlp::Result<f64> {
        self.backend.measure(budget)
    }
}

fn twelve_epochs() -> (Parameters, Arc<Run>) {
    let mut parameters = parameters(&[4, 8, 3], &["gelu", "softmax"]);
    parameters.max_epochs = 12;
    parameters.learning_rate = 0.02;
    parameters.optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let run = run(&parameters, &classes(60, 4, 3));
    (parameters, run)
}

/// Loses the device; the error.
fn lose(out: &Path, epoch: u32, after: bool, remembers: bool) -> Error {
    let (parameters, run) = twelve_epochs();
    let mut cpu = Cpu::<f32>::new(run.clone());
    let known = cpu.state().unwrap();
    let mut backend = Lost { backend: cpu, epoch, after, lost: false, known, remembers };
    let timing = (Instant::now(), Timing::default());
    let what = backend.description();
    let mut directory =
        RunDirectory::create(out, &run, &parameters.to_json(), None, what, timing).unwrap();
    directory.checkpoint_every(3);
    train(&run, &mut backend, &mut directory, &AtomicBool::new(false)).unwrap_err()
}

#[test]
fn the_checkpoint_before_goes_on_on_another_device_with_the_same_losses() {
    let folder = tempfile::tempdir().unwrap();
    // In epoch 8; and behind epoch 6 or 12, before its checkpoint or the best weights can be read.
    for (epoch, after, saved) in [(8, false, 6), (6, true, 3), (12, true, 9)] {
        let out = folder.path().join(format!("{epoch}"));
        let error = lose(&out, epoch, after, true);
        assert!(error.to_string().contains("the device was lost"), "{error}");
        assert!(out.join("model.safetensors").exists(), "the best weights are saved");

        let (parameters, run) = twelve_epochs();
        let resolved = parameters.to_json();
        let stored = StoredRun::open(&out).unwrap();
        let checkpoint = stored.checkpoint(&run).unwrap().unwrap();
        assert_eq!(checkpoint.checkpoint.progress.epoch, saved);
        assert_eq!(checkpoint.description.device, "a fragile one");
        let mut other = Cpu::<f32>::with_schedule(run.clone(), Schedule::Fused).unwrap();
        let timing = (Instant::now(), Timing::default());
        let what = other.description();
        let mut directory =
            RunDirectory::reopen(stored, Some(&checkpoint), &run, None, &resolved, what, timing)
                .unwrap();
        let go_on = AtomicBool::new(false);
        let outcome =
            train_from(&run, checkpoint.checkpoint, &mut other, &mut directory, &go_on).unwrap();
        assert_eq!((outcome.replicas[0].stop, outcome.replicas[0].epochs), (Stop::MaxEpochs, 12));

        let (rows, whole) = trained(&run, &mut Cpu::<f32>::new(run.clone()));
        let history = std::fs::read_to_string(out.join("history.csv")).unwrap();
        assert_eq!(history.lines().count(), 13);
        for (line, row) in history.lines().skip(1).zip(&rows) {
            let loss: f64 = line.split(',').nth(1).unwrap().parse().unwrap();
            assert!((loss - row.train.loss).abs() < 1e-4, "{line} {row:?}");
        }
        assert_eq!(
            (outcome.steps, outcome.replicas[0].best_epoch),
            (whole.steps, whole.replicas[0].best_epoch)
        );
    }
}

#[test]
fn where_nothing_is_known_of_the_best_weights_the_loss_of_the_device_is_told_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let error = lose(&out, 8, false, false).to_string();
    assert!(error.contains("the device was lost"), "{error}");
    assert!(!out.join("model.safetensors").exists() && !out.join("summary.json").exists());
    assert!(out.join("checkpoint.safetensors").exists());
}
