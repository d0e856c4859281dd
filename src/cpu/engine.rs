//! The CPU behind the contract.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::epoch::{Epoch, Hand, Share, locked, of};
use super::evaluate::{block_rows, confusion_counts, evaluator_bytes};
use super::executor::Executor;
use super::fused::Chain;
use super::ops::product::Product;
use super::replica::Trainee;
use super::shared::Shared;
use super::worker::Worker;
use super::{state, trace};
use crate::backend::{Answer, Description, Event, Quantity, State, Train, Weights};
use crate::clock::Duration;
use crate::data::Split;
use crate::error::{Error, Result};
use crate::instruction_set::InstructionSet;
use crate::memory::refuse_beyond;
use crate::metrics::Evaluation;
use crate::run::{ReplicaId, Run};

/// How long training works before it tells of its progress.
const SLICE: Duration = Duration::from_millis(20);
/// Weights that stay in a core's second cache, and rows for which it matters.
const CACHED: usize = 1 << 19;
const FEW_ROWS: usize = 32;
/// Both where `fused` has vectors of four: the products of `layered` look for wider ones by themselves.
const CACHED_PORTABLE: usize = 1 << 12;
const FEW_ROWS_PORTABLE: usize = 8;

/// The CPU as a backend, computing in `T`: several replicas on all threads, one in the thread that asks.
pub struct Cpu<T> {
    shared: Shared<T>,
    /// The replicas, by their ids.
    trainees: Vec<Mutex<Trainee<T>>>,
    /// What trains them: one a thread, and none more than live replicas.
    hands: Vec<Hand<T>>,
    /// Where the last training of several epochs began.
    start: Option<State>,
}

/// How the CPU makes a step.
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

impl<T: Product> Cpu<T> {
    /// A backend for this run, at its initial weights.
    pub fn new(run: Arc<Run>) -> Self {
        let shared = Shared::new(run);
        let trainee = |replica| Mutex::new(Trainee::new(&shared.run, replica, &shared.layout));
        let trainees = shared.run.replicas.iter().map(trainee).collect();
        Cpu { shared, trainees, hands: vec![], start: None }
    }

    /// The same, on a schedule; unfit where the run has none of that name.
    pub fn with_schedule(run: Arc<Run>, schedule: Schedule) -> Result<Self> {
        let mut cpu = Self::new(run);
        let why = |e: Error| e.within(format!("schedule {:?}", schedule.name()));
        cpu.use_schedule(schedule).map_err(why)?;
        Ok(cpu)
    }

    /// Goes on, from where it is between two epochs, on another schedule; unfit where the run has none of that
    /// name, and then nothing changes.
    pub fn use_schedule(&mut self, schedule: Schedule) -> Result<()> {
        if schedule == self.schedule() {
            return Ok(());
        }
        self.fetch_slots();
        match schedule {
            Schedule::Layered => self.shared.chain = None,
            Schedule::Fused => self.shared.fuse()?,
        }
        self.hands.clear();
        Ok(())
    }

    /// Refuses a run that needs more memory than the system has left, where it says so.
    pub fn check_memory(run: &Run) -> Result<()> {
        refuse_beyond(Self::bytes(run), "cpu", run.replicas.len())
    }

    /// The memory that training the run takes, its data aside.
    pub fn bytes(run: &Run) -> u64 {
        let chain = Chain::of(run).ok();
        let arrays = 2 + run.optimizer().slots();
        let replicas = (run.replicas.len() * run.plan.parameters() * arrays) as u128;
        let workers = run.replicas.len().min(rayon::current_num_threads()) as u128;
        // Whatever the schedule.
        let worker = Worker::<T>::bytes(run, None)
            + chain.as_ref().map_or(0, |chain| Worker::<T>::bytes(run, Some(chain)));
        let block = block_rows(&run.plan) as u128 * run.plan.row_elements() as u128
            + run.plan.column_elements();
        let evaluator = chain.as_ref().map_or(0, evaluator_bytes) as u128;
        // A thread counts into one confusion and adds it to another.
        let of_thread =
            (block * size_of::<T>() as u128).max(evaluator) + 2 * 8 * confusion_counts(run) as u128;
        // Their counts, of training, of validation and as they are reported; and a state, as checkpoints take it.
        let counts = run.replicas.len() as u128 * 3 * 8 * confusion_counts(run) as u128;
        let bytes = replicas * (size_of::<T>() + size_of::<f64>()) as u128
            + counts
            + workers * worker
            + rayon::current_num_threads() as u128 * of_thread;
        bytes.try_into().unwrap_or(u64::MAX)
    }

    fn schedule(&self) -> Schedule {
        if self.shared.chain.is_some() { Schedule::Fused } else { Schedule::Layered }
    }

    /// The replicas that train.
    fn live(&self) -> Vec<ReplicaId> {
        let ids = (0..self.trainees.len()).map(ReplicaId);
        ids.filter(|id| of(&self.trainees, *id).live).collect()
    }

    /// Every replica has its moments, also those that a fused network has newer.
    fn fetch_slots(&mut self) {
        for (worker, _) in &self.hands {
            if let Some(id) = worker.holds() {
                worker.store_slots(&self.shared, &mut of(&self.trainees, id));
            }
        }
    }

    /// The replicas that train, and the number of hands, which are there.
    fn gather_hands(&mut self) -> (Vec<ReplicaId>, usize) {
        let live = self.live();
        let hands = rayon::current_num_threads().min(live.len()).max(1);
        let hand = || (Worker::new(&self.shared), Share::default());
        self.hands.resize_with(hands, hand);
        (live, hands)
    }

    fn work(&mut self, epoch: &mut Epoch, slice: Duration) {
        epoch.work(&self.shared, &self.trainees, &mut self.hands, slice);
    }

    /// What the first replica does in its first step of an epoch, on numbers of its own.
    fn make_first_step(&self, epoch: u32) -> Option<(Worker<T>, Trainee<T>)> {
        let (replica, trainee) = (self.shared.run.replicas.first()?, self.trainees.first()?);
        // Step by step: a fused network keeps no quantity.
        let layered = Shared::new(self.shared.run.clone());
        let mut worker = Worker::new(&layered);
        let mut trainee = locked(trainee).clone();
        worker.begin(&layered, replica, &mut trainee, epoch);
        worker.gradients(&layered, replica, &mut trainee, 0);
        let executor = Executor { plan: &layered.run.plan, layout: &layered.layout };
        executor.predict(&trainee.weights, &mut worker.workspace);
        Some((worker, trainee))
    }
}

fn chosen<T>(trainee: &Trainee<T>, which: Weights) -> &[T] {
    match which {
        Weights::Current => &trainee.weights,
        Weights::Best => &trainee.best,
    }
}

impl<T: Product> Cpu<T> {
    fn train_epoch(&mut self, number: u32, told: &mut dyn FnMut(Event)) {
        let (live, hands) = self.gather_hands();
        let mut epoch = Epoch::new(number, live, hands);
        let steps = self.shared.run.steps();
        loop {
            self.work(&mut epoch, SLICE);
            if epoch.is_over() {
                return told(Event::Epoch(epoch.report(&mut self.hands)));
            }
            told(Event::Progress { epoch: number, step: epoch.steps_done() as u32, steps });
        }
    }

    fn evaluate_replica(&self, id: usize, split: Split, which: Weights) -> Evaluation {
        let (replica, trainee) = (&self.shared.run.replicas[id], &self.trainees[id]);
        let trainee = locked(trainee);
        let rows = self.shared.run.fold(replica).rows(split);
        self.shared.evaluate(replica, chosen(&trainee, which), rows)
    }

    fn take_state(&mut self) -> State {
        self.fetch_slots();
        state::state(&self.shared.run, &self.shared.layout, &mut self.trainees)
    }

    fn put_state(&mut self, state: &State) -> Result<()> {
        let Shared { run, layout, .. } = &self.shared;
        // Refused before anything is lost: moments of the last epoch may be with a worker alone.
        state.check(&run.plan, run.optimizer().slots(), self.trainees.len())?;
        self.hands.clear();
        state::restore(run, layout, &mut self.trainees, state);
        Ok(())
    }

    /// The seconds that a step takes, from about `budget` of work on the first epochs; the state is the
    /// same afterwards.
    pub fn measure(&mut self, budget: Duration) -> Result<f64> {
        let start = self.take_state();
        let (live, hands) = self.gather_hands();
        let epoch = |number| Epoch::of_steps(number, live.clone(), hands);
        let mut now = epoch(1);
        // The first steps fetch what the others find in the cache. If they take too long for others, they count.
        self.work(&mut now, budget / 10);
        let (mut all, mut spent) = (now.steps_done(), now.time());
        if spent < budget {
            (all, spent) = (0.0, Duration::ZERO);
        }
        while spent < budget {
            let (done, time) = (now.steps_done(), now.time());
            self.work(&mut now, budget.saturating_sub(spent));
            all += now.steps_done() - done;
            spent += now.time() - time;
            if now.is_over() {
                now = epoch(now.number + 1);
            }
        }
        self.put_state(&start)?;
        // Of many replicas a part of a step of all may have been made.
        Ok(spent.as_secs_f64() / if all > 0.0 { all } else { 1.0 })
    }
}

impl<T: Product> Train for Cpu<T> {
    fn description(&self) -> Description {
        Description {
            backend: "cpu".into(),
            device: "cpu".into(),
            schedule: self.schedule().name().into(),
            epochs_per_submit: 1,
        }
    }

    fn train<'a>(
        &'a mut self,
        epochs: Range<u32>,
        told: &'a mut dyn FnMut(Event),
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            if epochs.len() > 1 {
                self.start = Some(self.take_state());
            }
            epochs.for_each(|number| self.train_epoch(number, told));
            Ok(())
        })
    }

    fn go_back(&mut self) -> Answer<'_, ()> {
        Box::pin(async {
            let start = self.start.clone().ok_or_else(State::none_to_go_back_to)?;
            self.put_state(&start)
        })
    }

    fn retain(&mut self, live: &[ReplicaId]) -> Result<()> {
        for id in (0..self.trainees.len()).map(ReplicaId) {
            of(&self.trainees, id).live &= live.binary_search(&id).is_ok();
        }
        Ok(())
    }

    fn evaluate(&mut self, split: Split, which: Weights) -> Answer<'_, Vec<Evaluation>> {
        Box::pin(async move {
            let ids = 0..self.trainees.len();
            Ok(ids.into_par_iter().map(|id| self.evaluate_replica(id, split, which)).collect())
        })
    }

    fn first_step(&mut self, epoch: u32) -> Answer<'_, Vec<Quantity>> {
        Box::pin(async move {
            let step = self.make_first_step(epoch);
            let Some((worker, trainee)) = step else { return Ok(vec![]) };
            Ok(trace::trace(&self.shared.run, &self.shared.layout, &worker, &trainee))
        })
    }

    fn state(&mut self) -> Answer<'_, State> {
        Box::pin(async { Ok(self.take_state()) })
    }

    fn last_known_state(&mut self) -> State {
        self.take_state()
    }

    fn restore<'a>(&'a mut self, state: &'a State) -> Answer<'a, ()> {
        Box::pin(async { self.put_state(state) })
    }
}
