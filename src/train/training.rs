//! The loop over blocks of epochs.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::observer::Observer;
use super::outcome::{EpochRow, Outcome, ReplicaOutcome};
use super::progress::{Checkpoint, Progress};
use super::stopping::Stop;
use crate::backend::{EpochReport, Event, ReplicaReport, Train, Weights};
use crate::clock::Instant;
use crate::data::Split;
use crate::error::{Error, Result};
use crate::metrics::{Figures, figures};
use crate::run::Run;

/// Trains until every replica has stopped, or `interrupt` is set (seen between submits), and
/// evaluates the best weights.
pub async fn train(
    run: &Run,
    backend: &mut dyn Train,
    observer: &mut dyn Observer,
    interrupt: &AtomicBool,
) -> Result<Outcome> {
    let training = Training { run, progress: Progress::new(run) };
    training.finish(backend, observer, interrupt).await
}

/// The same from a checkpoint, as if the run had never been interrupted: with the same bits on the device and
/// schedule of the checkpoint. Refused where the checkpoint does not belong to this run.
pub async fn train_from(
    run: &Run,
    checkpoint: Checkpoint,
    backend: &mut dyn Train,
    observer: &mut dyn Observer,
    interrupt: &AtomicBool,
) -> Result<Outcome> {
    checkpoint.check(run)?;
    backend.restore(&checkpoint.state).await?;
    let training = Training { run, progress: checkpoint.progress };
    training.finish(backend, observer, interrupt).await
}

struct Training<'a> {
    run: &'a Run,
    progress: Progress,
}

impl Training<'_> {
    async fn finish(
        mut self,
        backend: &mut dyn Train,
        observer: &mut dyn Observer,
        interrupt: &AtomicBool,
    ) -> Result<Outcome> {
        let mut ended = self.epochs(backend, observer, interrupt).await;
        self.progress.interrupt();
        let start = Instant::now();
        let (best, lost) = self.best_figures(backend).await;
        if let (Ok(()), Some(lost)) = (&ended, lost) {
            // A device lost after the last epoch: the run is not at its end, and can go on.
            self.progress.replicas.iter_mut().for_each(|r| r.stop = Some(Stop::Interrupted));
            ended = Err(lost);
        }
        self.progress.seconds.evaluate += start.elapsed().as_secs_f64();
        let outcome = self.outcome(best);
        let state = match backend.state().await {
            Ok(state) => state,
            Err(_) => backend.last_known_state(),
        };
        let finished = observer.finished(&outcome, &state);
        // The error that ended the run comes first, whatever `finished` says.
        ended.and(finished)?;
        Ok(outcome)
    }

    /// Trains until every replica has stopped, or the user, a listener or the device ends it.
    async fn epochs(
        &mut self,
        backend: &mut dyn Train,
        observer: &mut dyn Observer,
        interrupt: &AtomicBool,
    ) -> Result<()> {
        while !self.progress.live().is_empty() {
            if interrupt.load(Ordering::Relaxed) {
                return self.checkpoint(backend, observer).await;
            }
            let epochs = self.next_block(backend, observer);
            let told = self.block(epochs, backend, observer).await?;
            if told.is_err() || self.is_checkpoint_due(observer) {
                // The listener's error comes first, whatever the checkpoint says.
                let saved = self.checkpoint(backend, observer).await;
                told.and(saved)?;
            }
        }
        Ok(())
    }

    /// The epochs of the next submit: as many as suit the backend, up to the next checkpoint.
    fn next_block(&self, backend: &dyn Train, observer: &dyn Observer) -> Range<u32> {
        let next = self.progress.epoch + 1;
        let per_submit = backend.description().epochs_per_submit.max(1);
        let last_of_all = self.run.max_epochs().saturating_add(1);
        let end = next.saturating_add(per_submit).min(last_of_all);
        let due = (next..end).find(|&epoch| observer.checkpoint_due(epoch));
        next..due.map_or(end, |due| due + 1)
    }

    fn is_checkpoint_due(&self, observer: &dyn Observer) -> bool {
        !self.progress.live().is_empty() && observer.checkpoint_due(self.progress.epoch)
    }

    /// Hands the observer a checkpoint; before the first epoch, and once all is done, there is none.
    async fn checkpoint(&self, backend: &mut dyn Train, observer: &mut dyn Observer) -> Result<()> {
        if self.progress.epoch == 0 || self.progress.live().is_empty() {
            return Ok(());
        }
        let (state, progress) = (backend.state().await?, self.progress.clone());
        observer.checkpoint(&Checkpoint { state, progress })
    }

    /// Trains a block; the inner result is a listener's error (a full disk, say). If a rule fires before the last
    /// epoch, the backend goes back to the block's start and runs again to that epoch: same bits.
    async fn block(
        &mut self,
        epochs: Range<u32>,
        backend: &mut dyn Train,
        observer: &mut dyn Observer,
    ) -> Result<Result<()>> {
        let live = self.progress.live().len();
        let (mut fired, mut listened) = (None, Ok(()));
        let mut told = |event| match event {
            // After the epoch that ends the run.
            _ if fired.is_some() => {}
            Event::Progress { epoch, step, steps } => observer.progress(epoch, step, steps),
            Event::Epoch(report) => {
                listened = self.epoch(&report, observer);
                if listened.is_err() || self.progress.live().len() < live {
                    fired = Some(report.epoch);
                }
            }
        };
        backend.train(epochs.clone(), &mut told).await?;
        let last = fired.unwrap_or(epochs.end - 1);
        if last + 1 < epochs.end {
            backend.go_back().await?;
            // The observer knows these epochs.
            backend.train(epochs.start..last + 1, &mut |_| {}).await?;
        }
        backend.retain(&self.progress.live())?;
        Ok(listened)
    }

    /// Records an epoch and reports it: all replicas, whatever a listener says.
    fn epoch(&mut self, report: &EpochReport, observer: &mut dyn Observer) -> Result<()> {
        self.progress.epoch = report.epoch;
        self.progress.seconds.train += report.train_seconds;
        self.progress.seconds.evaluate += report.evaluate_seconds;
        let seconds = report.train_seconds + report.evaluate_seconds;
        let mut told = Ok(());
        for replica in &report.replicas {
            let row = self.row(report.epoch, replica, seconds);
            let progress = &mut self.progress.replicas[replica.replica.0];
            progress.last = Some(row.clone());
            progress.epochs = report.epoch;
            self.progress.steps += replica.train.rows.div_ceil(self.run.step.batch_size as u64);
            told = told.and(observer.epoch(&row));
        }
        told
    }

    /// The row of an epoch; the judge has seen it.
    fn row(&mut self, epoch: u32, report: &ReplicaReport, seconds: f64) -> EpochRow {
        let replica = &self.run.replicas[report.replica.0];
        let fold = self.run.fold(replica);
        let task = self.run.network.task();
        let train = figures(task, &report.train, fold, Split::Train);
        let validation = report.validation.as_ref();
        let validation = validation.map(|sums| figures(task, sums, fold, Split::Validation));
        let progress = &mut self.progress.replicas[report.replica.0];
        let rules = &replica.stopping;
        let judged = validation.as_ref().map(|v| (v.loss, v.score()));
        progress.stop =
            match (report.first_bad_step, progress.judge.judge(rules, epoch, train.loss, judged)) {
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
            learning_rate: self.run.changing_rate(replica, epoch),
        }
    }

    /// The figures of the best weights of each replica. Where the backend can evaluate no more, they are those of
    /// the best epoch's validation, with the backend's error.
    async fn best_figures(
        &self,
        backend: &mut dyn Train,
    ) -> (Vec<[Option<Figures>; 3]>, Option<Error>) {
        let mut best = vec![[None, None, None]; self.progress.replicas.len()];
        let mut fault = None;
        for split in Split::ALL {
            if self.run.folds.iter().all(|fold| fold.rows(split).is_empty()) {
                continue;
            }
            let evaluations =
                backend.evaluate(split, Weights::Best).await.unwrap_or_else(|error| {
                    fault.get_or_insert(error);
                    vec![]
                });
            for (r, evaluation) in evaluations.iter().enumerate().filter(|(_, e)| e.rows > 0) {
                let known = self.progress.replicas[r].best_epoch.is_some();
                let (task, fold) = (self.run.network.task(), self.run.fold(&self.run.replicas[r]));
                best[r][split as usize] = known.then(|| figures(task, evaluation, fold, split));
            }
        }
        for (figures, progress) in best.iter_mut().zip(&self.progress.replicas) {
            let validation = &mut figures[Split::Validation as usize];
            if fault.is_some() && validation.is_none() {
                *validation = progress.best.clone();
            }
        }
        (best, fault)
    }

    fn outcome(self, best: Vec<[Option<Figures>; 3]>) -> Outcome {
        let Progress { replicas, steps, seconds, .. } = self.progress;
        let outcomes = replicas.into_iter().zip(best).map(|(progress, best)| ReplicaOutcome {
            stop: progress.stop.unwrap_or(Stop::Interrupted),
            epochs: progress.epochs,
            best_epoch: progress.best_epoch,
            last: progress.last,
            best,
        });
        Outcome { replicas: outcomes.collect(), steps, seconds }
    }
}
