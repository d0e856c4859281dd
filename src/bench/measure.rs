//! Times whole epochs on a backend, as training runs them, for a given time.

use crate::backend::{EpochReport, Event, Train};
use crate::clock::{Duration, Instant};
use crate::data::Split;
use crate::error::{Error, Result};
use crate::run::Run;

/// A measurement, without its warm-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Epochs, after those of the warm-up.
    pub epochs: u32,
    /// Seconds per step: those of an epoch's steps, with its shuffling, by the number of steps.
    pub step: Quartiles,
    /// Training rows per second in the median epoch.
    pub rows_per_second: f64,
    /// Seconds of the warm-up.
    pub warm_up: f64,
    /// Seconds of the steps of all epochs.
    pub train: f64,
    /// Seconds of their validations.
    pub evaluate: f64,
}

/// The middle of a sorted list, and its spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quartiles {
    /// A quarter is not above this.
    pub first: f64,
    /// Half is not above this.
    pub median: f64,
    /// Three quarters are not above this.
    pub third: f64,
}

impl Quartiles {
    /// The quartiles of a list that is not empty; between two numbers, the nearer.
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let last = values.len().saturating_sub(1) as f64;
        let at =
            |share: f64| values.get((share * last).round() as usize).copied().unwrap_or(f64::NAN);
        Quartiles { first: at(0.25), median: at(0.5), third: at(0.75) }
    }

    /// Half the distance of the quartiles, as a share of the median.
    pub fn spread(&self) -> f64 {
        (self.third - self.first) / 2.0 / self.median
    }
}

/// Trains epoch after epoch until `time` is over: a quarter of the time, and at least one epoch, to warm up, then
/// at least one epoch that counts. Epochs are whole, so the last may end later. Tells `progress` the steps of the
/// epoch under way.
pub async fn measure(
    run: &Run,
    backend: &mut dyn Train,
    time: Duration,
    progress: &mut dyn FnMut(u32, u32),
) -> Result<Measurement> {
    let mut clock = Clock { run, backend, next: 1, progress };
    let started = Instant::now();
    while clock.next == 1 || started.elapsed() < time / 4 {
        clock.block().await?;
    }
    let warm_up = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let mut reports = clock.block().await?;
    while started.elapsed() < time {
        reports.extend(clock.block().await?);
    }
    let sum = |seconds: fn(&EpochReport) -> f64| reports.iter().map(seconds).sum::<f64>();
    let steps = f64::from(run.steps());
    let step = Quartiles::of(reports.iter().map(|r| r.train_seconds / steps).collect());
    let folds = run.replicas.iter().map(|replica| run.fold(replica));
    let rows: usize = folds.map(|fold| fold.rows(Split::Train).len()).sum();
    Ok(Measurement {
        epochs: reports.len() as u32,
        step,
        rows_per_second: rows as f64 / (step.median * steps),
        warm_up,
        train: sum(|report| report.train_seconds),
        evaluate: sum(|report| report.evaluate_seconds),
    })
}

/// Blocks of epochs, one after the other.
struct Clock<'a> {
    run: &'a Run,
    backend: &'a mut dyn Train,
    /// The next epoch.
    next: u32,
    progress: &'a mut dyn FnMut(u32, u32),
}

impl Clock<'_> {
    /// Trains as many epochs as suit the backend in a submit. A loss that is not finite is an error: the rest of
    /// such an epoch is not computed, and its time would be wrong.
    async fn block(&mut self) -> Result<Vec<EpochReport>> {
        let end = self.next.saturating_add(self.backend.description().epochs_per_submit.max(1));
        let mut reports = vec![];
        let mut told = |event| match event {
            Event::Progress { step, steps, .. } => (self.progress)(step, steps),
            Event::Epoch(report) => reports.push(report),
        };
        self.backend.train(self.next..end, &mut told).await?;
        self.next = end;
        for report in &reports {
            if let Some(step) = report.replicas.iter().find_map(|replica| replica.first_bad_step) {
                return Err(Error::failed(format!(
                    "the loss is not finite in step {step} of epoch {}: nothing to measure",
                    report.epoch
                ))
                .within(&self.run.name));
            }
        }
        Ok(reports)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::JOBS;
    use crate::candidates::of_device;
    use pollster::FutureExt as _;

    #[test]
    fn quartiles_of_few_and_many() {
        let one = Quartiles::of(vec![3.0]);
        assert_eq!((one.first, one.median, one.third, one.spread()), (3.0, 3.0, 3.0, 0.0));
        let five = Quartiles::of(vec![5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!((five.first, five.median, five.third), (2.0, 3.0, 4.0));
        assert!((five.spread() - 1.0 / 3.0).abs() < 1e-15);
    }

    /// The counts are those of the work done, and the parts take no longer than the whole.
    #[test]
    fn a_measurement_counts_whole_epochs() {
        let run = JOBS[0].prepare(Some(100)).unwrap().run;
        for candidate in of_device(None) {
            let mut backend = candidate.open(&run).block_on().unwrap();
            let started = Instant::now();
            let measured = measure(&run, &mut *backend, Duration::from_millis(20), &mut |_, _| {})
                .block_on()
                .unwrap();
            let whole = started.elapsed().as_secs_f64();
            assert!(measured.epochs >= 1);
            let steps = backend.state().block_on().unwrap().replicas[0].steps;
            assert!(steps >= u64::from(measured.epochs + 1) * u64::from(run.steps()));
            assert!(measured.warm_up + measured.train + measured.evaluate <= whole);
            assert!(measured.step.first <= measured.step.median);
            let rows = measured.rows_per_second * measured.step.median;
            // 70 rows in 14 steps of 5.
            assert!((rows - 5.0).abs() < 1e-9, "{rows}");
        }
    }

    #[test]
    fn a_run_that_diverges_is_no_measurement() {
        let mut run = (*JOBS[4].prepare(Some(100)).unwrap().run).clone();
        let replica = &mut run.replicas[0];
        (replica.clip, replica.optimizer) = (None, crate::run::Optimizer::Sgd);
        replica.rate = crate::run::Rate::Constant(1e9);
        let run = std::sync::Arc::new(run);
        let mut backend = of_device(None)[0].open(&run).block_on().unwrap();
        let measured = measure(&run, &mut *backend, Duration::ZERO, &mut |_, _| {}).block_on();
        let error = measured.unwrap_err().to_string();
        assert!(error.starts_with("diabetes: the loss is not finite in step "), "{error}");
    }
}
