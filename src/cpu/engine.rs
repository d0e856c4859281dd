//! The CPU as a backend.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::epoch::{Epoch, Hand, locked, of};
use super::evaluate::{block_rows, confusion_counts, evaluator_bytes};
use super::fused::Chain;
use super::ops::product::Product;
use super::replica::Trainee;
use super::schedule::Schedule;
use super::shared::Shared;
use super::worker::Worker;
use super::{state, trace};
use crate::backend::{Answer, Description, Event, Quantity, State, Train, Weights};
use crate::clock::Duration;
use crate::data::Split;
use crate::error::Result;
use crate::memory::refuse_beyond;
use crate::metrics::Evaluation;
use crate::run::{ReplicaId, Run};

/// The time that training works between two reports of progress.
const SLICE: Duration = Duration::from_millis(20);

/// The CPU as a backend, computing in `T`: several replicas on all threads, one in the thread that asks.
pub struct Cpu<T> {
    shared: Shared<T>,
    /// The replicas, by their ids.
    trainees: Vec<Mutex<Trainee<T>>>,
    /// The workers: one per thread, and no more than live replicas.
    hands: Vec<Hand<T>>,
    /// The state before the last training of several epochs.
    start: Option<State>,
}

impl<T: Product> Cpu<T> {
    /// A backend for this run, at its initial weights.
    pub fn new(run: Arc<Run>) -> Self {
        let shared = Shared::new(run);
        let replicas = shared.run.replicas.iter();
        let trainees = replicas
            .map(|replica| Mutex::new(Trainee::new(&shared.run, replica, &shared.layout)))
            .collect();
        Cpu { shared, trainees, hands: vec![], start: None }
    }

    /// The same, on a schedule; unfit where the run can't use it.
    pub fn with_schedule(run: Arc<Run>, schedule: Schedule) -> Result<Self> {
        let mut cpu = Self::new(run);
        cpu.use_schedule(schedule)
            .map_err(|error| error.within(format!("schedule {:?}", schedule.name())))?;
        Ok(cpu)
    }

    /// Switches to another schedule between two epochs; unfit where the run can't use it, and then nothing
    /// changes.
    pub fn use_schedule(&mut self, schedule: Schedule) -> Result<()> {
        if schedule == self.schedule() {
            return Ok(());
        }
        self.fetch_slots();
        self.shared.switch(schedule)?;
        self.hands.clear();
        Ok(())
    }

    /// Refuses a run that needs more memory than the system says it has left.
    pub fn check_memory(run: &Run) -> Result<()> {
        refuse_beyond(Self::bytes(run), "cpu", run.replicas.len())
    }

    /// The memory that training the run takes, its data aside.
    pub fn bytes(run: &Run) -> u64 {
        let chain = Chain::of(run).ok();
        let arrays = 2 + run.optimizer().slots();
        let replicas = (run.replicas.len() * run.plan.tensor_elements() * arrays) as u128;
        let workers = run.replicas.len().min(rayon::current_num_threads()) as u128;
        // Room for either schedule.
        let worker = Worker::<T>::bytes(run, None)
            + chain.as_ref().map_or(0, |chain| Worker::<T>::bytes(run, Some(chain)));
        let rows = block_rows(&run.plan);
        let block = rows as u128 * run.plan.row_elements() as u128 + run.plan.room_elements(rows);
        let evaluator = chain.as_ref().map_or(0, evaluator_bytes) as u128;
        // A thread counts into one confusion and adds it to another one.
        let of_thread =
            (block * size_of::<T>() as u128).max(evaluator) + 2 * 8 * confusion_counts(run) as u128;
        // Each replica counts in training, in validation and in its report.
        let counts = run.replicas.len() as u128 * 3 * 8 * confusion_counts(run) as u128;
        // A checkpoint takes the state, in f64.
        let bytes = replicas * (size_of::<T>() + size_of::<f64>()) as u128
            + counts
            + workers * worker
            + rayon::current_num_threads() as u128 * of_thread;
        bytes.try_into().unwrap_or(u64::MAX)
    }

    fn schedule(&self) -> Schedule {
        self.shared.schedule
    }

    /// The replicas that train.
    fn live(&self) -> Vec<ReplicaId> {
        let ids = (0..self.trainees.len()).map(ReplicaId);
        ids.filter(|id| of(&self.trainees, *id).live).collect()
    }

    /// Brings the replicas' moments up to date: a fused network may have newer ones.
    fn fetch_slots(&mut self) {
        for Hand { worker, .. } in &self.hands {
            if let Some(id) = worker.holds() {
                worker.store_slots(&self.shared, &mut of(&self.trainees, id));
            }
        }
    }

    /// The replicas that train, and the number of hands, made where they are missing.
    fn gather_hands(&mut self) -> (Vec<ReplicaId>, usize) {
        let live = self.live();
        let hands = rayon::current_num_threads().min(live.len()).max(1);
        let threads = rayon::current_num_threads() / hands;
        self.hands.resize_with(hands, || Hand::new(&self.shared, threads));
        (live, hands)
    }

    fn work(&mut self, epoch: &mut Epoch, slice: Duration) {
        epoch.work(&self.shared, &self.trainees, &mut self.hands, slice);
    }

    /// The first replica's first step of an epoch, on a copy of its numbers.
    fn make_first_step(&self, epoch: u32) -> Option<(Worker<T>, Trainee<T>)> {
        let (replica, trainee) = (self.shared.run.replicas.first()?, self.trainees.first()?);
        // Layered: a fused network keeps no quantities.
        let layered = Shared::new(self.shared.run.clone());
        let mut worker = Worker::new(&layered, 1);
        let mut trainee = locked(trainee).clone();
        worker.begin(&layered, replica, &mut trainee, epoch);
        worker.gradients(&layered, replica, &mut trainee, 0);
        layered.executor().predict(&trainee.weights, &mut worker.workspace);
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
        // Refused before anything is lost: only a worker may have the moments of the last epoch.
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
        // The first steps fill the cache for the others. They count only where they leave no time for others.
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
        // With many replicas, less than one step of all may have been made.
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
