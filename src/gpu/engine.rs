//! The GPU behind the contract.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use ndarray::{Array3, ArrayViewD};

use super::data::Data;
use super::epoch::{Epoch, paced};
use super::kernel::Kernels;
use super::network::{DeviceNetwork, most_rows};
use super::record::{Recorder, Work};
use super::statistics::{confusion_length, evaluation, slot_length};
use super::steps::evaluation_step;
use super::{Gpu, predict, state};
use crate::backend::{
    Backend, Description, Evaluation, Event, Quantity, ReplicaId, ReplicaState, State, Weights,
};
use crate::data::Split;
use crate::error::Result;
use crate::params::{Replica, Run};

/// A GPU as a backend.
pub struct GpuBackend {
    pub(super) gpu: Gpu,
    pub(super) run: Arc<Run>,
    pub(super) data: Data,
    pub(super) network: DeviceNetwork,
    pub(super) recorder: Recorder,
    queue: VecDeque<u32>,
    epoch: Option<Epoch>,
    pub(super) replicas: Vec<ReplicaState>,
    /// The best weights as of the last epoch, for the day the device is lost.
    pub(super) best: Vec<f32>,
    /// Steps of the next submit.
    pub(super) pace: usize,
    /// Submits of the last epoch.
    pub(super) submits: u32,
    /// Read-backs of the last epoch.
    pub(super) read_backs: u32,
    /// Blocks of an evaluation in its next submit: they take other times than steps.
    evaluation_pace: Cell<usize>,
}

impl GpuBackend {
    /// A backend for this run on an open device, at the run's initial weights. Refused where the
    /// device has too little memory.
    pub fn new(gpu: Gpu, run: Arc<Run>) -> Result<Self> {
        let bytes = Data::bytes(&run) + DeviceNetwork::bytes(&run);
        let (data, network, recorder) = gpu.allocating(bytes, || {
            let mut kernels = Kernels::new(&gpu);
            let data = Data::new(&gpu, &run)?;
            let network = DeviceNetwork::new(&gpu, &mut kernels, &run, &data)?;
            let recorder = Recorder::new(&gpu, &kernels, run.replicas.len())?;
            Ok((data, network, recorder))
        })?;
        gpu.wait()?;
        let fresh = ReplicaState { steps: 0, best_loss: f64::INFINITY, live: true };
        let best = vec![0.0; run.replicas.len() * network.layout.total()];
        // Nothing is known of a GPU's speed before its first step; software has no watchdog.
        let pace = if gpu.is_software { Recorder::capacity() } else { 1 };
        Ok(GpuBackend {
            replicas: vec![fresh; run.replicas.len()],
            gpu,
            run,
            data,
            network,
            recorder,
            best,
            pace,
            queue: VecDeque::new(),
            epoch: None,
            submits: 0,
            read_backs: 0,
            evaluation_pace: Cell::new(pace),
        })
    }

    /// The blocks of an evaluation of `split`.
    pub(super) fn evaluation_work(
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

    /// Submits work in as many submits as it takes; `after` is recorded behind the last.
    pub(super) fn submit_all(
        &self,
        work: &[Work],
        before: impl FnOnce(&mut wgpu::CommandEncoder),
        after: impl FnOnce(&mut wgpu::CommandEncoder),
    ) -> Result<u32> {
        let (mut before, mut after) = (Some(before), Some(after));
        let (mut rest, mut submits) = (work, 0);
        while !rest.is_empty() {
            let started = Instant::now();
            let (piece, later) = rest.split_at(self.evaluation_pace.get().min(rest.len()));
            let before = before.take();
            let after = if later.is_empty() { after.take() } else { None };
            let submitted = self.recorder.submit(
                &self.gpu,
                piece,
                |encoder| before.into_iter().for_each(|before| before(encoder)),
                |encoder| after.into_iter().for_each(|after| after(encoder)),
            );
            self.gpu.wait_for(submitted)?;
            if !self.gpu.is_software {
                let a_block = started.elapsed().as_secs_f64() / piece.len() as f64;
                self.evaluation_pace.set(paced(self.evaluation_pace.get(), a_block));
            }
            (rest, submits) = (later, submits + 1);
        }
        Ok(submits)
    }
}

impl Backend for GpuBackend {
    fn description(&self) -> Description {
        Description {
            backend: "gpu".into(),
            device: self.gpu.name.clone(),
            schedule: "layered".into(),
            epochs_per_submit: 1,
        }
    }

    fn details(&self) -> String {
        format!(
            "{} dispatches a step, {} submits and {} read-back an epoch",
            self.network.steps.train.len(),
            self.submits,
            self.read_backs
        )
    }

    fn submit(&mut self, epochs: Range<u32>) -> Result<()> {
        self.queue.extend(epochs);
        Ok(())
    }

    fn poll(&mut self, _wait: bool) -> Result<Option<Event>> {
        let mut epoch = match self.epoch.take() {
            Some(epoch) => epoch,
            None => match self.queue.pop_front() {
                Some(number) => {
                    let now = Instant::now();
                    let running = VecDeque::new();
                    Epoch { number, step: 0, started: now, running, submits: 0, ended: now }
                }
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
        let work = self.evaluation_work(split, which, 0);
        let confusion = &self.network.confusion;
        self.submit_all(&work, |encoder| encoder.clear_buffer(confusion, 0, None), |_| {})?;
        let (run, replicas) = (&self.run, self.run.replicas.len());
        let cells = confusion_length(run);
        let sums: Vec<f32> =
            self.gpu.read(&self.network.sums, work.len() * replicas * slot_length(run))?;
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

    fn predict(&mut self, rows: ArrayViewD<f32>, which: Weights) -> Result<Array3<f32>> {
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
        self.queue.clear();
        self.epoch = None;
        self.gpu.wait()?;
        state::restore(self, state)
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
