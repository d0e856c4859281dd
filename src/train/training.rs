//! The loop over blocks of epochs.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::{EpochRow, Figures, Judge, Observer, Outcome, ReplicaOutcome, Seconds, Stop, figures};
use crate::backend::{Backend, EpochReport, Event, Mark, ReplicaReport, Weights};
use crate::data::Split;
use crate::error::{Error, Result};
use crate::params::Run;

/// Trains until every replica has stopped, or `interrupt` is set (seen between submits), and
/// evaluates the best weights.
pub fn train(
    run: &Run,
    backend: &mut dyn Backend,
    observer: &mut dyn Observer,
    interrupt: &AtomicBool,
) -> Result<Outcome> {
    let mut training = Training::new(run);
    let mut next: u32 = 1;
    let mut fault = None;
    while fault.is_none() && !training.live().is_empty() {
        if interrupt.load(Ordering::Relaxed) {
            training.interrupt();
            break;
        }
        let per_submit = backend.description().epochs_per_submit.max(1);
        let end = next.saturating_add(per_submit).min(run.stopping.max_epochs.saturating_add(1));
        match training.block(next..end, backend, observer) {
            Ok(after) => (next, fault) = after,
            // A lost device: what is known of the run is still reported.
            Err(error) => fault = Some(error),
        }
    }
    if fault.is_some() {
        training.interrupt();
    }
    let outcome = training.outcome(backend, fault.is_some())?;
    let finished = observer.finished(&outcome, &backend.state()?);
    fault.map_or(finished, Err)?;
    Ok(outcome)
}

struct Training<'a> {
    run: &'a Run,
    replicas: Vec<Progress>,
    seconds: Seconds,
    steps: u64,
}

/// How far a replica has come.
#[derive(Clone)]
struct Progress {
    judge: Judge,
    stop: Option<Stop>,
    epochs: u32,
    best_epoch: Option<u32>,
    /// The validation of the best epoch.
    best: Option<Figures>,
    last: Option<EpochRow>,
}

impl<'a> Training<'a> {
    fn new(run: &'a Run) -> Self {
        let progress = Progress {
            judge: Judge::new(run.stopping.clone()),
            stop: None,
            epochs: 0,
            best_epoch: None,
            best: None,
            last: None,
        };
        let replicas = vec![progress; run.replicas.len()];
        Training { run, replicas, seconds: Seconds::default(), steps: 0 }
    }

    fn live(&self) -> Vec<usize> {
        (0..self.replicas.len()).filter(|&r| self.replicas[r].stop.is_none()).collect()
    }

    fn interrupt(&mut self) {
        for replica in self.replicas.iter_mut().filter(|r| r.stop.is_none()) {
            replica.stop = Some(Stop::Interrupted);
        }
    }

    /// Trains a block; the epoch to go on with, and what a listener failed with (a full disk, say).
    /// If a rule fires before the block's last epoch, the backend goes back to the block's start and
    /// runs again to the epoch that fired: same bits.
    fn block(
        &mut self,
        epochs: Range<u32>,
        backend: &mut dyn Backend,
        observer: &mut dyn Observer,
    ) -> Result<(u32, Option<Error>)> {
        let start = if epochs.len() > 1 { Some(backend.mark()?) } else { None };
        let live = self.live().len();
        let (mut fired, mut fault) = (None, None);
        backend.submit(epochs.clone())?;
        while let Some(event) = backend.poll(true)? {
            match event {
                Event::Progress { epoch, step, steps } if fired.is_none() => {
                    observer.progress(epoch, step, steps);
                }
                Event::Epoch(report) if fired.is_none() => {
                    fault = self.epoch(&report, observer).err();
                    if fault.is_some() || self.live().len() < live {
                        fired = Some(report.epoch);
                    }
                }
                _ => {}
            }
        }
        let last = fired.unwrap_or(epochs.end - 1);
        if let (Some(start), true) = (start, last + 1 < epochs.end) {
            rerun(&start, epochs.start..last + 1, backend)?;
        }
        backend.retain(&self.live())?;
        Ok((last + 1, fault))
    }

    fn epoch(&mut self, report: &EpochReport, observer: &mut dyn Observer) -> Result<()> {
        self.seconds.train += report.train_seconds;
        self.seconds.evaluate += report.evaluate_seconds;
        let seconds = report.train_seconds + report.evaluate_seconds;
        for replica in &report.replicas {
            let row = self.row(report.epoch, replica, seconds);
            let progress = &mut self.replicas[replica.replica];
            progress.last = Some(row.clone());
            progress.epochs = report.epoch;
            let batches = replica.train.rows.div_ceil(self.run.step.batch_size as u64);
            self.steps += batches;
            observer.epoch(&row)?;
        }
        Ok(())
    }

    /// The row of an epoch; the judge has seen it.
    fn row(&mut self, epoch: u32, report: &ReplicaReport, seconds: f64) -> EpochRow {
        let replica = &self.run.replicas[report.replica];
        let train = figures(&report.train, replica, Split::Train);
        let validation = report.validation.as_ref();
        let validation = validation.map(|sums| figures(sums, replica, Split::Validation));
        let progress = &mut self.replicas[report.replica];
        let judged = validation.as_ref().map(|v| (v.loss, v.score()));
        progress.stop =
            match (report.first_bad_step, progress.judge.judge(epoch, train.loss, judged)) {
                (Some(step), _) => Some(Stop::NotFinite(Some(step))),
                (None, stop) => stop,
            };
        if report.kept {
            progress.best_epoch = Some(epoch);
            progress.best = validation.clone();
        }
        let change = |now: Option<f64>, before: Option<f64>| match (now, before) {
            (Some(now), Some(before)) => (now - before).abs(),
            _ => f64::INFINITY,
        };
        let before = progress.last.as_ref();
        let before_validation = before.and_then(|row| row.validation.as_ref()).map(|v| v.loss);
        EpochRow {
            replica: report.replica,
            epoch,
            train_loss_change: change(Some(train.loss), before.map(|row| row.train.loss)),
            validation_loss_change: change(judged.map(|(loss, _)| loss), before_validation),
            train,
            validation,
            patience: progress.judge.patience(),
            seconds,
        }
    }

    /// The outcome; after a fault the backend may evaluate nothing any more, and the best weights
    /// have the figures of their epoch.
    fn outcome(mut self, backend: &mut dyn Backend, faulty: bool) -> Result<Outcome> {
        let start = Instant::now();
        let mut best = vec![[None, None, None]; self.replicas.len()];
        for split in Split::ALL {
            if self.run.replicas.iter().all(|r| r.splits.of(split).is_empty()) {
                continue;
            }
            let evaluations = match backend.evaluate(split, Weights::Best) {
                Err(_) if faulty => continue,
                evaluations => evaluations?,
            };
            for (r, evaluation) in evaluations.iter().enumerate().filter(|(_, e)| e.rows > 0) {
                let known = self.replicas[r].best_epoch.is_some();
                best[r][split as usize] =
                    known.then(|| figures(evaluation, &self.run.replicas[r], split));
            }
        }
        for (figures, progress) in best.iter_mut().zip(&self.replicas) {
            let validation = &mut figures[Split::Validation as usize];
            if faulty && validation.is_none() {
                *validation = progress.best.clone();
            }
        }
        self.seconds.evaluate += start.elapsed().as_secs_f64();
        let outcome = |(progress, best): (Progress, _)| ReplicaOutcome {
            stop: progress.stop.unwrap_or(Stop::Interrupted),
            epochs: progress.epochs,
            best_epoch: progress.best_epoch,
            last: progress.last,
            best,
        };
        let replicas = self.replicas.into_iter().zip(best).map(outcome).collect();
        Ok(Outcome { replicas, steps: self.steps, seconds: self.seconds })
    }
}

/// Runs a block again from its start; its events are known already.
fn rerun(start: &Mark, epochs: Range<u32>, backend: &mut dyn Backend) -> Result<()> {
    backend.go_back(start)?;
    backend.submit(epochs)?;
    while backend.poll(true)?.is_some() {}
    Ok(())
}
