//! The GPU behind the contract.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use ndarray::{Array3, ArrayViewD};

use super::block::{epochs_at_once, whole_epochs};
use super::epoch::Epoch;
use super::evaluate::evaluate;
use super::kept::Kept;
use super::measure::time_steps;
use super::pacer::Pacer;
use super::{predict, state};
use crate::backend::{Backend, Description, EpochReport, Event, Mark, Quantity, State, Weights};
use crate::data::Split;
use crate::error::{Error, Result};
use crate::gpu::device::gpu::Gpu;
use crate::gpu::schedules::open::{self, Refused};
use crate::gpu::session::run::Session;
use crate::gpu::session::schedule::Schedule;
use crate::metrics::Evaluation;
use crate::run::{ReplicaId, Run};

/// A GPU as a backend.
pub struct GpuBackend {
    session: Session,
    pacer: Pacer,
    kept: Kept,
    queue: VecDeque<u32>,
    epoch: Option<Epoch>,
    /// What epochs that shared a submit reported, and no poll has asked for yet.
    ready: VecDeque<EpochReport>,
    /// Epochs that were trained.
    epochs_done: usize,
    last: Last,
}

/// How the last epochs ran.
#[derive(Default)]
struct Last {
    submits: u32,
    read_backs: u32,
    /// Epochs of the last submit that held whole ones.
    group: usize,
}

impl GpuBackend {
    /// A backend for this run on an open device, at the run's initial weights, on the schedule that
    /// takes any network. Refused where the device has too little memory.
    pub fn new(gpu: Gpu, run: Arc<Run>) -> Result<Self> {
        Self::with_schedule(gpu, run, Schedule::Layered)
    }

    /// The same on a schedule; refused where it does not fit the network or the device, with the reason.
    pub fn with_schedule(gpu: Gpu, run: Arc<Run>, schedule: Schedule) -> Result<Self> {
        match Self::first_fitting(gpu, run, &[schedule])? {
            (Some(backend), _) => Ok(backend),
            (None, refused) => {
                let why: String = refused.into_iter().map(|(_, why)| why).collect();
                Err(Error::input(format!("schedule {:?}: {why}", schedule.name())))
            }
        }
    }

    /// The same on the first of these schedules that fits, and why those before it do not.
    pub fn first_fitting(
        gpu: Gpu,
        run: Arc<Run>,
        schedules: &[Schedule],
    ) -> Result<(Option<Self>, Refused)> {
        let (session, refused) = open::open(gpu, run, schedules)?;
        Ok((session.map(Self::on), refused))
    }

    fn on(session: Session) -> Self {
        GpuBackend {
            pacer: Pacer::new(session.recorder.sizes().capacity, session.gpu.is_software),
            kept: Kept::new(&session),
            session,
            queue: VecDeque::new(),
            epoch: None,
            ready: VecDeque::new(),
            epochs_done: 0,
            last: Last { group: 1, ..Last::default() },
        }
    }

    /// The memory of the device that data and network take.
    pub fn bytes(gpu: &Gpu, run: &Run) -> u64 {
        open::bytes(gpu, run)
    }

    /// Goes on with another schedule, from where it is; the inner error says why it does not fit.
    pub fn use_schedule(&mut self, schedule: Schedule) -> Result<Result<(), String>> {
        open::use_schedule(&mut self.session, schedule)
    }

    /// The device, for tests that lose it.
    #[cfg(test)]
    pub(super) fn device(&self) -> wgpu::Device {
        self.session.gpu.device.clone()
    }

    /// Forgets what is queued and under way.
    fn stop(&mut self) -> Result<()> {
        self.queue.clear();
        self.ready.clear();
        self.epoch = None;
        self.session.gpu.wait()
    }

    /// Bytes that were written to the device.
    pub fn uploaded(&self) -> u64 {
        self.session.gpu.uploaded.get()
    }

    /// Times that the device was read.
    pub fn read_backs(&self) -> u32 {
        self.session.gpu.read_backs.get()
    }

    /// Dispatches of a step, on average where a dispatch makes many.
    pub fn dispatches_a_step(&self) -> f64 {
        self.session.network.train.dispatches_a_step()
    }

    /// The most turns of loops that an invocation of a training dispatch makes, as counted before it was
    /// compiled: some software drivers leave loops early that make more than 65,535.
    pub fn most_turns(&self) -> u64 {
        let all = self.session.network.train.all();
        all.map(|dispatch| dispatch.iterations).max().unwrap_or(0)
    }

    fn epochs_at_once(&self) -> usize {
        epochs_at_once(&self.session, &self.pacer, self.epochs_done)
    }

    fn whole_epochs(&mut self, numbers: &[u32]) -> Result<()> {
        let GpuBackend { session, pacer, kept, .. } = self;
        self.ready = whole_epochs(session, pacer, kept, numbers)?.into();
        self.last.group = numbers.len();
        self.epochs_done += numbers.len();
        Ok(())
    }

    fn end(&mut self, epoch: Epoch) -> Result<EpochReport> {
        let GpuBackend { session, pacer, kept, .. } = self;
        let before = session.gpu.read_backs.get();
        let (report, submits) = epoch.end(session, pacer, kept)?;
        self.last = Last { submits, read_backs: session.gpu.read_backs.get() - before, group: 1 };
        self.epochs_done += 1;
        Ok(report)
    }
}

impl Backend for GpuBackend {
    fn description(&self) -> Description {
        Description {
            backend: "gpu".into(),
            device: self.session.gpu.name.clone(),
            schedule: self.session.network.schedule.name().into(),
            epochs_per_submit: self.epochs_at_once() as u32,
        }
    }

    fn details(&self) -> String {
        let Last { submits, read_backs, group } = self.last;
        format!(
            "schedule {:?}, {:.2} dispatches a step, {}",
            self.session.network.schedule.name(),
            self.dispatches_a_step(),
            match group {
                1 => format!("{submits} submits and {read_backs} read-back an epoch"),
                epochs => format!("{epochs} epochs a submit and read-back"),
            }
        )
    }

    fn submit(&mut self, epochs: Range<u32>) -> Result<()> {
        self.queue.extend(epochs);
        Ok(())
    }

    fn poll(&mut self, _wait: bool) -> Result<Option<Event>> {
        if let Some(report) = self.ready.pop_front() {
            return Ok(Some(Event::Epoch(report)));
        }
        let together = self.epochs_at_once().min(self.queue.len());
        if self.epoch.is_none() && together > 1 {
            let numbers: Vec<u32> = self.queue.drain(..together).collect();
            self.whole_epochs(&numbers)?;
            return Ok(self.ready.pop_front().map(Event::Epoch));
        }
        let mut epoch = match self.epoch.take() {
            Some(epoch) => epoch,
            None => match self.queue.pop_front() {
                Some(number) => Epoch::new(number),
                None => return Ok(None),
            },
        };
        epoch.submit_steps(&self.session, &mut self.pacer)?;
        let (step, steps) = (epoch.step(), self.session.steps());
        if step < steps {
            let event = Event::Progress { epoch: epoch.number(), step, steps };
            self.epoch = Some(epoch);
            return Ok(Some(event));
        }
        self.end(epoch).map(|report| Some(Event::Epoch(report)))
    }

    fn retain(&mut self, live: &[ReplicaId]) -> Result<()> {
        for (id, replica) in self.kept.replicas.iter_mut().enumerate() {
            replica.live &= live.binary_search(&ReplicaId(id)).is_ok();
        }
        self.session.retain(live)
    }

    fn evaluate(&mut self, split: Split, which: Weights) -> Result<Vec<Evaluation>> {
        evaluate(&self.session, &mut self.pacer, split, which)
    }

    fn predict(&mut self, rows: ArrayViewD<f32>, which: Weights) -> Result<Array3<f64>> {
        predict::predict(&mut self.session, rows, which)
    }

    fn trace(&mut self, epoch: u32) -> Result<Vec<Quantity>> {
        predict::trace(&mut self.session, epoch)
    }

    fn state(&mut self) -> Result<State> {
        state::state(&self.session, &mut self.kept)
    }

    fn known_state(&mut self) -> Result<State> {
        Ok(state::known_state(&self.session, &self.kept))
    }

    fn restore(&mut self, state: &State) -> Result<()> {
        self.stop()?;
        state::restore(&mut self.session, &mut self.kept, state)
    }

    fn mark(&mut self) -> Result<Mark> {
        self.kept.take_snapshot(&self.session)?;
        Ok(Mark::OnDevice)
    }

    fn go_back(&mut self, mark: &Mark) -> Result<()> {
        match mark {
            Mark::State(state) => self.restore(state),
            Mark::OnDevice => {
                self.stop()?;
                self.session.slots = self.kept.put_snapshot_back(&self.session)?;
                self.session.write_table();
                Ok(())
            }
        }
    }

    fn measure(&mut self, budget: Duration) -> Result<f64> {
        time_steps(&self.session, &mut self.pacer, &mut self.kept, budget)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Targets};
    use crate::gpu::{adapters, test_adapter};
    use crate::network::Layer;
    use crate::run::{LayerStack, Parameters};

    fn run() -> Arc<Run> {
        let x = ndarray::Array2::from_shape_fn((40, 2), |(i, j)| ((i * 3 + j * 7) as f64).sin());
        let y = x.map_axis(ndarray::Axis(1), |row| row.sum()).insert_axis(ndarray::Axis(1));
        let dataset = Dataset::from_arrays("made", x.view().into_dyn(), Targets::Reals(y)).unwrap();
        let layers = LayerStack::General(vec![Layer::dense(4, "tanh"), Layer::dense(1, "linear")]);
        Arc::new(Run::new(&Parameters::new(layers, 0.1, 5, 4), &dataset).unwrap())
    }

    #[test]
    fn a_lost_device_is_an_error_and_the_best_weights_are_known() {
        let test = "a_lost_device_is_an_error_and_the_best_weights_are_known";
        let Some(adapter) = test_adapter::first(test, adapters()) else { return };
        let mut backend = GpuBackend::new(adapter.open().unwrap(), run()).unwrap();
        backend.submit(1..3).unwrap();
        while backend.poll(true).unwrap().is_some() {}
        let before = backend.state().unwrap();
        backend.device().destroy();
        backend.submit(3..4).unwrap();
        let error = loop {
            match backend.poll(true) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("an epoch on a lost device ended well"),
                Err(error) => break error.to_string(),
            }
        };
        assert!(error.contains("--device cpu"), "{error}");
        assert!(backend.state().is_err(), "nothing that could be taken for the state");
        let after = backend.known_state().unwrap();
        for (name, tensor) in &before.tensors {
            assert_eq!(after.tensors[name].best, tensor.best, "{name}");
        }
    }
}
