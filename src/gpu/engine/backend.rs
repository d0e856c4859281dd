//! The GPU as a backend.

use std::ops::Range;
use std::sync::Arc;

use super::block::{epochs_at_once, whole_epochs};
use super::epoch::Epoch;
use super::evaluate::evaluate;
use super::first_step::first_step;
use super::kept::Kept;
use super::measure::time_steps;
use super::pacer::Pacer;
use super::state;
use crate::backend::{Answer, Description, Event, Quantity, State, Train, Weights};
use crate::clock::Duration;
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
    /// Epochs trained so far.
    epochs_done: usize,
    last: Last,
}

/// How the last epochs ran.
#[derive(Default)]
struct Last {
    submits: u32,
    read_backs: u32,
    /// Epochs of the last submit that held whole epochs; 1 if an epoch took a submit or more.
    group: usize,
}

impl GpuBackend {
    /// A backend for this run on an open device, at the run's initial weights, on the schedule `layered`, which takes
    /// any network. An error if the device has too little memory.
    pub async fn new(gpu: Gpu, run: Arc<Run>) -> Result<Self> {
        Self::with_schedule(gpu, run, Schedule::Layered).await
    }

    /// The same on a schedule; the error is unfit if the schedule does not take the network or the device.
    pub async fn with_schedule(gpu: Gpu, run: Arc<Run>, schedule: Schedule) -> Result<Self> {
        let (backend, mut refused) = Self::first_fitting(gpu, run, &[schedule]).await?;
        match (backend, refused.pop()) {
            (Some(backend), _) => Ok(backend),
            (None, Some((_, why))) => Err(why.within(format!("schedule {:?}", schedule.name()))),
            (None, None) => Err(Error::failed("no schedule was tried")),
        }
    }

    /// The same on the first of these schedules that fits, with the reasons why those before it do not.
    pub async fn first_fitting(
        gpu: Gpu,
        run: Arc<Run>,
        schedules: &[Schedule],
    ) -> Result<(Option<Self>, Refused)> {
        let (session, refused) = open::open(gpu, run, schedules).await?;
        Ok((session.map(Self::on), refused))
    }

    fn on(session: Session) -> Self {
        GpuBackend {
            pacer: Pacer::new(session.recorder.sizes().capacity, session.gpu.is_software),
            kept: Kept::new(&session),
            session,
            epochs_done: 0,
            last: Last { group: 1, ..Last::default() },
        }
    }

    /// The bytes of device memory that data and network take.
    pub fn bytes(gpu: &Gpu, run: &Run) -> u64 {
        open::bytes(gpu, run)
    }

    /// Goes on with another schedule from the current state. The error is unfit if the schedule does not take the
    /// network or the device; then nothing changes.
    pub async fn use_schedule(&mut self, schedule: Schedule) -> Result<()> {
        open::use_schedule(&mut self.session, schedule).await
    }

    /// The device, for tests that lose it.
    #[cfg(test)]
    pub(super) fn device(&self) -> wgpu::Device {
        self.session.gpu.device.clone()
    }

    /// Bytes written to the device.
    pub fn uploaded(&self) -> u64 {
        self.session.gpu.uploaded.get()
    }

    /// How many times buffers were read back.
    pub fn read_backs(&self) -> u32 {
        self.session.gpu.read_backs.get()
    }

    /// Dispatches per step, on average if a dispatch makes many.
    pub fn dispatches_a_step(&self) -> f64 {
        self.session.network.train.dispatches_a_step()
    }

    /// The most loop iterations of an invocation of a training dispatch, counted before it is compiled: some software
    /// drivers leave a loop after 65,535 iterations.
    pub fn most_iterations(&self) -> u64 {
        let all = self.session.network.train.all();
        all.map(|dispatch| dispatch.iterations).max().unwrap_or(0)
    }

    fn epochs_at_once(&self) -> usize {
        epochs_at_once(&self.session, &self.pacer, self.epochs_done)
    }

    /// Trains epochs that share one submit.
    async fn whole_epochs(
        &mut self,
        epochs: Range<u32>,
        told: &mut dyn FnMut(Event),
    ) -> Result<()> {
        let GpuBackend { session, pacer, kept, .. } = self;
        self.last.group = epochs.len();
        self.epochs_done += epochs.len();
        let numbers: Vec<u32> = epochs.collect();
        for report in whole_epochs(session, pacer, kept, &numbers).await? {
            told(Event::Epoch(report));
        }
        Ok(())
    }

    /// Trains an epoch that takes a submit or more.
    async fn epoch(&mut self, number: u32, told: &mut dyn FnMut(Event)) -> Result<()> {
        let GpuBackend { session, pacer, kept, .. } = self;
        let before = session.gpu.read_backs.get();
        let mut epoch = Epoch::new(number);
        loop {
            epoch.submit_steps(session, pacer).await?;
            let (step, steps) = (epoch.step(), session.steps());
            if step >= steps {
                break;
            }
            told(Event::Progress { epoch: number, step, steps });
        }
        let (report, submits) = epoch.end(session, pacer, kept).await?;
        self.last = Last { submits, read_backs: session.gpu.read_backs.get() - before, group: 1 };
        self.epochs_done += 1;
        told(Event::Epoch(report));
        Ok(())
    }

    /// The seconds per step, measured for about `budget`; the state is the same afterwards.
    pub async fn measure(&mut self, budget: Duration) -> Result<f64> {
        time_steps(&self.session, &mut self.pacer, &mut self.kept, budget).await
    }
}

impl Train for GpuBackend {
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

    fn train<'a>(
        &'a mut self,
        epochs: Range<u32>,
        told: &'a mut dyn FnMut(Event),
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            if epochs.len() > 1 {
                self.kept.take_snapshot(&self.session)?;
            }
            let mut next = epochs.start;
            while next < epochs.end {
                let end = epochs.end.min(next + self.epochs_at_once() as u32);
                if end > next + 1 {
                    self.whole_epochs(next..end, told).await?;
                } else {
                    self.epoch(next, told).await?;
                }
                next = end;
            }
            Ok(())
        })
    }

    fn go_back(&mut self) -> Answer<'_, ()> {
        Box::pin(async {
            self.session.gpu.wait().await?;
            self.session.slots = self.kept.put_snapshot_back(&self.session)?;
            self.session.write_table();
            Ok(())
        })
    }

    fn retain(&mut self, live: &[ReplicaId]) -> Result<()> {
        for (id, replica) in self.kept.replicas.iter_mut().enumerate() {
            replica.live &= live.binary_search(&ReplicaId(id)).is_ok();
        }
        self.session.retain(live)
    }

    fn evaluate(&mut self, split: Split, which: Weights) -> Answer<'_, Vec<Evaluation>> {
        Box::pin(evaluate(&self.session, &mut self.pacer, split, which))
    }

    fn first_step(&mut self, epoch: u32) -> Answer<'_, Vec<Quantity>> {
        Box::pin(first_step(&mut self.session, epoch))
    }

    fn state(&mut self) -> Answer<'_, State> {
        Box::pin(state::state(&self.session, &mut self.kept))
    }

    fn last_known_state(&mut self) -> State {
        state::known_state(&self.session, &self.kept)
    }

    fn restore<'a>(&'a mut self, state: &'a State) -> Answer<'a, ()> {
        Box::pin(async {
            self.session.gpu.wait().await?;
            state::restore(&mut self.session, &mut self.kept, state)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Targets};
    use crate::error::ErrorKind;
    use crate::gpu::{adapters, test_adapter};
    use crate::network::Layer;
    use crate::run::{LayerStack, Parameters};
    use pollster::FutureExt as _;

    fn run() -> Arc<Run> {
        let x = ndarray::Array2::from_shape_fn((40, 2), |(i, j)| ((i * 3 + j * 7) as f64).sin());
        let y = x.map_axis(ndarray::Axis(1), |row| row.sum()).insert_axis(ndarray::Axis(1));
        let dataset = Dataset::from_arrays("made", x.view().into_dyn(), Targets::Reals(y)).unwrap();
        let layers = LayerStack::General(vec![Layer::dense(4, "tanh"), Layer::dense(1, "linear")]);
        Arc::new(
            Run::new(
                &Parameters::new(layers).learning_rate(0.1).max_epochs(5).batch_size(4),
                &dataset,
            )
            .unwrap(),
        )
    }

    #[test]
    fn a_lost_device_is_an_error_and_the_best_weights_are_known() {
        let test = "a_lost_device_is_an_error_and_the_best_weights_are_known";
        let Some(adapter) = test_adapter::first(test, adapters().block_on()) else { return };
        let mut backend =
            GpuBackend::new(adapter.open().block_on().unwrap(), run()).block_on().unwrap();
        backend.train(1..3, &mut |_| {}).block_on().unwrap();
        let before = backend.state().block_on().unwrap();
        backend.device().destroy();
        let error = backend.train(3..4, &mut |_| {}).block_on().unwrap_err();
        assert_eq!(error.kind, ErrorKind::DeviceLost, "{error}");
        let error = error.to_string();
        assert!(error.contains("--device cpu"), "{error}");
        assert!(backend.state().block_on().is_err(), "nothing that could be taken for the state");
        let after = backend.last_known_state();
        for (name, tensor) in &before.tensors {
            assert_eq!(after.tensors[name].best, tensor.best, "{name}");
        }
    }
}
