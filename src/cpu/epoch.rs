//! An epoch under way: which replicas are still to be trained, and by which worker.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ops::product::Product;
use super::replica::Trainee;
use super::shared::Shared;
use super::worker::{Worker, end};
use crate::backend::{EpochReport, ReplicaReport};
use crate::clock::{Duration, Instant};
use crate::run::ReplicaId;

/// Steps between two looks at the clock, and their multiply-adds.
const STEPS_PER_LOOK: u32 = 16;
const MULTIPLY_ADDS_PER_LOOK: usize = 1 << 28;
/// Groups of replicas per thread: a thread takes one group at a time.
const GROUPS_PER_THREAD: usize = 16;

/// An epoch under way.
pub(super) struct Epoch {
    pub number: u32,
    /// The replicas that train, and the first that nobody has taken.
    live: Vec<ReplicaId>,
    next: AtomicUsize,
    /// Replicas per group.
    group: usize,
    /// Whether replicas are validated at its end, and report.
    is_whole: bool,
    /// Steps done by all replicas together.
    steps: AtomicU64,
    /// Replicas that have done all their steps.
    over: AtomicUsize,
    reports: Mutex<Vec<ReplicaReport>>,
    /// The time spent on it.
    time: Duration,
}

/// A worker's share of an epoch.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// The replicas that it has taken and not begun.
    group: Range<usize>,
    /// The replica it is training, and the steps done.
    current: Option<(ReplicaId, u32)>,
    /// Time spent on steps and on validation.
    train: Duration,
    evaluate: Duration,
}

/// A worker with its share of the epoch under way.
pub(super) struct Hand<T> {
    pub worker: Worker<T>,
    share: Share,
}

impl<T: Product> Hand<T> {
    pub fn new(shared: &Shared<T>, threads: usize) -> Self {
        Hand { worker: Worker::new(shared, threads), share: Share::default() }
    }
}

/// The trainees; one worker at a time holds each.
pub(super) type Trainees<T> = [Mutex<Trainee<T>>];

/// The numbers of a replica.
pub(super) fn of<T>(trainees: &Trainees<T>, id: ReplicaId) -> MutexGuard<'_, Trainee<T>> {
    locked(&trainees[id.0])
}

/// A trainee, also one that a thread left in a panic.
pub(super) fn locked<T>(trainee: &Mutex<Trainee<T>>) -> MutexGuard<'_, Trainee<T>> {
    trainee.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Epoch {
    pub fn new(number: u32, live: Vec<ReplicaId>, hands: usize) -> Self {
        Epoch {
            number,
            group: (live.len() / (GROUPS_PER_THREAD * hands.max(1))).max(1),
            live,
            next: AtomicUsize::new(0),
            is_whole: true,
            steps: AtomicU64::new(0),
            over: AtomicUsize::new(0),
            reports: Mutex::default(),
            time: Duration::ZERO,
        }
    }

    /// The same, without validation and reports after the steps.
    pub fn of_steps(number: u32, live: Vec<ReplicaId>, hands: usize) -> Self {
        Epoch { is_whole: false, ..Self::new(number, live, hands) }
    }

    /// Lets all hands work on it for the time of a slice.
    pub fn work<T: Product>(
        &mut self,
        shared: &Shared<T>,
        trainees: &Trainees<T>,
        hands: &mut [Hand<T>],
        slice: Duration,
    ) {
        let start = Instant::now();
        let epoch = &*self;
        match hands {
            [only] => epoch.work_by(shared, trainees, only, slice),
            _ => rayon::scope(|scope| {
                for hand in hands {
                    scope.spawn(|_| epoch.work_by(shared, trainees, hand, slice));
                }
            }),
        }
        self.time += start.elapsed();
    }

    fn work_by<T: Product>(
        &self,
        shared: &Shared<T>,
        trainees: &Trainees<T>,
        hand: &mut Hand<T>,
        slice: Duration,
    ) {
        let Hand { worker, share } = hand;
        let run = &shared.run;
        let per_step = 3 * run.plan.parameters() * run.step.batch_size;
        let steps_per_look = MULTIPLY_ADDS_PER_LOOK / per_step.max(1);
        let steps_per_look = steps_per_look.clamp(1, STEPS_PER_LOOK as usize) as u32;
        let start = Instant::now();
        let mut now = start;
        while now - start < slice {
            let Some((id, done)) = share.current.take().or_else(|| self.take(share)) else {
                return;
            };
            let (replica, mut trainee) = (&run.replicas[id.0], of(trainees, id));
            if done == 0 {
                worker.begin(shared, replica, &mut trainee, self.number);
            }
            let all = run.steps_of(run.fold(replica));
            let steps = done..(done + steps_per_look).min(all);
            worker.steps(shared, replica, &mut trainee, steps.clone());
            share.train += lap(&mut now);
            self.steps.fetch_add(steps.len() as u64, Ordering::Relaxed);
            if steps.end < all {
                share.current = Some((id, steps.end));
                continue;
            }
            worker.store(shared, &mut trainee, self.live.len() == 1);
            if self.is_whole {
                let report = end(shared, replica, &mut trainee);
                self.reports.lock().unwrap_or_else(PoisonError::into_inner).push(report);
                share.evaluate += lap(&mut now);
            }
            self.over.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The next replica, before its first step.
    fn take(&self, share: &mut Share) -> Option<(ReplicaId, u32)> {
        if share.group.is_empty() {
            let first = self.next.fetch_add(self.group, Ordering::Relaxed);
            share.group = first..(first + self.group).min(self.live.len());
        }
        let index = share.group.next()?;
        Some((self.live[index], 0))
    }

    /// The mean of the replicas' steps done.
    pub fn steps_done(&self) -> f64 {
        self.steps.load(Ordering::Relaxed) as f64 / self.live.len().max(1) as f64
    }

    /// Whether all replicas have done their steps.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed) == self.live.len()
    }

    /// The time that was spent on it.
    pub fn time(&self) -> Duration {
        self.time
    }

    /// What became of its replicas, by their ids; its time is divided as that of the hands.
    pub fn report<T>(self, hands: &mut [Hand<T>]) -> EpochReport {
        let shares = || hands.iter().map(|hand| &hand.share);
        let train: f64 = shares().map(|share| share.train.as_secs_f64()).sum();
        let evaluate: f64 = shares().map(|share| share.evaluate.as_secs_f64()).sum();
        let time = self.time.as_secs_f64() / (train + evaluate).max(f64::MIN_POSITIVE);
        hands.iter_mut().for_each(|hand| hand.share = Share::default());
        let mut replicas = self.reports.into_inner().unwrap_or_else(PoisonError::into_inner);
        replicas.sort_by_key(|report| report.replica);
        EpochReport {
            epoch: self.number,
            replicas,
            train_seconds: time * train,
            evaluate_seconds: time * evaluate,
        }
    }
}

/// The time since `now`, which becomes the present.
fn lap(now: &mut Instant) -> Duration {
    let before = std::mem::replace(now, Instant::now());
    *now - before
}
