//! A device that is lost in the middle of a run.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use gpu_mlp::rooms::artifact::{RunDirectory, Started, StoredRun, Timing};
use gpu_mlp::rooms::backend::{Answer, Description, Event, Quantity, State, Train, Weights};
use gpu_mlp::rooms::cpu::{Cpu, Schedule};
use gpu_mlp::rooms::error::{Error, ErrorKind};
use gpu_mlp::rooms::metrics::Evaluation;
use gpu_mlp::rooms::run::{Optimizer, Parameters, Run};
use gpu_mlp::rooms::train::{Stop, train, train_from};
use pollster::FutureExt as _;

use crate::common::{classes, parameters, run, trained};

/// A backend whose device is lost in an epoch, or after it.
struct Lost {
    backend: Cpu<f32>,
    epoch: u32,
    after: bool,
    lost: bool,
    /// The state that the host knows.
    known: State,
}

impl Lost {
    fn fault<T>(&self) -> gpu_mlp::Result<T> {
        Err(Error::device_lost("the device was lost; go on with --device cpu"))
    }
}

impl Train for Lost {
    fn description(&self) -> Description {
        Description { device: "a fragile one".into(), ..self.backend.description() }
    }
    fn train<'a>(
        &'a mut self,
        epochs: Range<u32>,
        told: &'a mut dyn FnMut(Event),
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            for epoch in epochs {
                self.lost |= epoch == self.epoch;
                if self.lost && !self.after {
                    return self.fault();
                }
                self.backend.train(epoch..epoch + 1, told).await?;
                self.known = self.backend.state().await?;
            }
            Ok(())
        })
    }
    fn go_back(&mut self) -> Answer<'_, ()> {
        self.backend.go_back()
    }
    fn retain(&mut self, live: &[gpu_mlp::rooms::run::ReplicaId]) -> gpu_mlp::Result<()> {
        self.backend.retain(live)
    }
    fn evaluate(
        &mut self,
        split: gpu_mlp::rooms::data::Split,
        which: Weights,
    ) -> Answer<'_, Vec<Evaluation>> {
        Box::pin(async move {
            if self.lost { self.fault() } else { self.backend.evaluate(split, which).await }
        })
    }
    fn first_step(&mut self, epoch: u32) -> Answer<'_, Vec<Quantity>> {
        self.backend.first_step(epoch)
    }
    fn state(&mut self) -> Answer<'_, State> {
        Box::pin(async { if self.lost { self.fault() } else { self.backend.state().await } })
    }
    fn last_known_state(&mut self) -> State {
        self.known.clone()
    }
    fn restore<'a>(&'a mut self, state: &'a State) -> Answer<'a, ()> {
        self.backend.restore(state)
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

/// Loses the device, and returns the error.
fn lose(out: &Path, epoch: u32, after: bool) -> Error {
    let (parameters, run) = twelve_epochs();
    let mut cpu = Cpu::<f32>::new(run.clone());
    let known = cpu.state().block_on().unwrap();
    let mut backend = Lost { backend: cpu, epoch, after, lost: false, known };
    let started = Started { at: Instant::now(), timing: Timing::default() };
    let what = backend.description();
    let mut directory =
        RunDirectory::create(out, &run, &parameters.to_json(), None, what, started).unwrap();
    directory.checkpoint_every(3);
    train(&run, &mut backend, &mut directory, &AtomicBool::new(false)).block_on().unwrap_err()
}

#[test]
fn the_checkpoint_before_goes_on_on_another_device_with_the_same_losses() {
    let folder = tempfile::tempdir().unwrap();
    // In epoch 8; and after epoch 6 or 12, before its checkpoint or the best weights can be read.
    for (epoch, after, saved) in [(8, false, 6), (6, true, 3), (12, true, 9)] {
        let out = folder.path().join(format!("{epoch}"));
        let error = lose(&out, epoch, after);
        assert_eq!(error.kind, ErrorKind::DeviceLost, "{error}");
        assert!(out.join("model.safetensors").exists(), "the best weights are saved");

        let (parameters, run) = twelve_epochs();
        let resolved = parameters.to_json();
        let stored = StoredRun::open(&out).unwrap();
        let checkpoint = stored.checkpoint(&run).unwrap().unwrap();
        assert_eq!(checkpoint.checkpoint.progress.epoch, saved);
        assert_eq!(checkpoint.description.device, "a fragile one");
        let mut other = Cpu::<f32>::with_schedule(run.clone(), Schedule::Fused).unwrap();
        let started = Started { at: Instant::now(), timing: Timing::default() };
        let what = other.description();
        let mut directory =
            RunDirectory::reopen(stored, Some(&checkpoint), &run, None, &resolved, what, started)
                .unwrap();
        let go_on = AtomicBool::new(false);
        let outcome = train_from(&run, checkpoint.checkpoint, &mut other, &mut directory, &go_on)
            .block_on()
            .unwrap();
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
