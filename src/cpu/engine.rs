//! The CPU behind the contract.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ndarray::{Array3, ArrayViewD, Axis};
use rayon::prelude::*;

use super::evaluate::{block_rows, confusion_counts, evaluator_bytes, predict};
use super::executor::Executor;
use super::fused::{Chain, Fused};
use super::keep_best::keep_best;
use super::ops::product::Product;
use super::replica::Trainee;
use super::{state, trace};
use crate::backend::{
    Backend, Description, EpochReport, Event, Quantity, ReplicaId, ReplicaReport, State, Weights,
};
use crate::data::Split;
use crate::error::Result;
use crate::instruction_set::InstructionSet;
use crate::memory::refuse_beyond;
use crate::metrics::Evaluation;
use crate::plan::Layout;
use crate::run::{Replica, Run};

/// How long a poll works before it reports progress.
const SLICE: Duration = Duration::from_millis(20);
/// Steps between two looks at the clock, and their multiply-adds.
const STEPS_A_LOOK: u32 = 16;
const MULTIPLY_ADDS_A_LOOK: usize = 1 << 28;
/// Weights that stay in a core's second cache, and rows for which it matters.
const CACHED: usize = 1 << 19;
const FEW_ROWS: usize = 32;
/// Both where `fused` has vectors of four: the products of `layered` look for wider ones by themselves.
const CACHED_PORTABLE: usize = 1 << 12;
const FEW_ROWS_PORTABLE: usize = 8;

/// The CPU as a backend, computing in `T`, in the thread that polls: `wait` makes no difference, a
/// poll works for the time of a slice, and for the validation at the end of an epoch.
pub struct Cpu<T> {
    run: Arc<Run>,
    layout: Layout,
    trainees: Vec<Trainee<T>>,
    queue: VecDeque<u32>,
    /// The epoch under way.
    epoch: Option<Epoch>,
}

/// How the CPU goes about a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// One operation of the plan after the other: any network; what the GPU is compared with.
    Layered,
    /// Dense networks in whole vectors, without a pass over memory that is not needed.
    Fused,
}

impl Schedule {
    /// All of them, the fastest first.
    pub const ALL: [Schedule; 2] = [Schedule::Fused, Schedule::Layered];

    /// Its place among the schedules in the order in which they are expected to be fast: whole vectors pay
    /// while the weights stay in a core's cache.
    pub fn expected_place(self, run: &Run) -> usize {
        let (cached, few_rows) = match InstructionSet::best() {
            InstructionSet::Portable if cfg!(target_arch = "x86_64") => {
                (CACHED_PORTABLE, FEW_ROWS_PORTABLE)
            }
            _ => (CACHED, FEW_ROWS),
        };
        let fused_first = run.plan.parameters() < cached || run.step.batch_size < few_rows;
        usize::from((self == Schedule::Fused) != fused_first)
    }

    /// Its name in parameter files.
    pub fn name(self) -> &'static str {
        match self {
            Schedule::Layered => "layered",
            Schedule::Fused => "fused",
        }
    }
}

/// An epoch under way.
struct Epoch {
    number: u32,
    /// Steps done.
    step: u32,
    train_time: Duration,
}

impl<T: Product> Cpu<T> {
    /// A backend for this run, at its initial weights.
    pub fn new(run: Arc<Run>) -> Self {
        let layout = Layout::new(&run.plan);
        let trainee = |replica| Trainee::new(&run, replica, &layout);
        let trainees = run.replicas.iter().map(trainee).collect();
        Cpu { layout, trainees, queue: VecDeque::new(), epoch: None, run }
    }

    /// The same, on a schedule; the error says why the run has none of that name.
    pub fn with_schedule(run: Arc<Run>, schedule: Schedule) -> Result<Self, String> {
        let mut cpu = Self::new(run);
        cpu.use_schedule(schedule)?;
        Ok(cpu)
    }

    /// Goes on, from where it is between two epochs, on another schedule; the error says why the run has none
    /// of that name, and then nothing changes.
    pub fn use_schedule(&mut self, schedule: Schedule) -> Result<(), String> {
        if schedule == self.schedule() {
            return Ok(());
        }
        let chain = match schedule {
            Schedule::Layered => None,
            Schedule::Fused => Some(Chain::of(&self.run)?),
        };
        for (trainee, replica) in self.trainees.iter_mut().zip(&self.run.replicas) {
            trainee.fetch_slots(&self.layout);
            let fused = |chain: &Chain| Fused::new(&self.run, replica, chain.clone());
            trainee.fused = chain.as_ref().map(fused);
        }
        Ok(())
    }

    /// Refuses a run that needs more memory than the system has left, where it says so.
    pub fn check_memory(run: &Run) -> Result<()> {
        refuse_beyond(Self::bytes(run), "cpu")
    }

    /// The memory that training the run takes, its data aside.
    pub fn bytes(run: &Run) -> u64 {
        let arrays = 3 + run.step.optimizer.slots();
        let chain = Chain::of(run).ok();
        let workspace = |rows: usize| {
            let numbers =
                rows as u128 * run.plan.row_elements() as u128 + run.plan.column_elements();
            numbers * size_of::<T>() as u128
        };
        let of_replica = |replica: &Replica| {
            let parameters = run.plan.parameters() * arrays * size_of::<T>();
            let fused = chain.as_ref().map_or(0, |chain| Fused::bytes(run, replica, chain));
            (parameters + fused) as u128 + workspace(run.largest_batch(replica))
        };
        let training: u128 = run.replicas.iter().map(of_replica).sum();
        let evaluator = chain.as_ref().map_or(0, evaluator_bytes) as u128;
        let of_thread = workspace(block_rows(&run.plan)).max(evaluator);
        // A thread counts into one confusion and adds it to another.
        let of_thread = of_thread + 2 * 8 * confusion_counts(run) as u128;
        let bytes = training + rayon::current_num_threads() as u128 * of_thread;
        bytes.try_into().unwrap_or(u64::MAX)
    }

    /// Runs `work` on every live replica; on several threads where there are several.
    fn each_live(&mut self, work: impl Fn(usize, &mut Trainee<T>) + Sync) {
        if let [only] = &mut self.trainees[..] {
            if only.live {
                work(0, only);
            }
            return;
        }
        let live = self.trainees.par_iter_mut().enumerate().filter(|(_, trainee)| trainee.live);
        live.for_each(|(id, trainee)| work(id, trainee));
    }

    fn schedule(&self) -> Schedule {
        let fused = self.trainees.iter().any(|trainee| trainee.fused.is_some());
        if fused { Schedule::Fused } else { Schedule::Layered }
    }

    fn begin(&mut self, number: u32) -> Epoch {
        let start = Instant::now();
        let run = self.run.clone();
        let layout = self.layout.clone();
        self.each_live(|id, trainee| trainee.begin_epoch(&run.replicas[id], &layout, number));
        Epoch { number, step: 0, train_time: start.elapsed() }
    }

    /// Trains until the epoch's steps are done or the time of a slice is over.
    fn train(&mut self, epoch: &mut Epoch, slice: Duration) {
        let (run, layout) = (self.run.clone(), self.layout.clone());
        let start = Instant::now();
        let a_step = 3 * run.plan.parameters() * run.step.batch_size;
        let a_look = (MULTIPLY_ADDS_A_LOOK / a_step).clamp(1, STEPS_A_LOOK as usize) as u32;
        while epoch.step < run.steps() && start.elapsed() < slice {
            let steps = epoch.step..(epoch.step + a_look).min(run.steps());
            epoch.step = steps.end;
            self.each_live(|id, trainee| {
                for step in steps.clone() {
                    trainee.step(&run, &run.replicas[id], &layout, step);
                }
            });
        }
        epoch.train_time += start.elapsed();
    }

    /// Validates, keeps the best weights and reports.
    fn end(&mut self, epoch: &Epoch) -> EpochReport {
        let start = Instant::now();
        let live = |(_, trainee): &(usize, &mut Trainee<T>)| trainee.live;
        let (run, layout) = (&self.run, &self.layout);
        let mut report = |(replica, trainee): (usize, &mut Trainee<T>)| {
            trainee.end_steps(layout);
            let rows = run.replicas[replica].splits.of(Split::Validation);
            let validation =
                (!rows.is_empty()).then(|| trainee.evaluate(run, layout, &trainee.weights, rows));
            let loss = validation.as_ref().map(Evaluation::loss);
            let kept = keep_best(trainee, loss, epoch.step);
            ReplicaReport {
                replica,
                train: trainee.sums.clone(),
                validation,
                first_bad_step: trainee.first_bad_step,
                kept,
            }
        };
        let replicas = self.trainees.iter_mut().enumerate().filter(live).map(&mut report).collect();
        EpochReport {
            epoch: epoch.number,
            replicas,
            train_seconds: epoch.train_time.as_secs_f64(),
            evaluate_seconds: start.elapsed().as_secs_f64(),
        }
    }
}

fn chosen<T>(trainee: &Trainee<T>, which: Weights) -> &[T] {
    match which {
        Weights::Current => &trainee.weights,
        Weights::Best => &trainee.best,
    }
}

impl<T: Product> Backend for Cpu<T> {
    fn description(&self) -> Description {
        Description {
            backend: "cpu".into(),
            device: "cpu".into(),
            schedule: self.schedule().name().into(),
            epochs_per_submit: 1,
        }
    }

    fn submit(&mut self, epochs: Range<u32>) -> Result<()> {
        self.queue.extend(epochs);
        Ok(())
    }

    fn poll(&mut self, _wait: bool) -> Result<Option<Event>> {
        let mut epoch = match self.epoch.take() {
            Some(epoch) => epoch,
            None => match self.queue.pop_front() {
                Some(number) => self.begin(number),
                None => return Ok(None),
            },
        };
        self.train(&mut epoch, SLICE);
        if epoch.step < self.run.steps() {
            let (step, steps) = (epoch.step, self.run.steps());
            let event = Event::Progress { epoch: epoch.number, step, steps };
            self.epoch = Some(epoch);
            return Ok(Some(event));
        }
        Ok(Some(Event::Epoch(self.end(&epoch))))
    }

    fn retain(&mut self, live: &[ReplicaId]) -> Result<()> {
        for (id, trainee) in self.trainees.iter_mut().enumerate() {
            trainee.live &= live.contains(&id);
        }
        Ok(())
    }

    fn evaluate(&mut self, split: Split, which: Weights) -> Result<Vec<Evaluation>> {
        let replicas = self.run.replicas.iter().zip(&self.trainees);
        let evaluations = replicas.map(|(replica, trainee)| {
            let rows = replica.splits.of(split);
            trainee.evaluate(&self.run, &self.layout, chosen(trainee, which), rows)
        });
        Ok(evaluations.collect())
    }

    fn predict(&mut self, rows: ArrayViewD<f32>, which: Weights) -> Result<Array3<f64>> {
        let centred = self.run.centred_rows(rows)?;
        let outputs = self.run.network.outputs();
        let mut all = Array3::zeros((self.trainees.len(), centred.nrows(), outputs));
        let replicas = self.run.replicas.iter().zip(&self.trainees);
        for ((replica, trainee), mut out) in replicas.zip(all.axis_iter_mut(Axis(0))) {
            let (frame, weights) = (&trainee.frame, chosen(trainee, which));
            out.assign(&predict(&self.run, replica, &self.layout, frame, weights, centred.view()));
        }
        Ok(all)
    }

    fn trace(&mut self, epoch: u32) -> Result<Vec<Quantity>> {
        let Some(trainee) = self.trainees.first() else { return Ok(vec![]) };
        let mut trainee = trainee.clone();
        trainee.begin_epoch(&self.run.replicas[0], &self.layout, epoch);
        trainee.gradients(&self.run, &self.run.replicas[0], &self.layout, 0);
        let executor = Executor { plan: &self.run.plan, layout: &self.layout };
        executor.predict(&trainee.weights, &mut trainee.workspace);
        Ok(trace::trace(&self.run, &self.layout, &trainee))
    }

    fn state(&mut self) -> Result<State> {
        self.trainees.iter_mut().for_each(|trainee| trainee.fetch_slots(&self.layout));
        Ok(state::state(&self.run.plan, &self.layout, &self.trainees))
    }

    fn restore(&mut self, state: &State) -> Result<()> {
        self.queue.clear();
        self.epoch = None;
        state::restore(&self.run.plan, &self.layout, &mut self.trainees, state)
    }

    fn measure(&mut self, budget: Duration) -> Result<f64> {
        let mark = self.mark()?;
        let mut epoch = self.begin(1);
        // The first steps fetch what the others find in the cache. If they take too long for others, they count.
        self.train(&mut epoch, budget / 10);
        let (mut steps, mut spent) = (u64::from(epoch.step), epoch.train_time);
        if spent < budget {
            (steps, spent) = (0, Duration::ZERO);
            (epoch.step, epoch.train_time) = (0, Duration::ZERO);
        }
        while spent < budget {
            self.train(&mut epoch, budget.saturating_sub(spent));
            (steps, spent) = (steps + u64::from(epoch.step), spent + epoch.train_time);
            epoch = self.begin(epoch.number + 1);
        }
        let seconds = spent.as_secs_f64() / steps.max(1) as f64;
        self.go_back(&mark)?;
        Ok(seconds)
    }
}
