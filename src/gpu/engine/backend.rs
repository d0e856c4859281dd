//! The GPU behind the contract.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ndarray::{Array3, ArrayViewD};

use super::epoch::{Epoch, paced};
use super::snapshot::Snapshot;
use super::{predict, state};
use crate::backend::{
    Backend, Description, EpochReport, Evaluation, Event, Mark, Quantity, ReplicaId, ReplicaState,
    State, Weights,
};
use crate::data::Split;
use crate::error::Result;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Kernels;
use crate::gpu::schedules::network::DeviceNetwork;
use crate::gpu::schedules::schedule::Schedule;
use crate::gpu::session::data::Data;
use crate::gpu::session::record::{Command, Pass, Recorder, Work};
use crate::gpu::session::sizes::most_rows;
use crate::gpu::session::statistics::{confusion_length, evaluation, slot_length};
use crate::gpu::session::steps::evaluation_step;
use crate::params::{Replica, Run};

/// A GPU as a backend.
pub struct GpuBackend {
    pub(in crate::gpu) gpu: Gpu,
    pub(in crate::gpu) kernels: Kernels,
    pub(in crate::gpu) schedule: Schedule,
    pub(in crate::gpu) run: Arc<Run>,
    pub(in crate::gpu) data: Data,
    pub(in crate::gpu) network: DeviceNetwork,
    pub(in crate::gpu) recorder: Recorder,
    pub(in crate::gpu) queue: VecDeque<u32>,
    pub(in crate::gpu) epoch: Option<Epoch>,
    /// What epochs that shared a submit reported, and no poll has asked for yet.
    pub(in crate::gpu) ready: VecDeque<EpochReport>,
    /// The state to go back to.
    pub(in crate::gpu) snapshot: Option<Snapshot>,
    pub(in crate::gpu) replicas: Vec<ReplicaState>,
    /// The best weights as of the last epoch, for the day the device is lost.
    pub(in crate::gpu) best: Vec<f32>,
    /// Steps of the next submit.
    pub(in crate::gpu) pace: usize,
    /// Submits of the last epoch.
    pub(in crate::gpu) submits: u32,
    /// Read-backs of the last epoch.
    pub(in crate::gpu) read_backs: u32,
    /// Epochs that were trained.
    pub(in crate::gpu) epochs_done: usize,
    /// Epochs of the last submit that held whole ones.
    pub(in crate::gpu) last_group: usize,
    /// Blocks of an evaluation in its next submit: they take other times than steps.
    pub(in crate::gpu) evaluation_pace: Cell<usize>,
}

impl GpuBackend {
    /// Forgets what is queued and under way.
    fn stop(&mut self) -> Result<()> {
        self.queue.clear();
        self.ready.clear();
        self.epoch = None;
        self.gpu.wait()
    }

    /// Dispatches of a step, on average where a dispatch makes many.
    pub fn dispatches_a_step(&self) -> f64 {
        self.network.train.dispatches_a_step()
    }

    /// The most turns of loops that an invocation of a training dispatch makes, as counted before it was
    /// compiled: some software drivers leave loops early that make more than 65,535.
    pub fn most_turns(&self) -> u64 {
        self.network.train.all().map(|dispatch| dispatch.iterations).max().unwrap_or(0)
    }

    /// The blocks of an evaluation of `split`.
    pub(in crate::gpu) fn evaluation_work(
        &self,
        split: Split,
        which: Weights,
        first_slot: u32,
    ) -> Vec<Work<'_>> {
        let capacity = self.network.evaluation.capacity;
        let most = most_rows(&self.run, &[split]);
        let block = |number: u32| {
            let of_replica = |replica| {
                let block = (number, capacity);
                evaluation_step(&self.run, &self.data.lists, replica, split, block, first_slot)
            };
            Work {
                steps: self.run.replicas.iter().enumerate().map(of_replica).collect(),
                dispatches: &self.network.steps.evaluate[which as usize],
            }
        };
        (0..most.div_ceil(capacity) as u32).map(block).collect()
    }

    /// Submits a pass in as many submits as it takes; how many those were.
    pub(in crate::gpu) fn submit_all(&self, pass: Pass) -> Result<u32> {
        let Pass { mut before, work, mut after } = pass;
        let (mut rest, mut submits) = (work.into_iter().peekable(), 0);
        while rest.peek().is_some() {
            let started = Instant::now();
            let work: Vec<Work> = rest.by_ref().take(self.evaluation_pace.get()).collect();
            let blocks = work.len();
            let before = std::mem::take(&mut before);
            let after = if rest.peek().is_none() { std::mem::take(&mut after) } else { vec![] };
            let submitted = self.recorder.submit(&self.gpu, &[Pass { before, work, after }]);
            self.gpu.wait_for(submitted)?;
            if !self.gpu.is_software {
                let a_block = started.elapsed().as_secs_f64() / blocks as f64;
                let pace = paced(self.evaluation_pace.get(), a_block, self.recorder.capacity);
                self.evaluation_pace.set(pace);
            }
            submits += 1;
        }
        Ok(submits)
    }
}

impl Backend for GpuBackend {
    fn description(&self) -> Description {
        Description {
            backend: "gpu".into(),
            device: self.gpu.name.clone(),
            schedule: self.schedule.name().into(),
            epochs_per_submit: self.epochs_at_once() as u32,
        }
    }

    fn details(&self) -> String {
        format!(
            "schedule {:?}, {:.2} dispatches a step, {}",
            self.schedule.name(),
            self.dispatches_a_step(),
            match self.last_group {
                1 => format!("{} submits and {} read-back an epoch", self.submits, self.read_backs),
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
            self.ready = self.whole_epochs(&numbers)?.into();
            return Ok(self.ready.pop_front().map(Event::Epoch));
        }
        let mut epoch = match self.epoch.take() {
            Some(epoch) => epoch,
            None => match self.queue.pop_front() {
                Some(number) => Epoch::new(number),
                None => return Ok(None),
            },
        };
        self.submit_steps(&mut epoch)?;
        let (step, steps) = (epoch.step, self.run.steps());
        if step < steps {
            let event = Event::Progress { epoch: epoch.number, step, steps };
            self.epoch = Some(epoch);
            return Ok(Some(event));
        }
        self.end(epoch).map(|report| Some(Event::Epoch(report)))
    }

    fn retain(&mut self, live: &[ReplicaId]) -> Result<()> {
        for (id, replica) in self.replicas.iter_mut().enumerate() {
            replica.live &= live.contains(&id);
        }
        Ok(())
    }

    fn evaluate(&mut self, split: Split, which: Weights) -> Result<Vec<Evaluation>> {
        let confusion = &self.network.confusion;
        let work = self.evaluation_work(split, which, 0);
        let blocks = work.len();
        self.submit_all(Pass { before: vec![Command::Clear(confusion)], work, after: vec![] })?;
        let (run, replicas) = (&self.run, self.run.replicas.len());
        let cells = confusion_length(run);
        let sums: Vec<f32> =
            self.gpu.read(&self.network.sums, blocks * replicas * slot_length(run))?;
        let counts: Vec<u32> = self.gpu.read(confusion, 2 * replicas * cells)?;
        let evaluated = |(id, replica): (usize, &Replica)| {
            let rows = replica.splits.of(split).len();
            if rows == 0 {
                return Evaluation::default();
            }
            let blocks = rows.div_ceil(self.network.evaluation.capacity);
            let slots = (0..blocks).map(|block| block * replicas + id);
            let counts = &counts[(replicas + id) * cells..][..cells];
            evaluation(run, rows as u64, slots, &sums, counts)
        };
        Ok(run.replicas.iter().enumerate().map(evaluated).collect())
    }

    fn predict(&mut self, rows: ArrayViewD<f32>, which: Weights) -> Result<Array3<f64>> {
        predict::predict(self, rows, which)
    }

    fn trace(&mut self, epoch: u32) -> Result<Vec<Quantity>> {
        predict::trace(self, epoch)
    }

    fn state(&mut self) -> Result<State> {
        state::state(self)
    }

    fn known_state(&mut self) -> Result<State> {
        Ok(state::known_state(self))
    }

    fn restore(&mut self, state: &State) -> Result<()> {
        self.stop()?;
        state::restore(self, state)
    }

    fn mark(&mut self) -> Result<Mark> {
        self.take_snapshot()?;
        Ok(Mark::OnDevice)
    }

    fn go_back(&mut self, mark: &Mark) -> Result<()> {
        match mark {
            Mark::State(state) => self.restore(state),
            Mark::OnDevice => {
                self.stop()?;
                self.put_snapshot_back()
            }
        }
    }

    fn measure(&mut self, budget: Duration) -> Result<f64> {
        self.time_steps(budget)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Targets};
    use crate::gpu::{adapters, test_adapter};
    use crate::network::Layer;
    use crate::params::{LayerStack, Parameters};

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
        backend.gpu.device.destroy();
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
