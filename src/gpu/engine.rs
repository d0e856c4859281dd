//! The GPU behind the contract.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ndarray::{Array3, ArrayViewD};

use super::data::Data;
use super::kernel::Kernels;
use super::network::DeviceNetwork;
use super::record::{Recorder, Work};
use super::statistics::{confusion_length, evaluation, slot_length};
use super::steps::{Step, evaluation_step, train_step};
use super::{Gpu, predict, state};
use crate::backend::{
    Backend, Description, EpochReport, Evaluation, Event, Quantity, ReplicaId, ReplicaReport,
    ReplicaState, State, Weights,
};
use crate::data::Split;
use crate::error::Result;
use crate::params::{Replica, Run};

/// Work of a submit: desktop drivers lose a device that is silent for seconds.
const SUBMIT: Duration = Duration::from_millis(100);

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
    pace: usize,
    /// Submits of the last epoch.
    submits: u32,
}

/// An epoch under way.
struct Epoch {
    number: u32,
    /// Steps submitted.
    step: u32,
    started: Instant,
    /// Submits that may still be running, oldest first, with their steps.
    running: VecDeque<(wgpu::SubmissionIndex, usize)>,
    submits: u32,
    /// When the last submit was seen to end.
    ended: Instant,
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
        // A first guess for a GPU; software has no watchdog.
        let pace = if gpu.is_software { Recorder::capacity() } else { 16 };
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
        })
    }

    /// Submits the next steps of the epoch.
    fn submit_steps(&mut self, epoch: &mut Epoch) -> Result<()> {
        let (run, lists) = (&self.run, &self.data.lists);
        let steps = run.steps();
        let last = steps.min(epoch.step + self.pace as u32);
        let work: Vec<Work> = (epoch.step..last)
            .map(|number| {
                let of_replica = |(id, replica): (usize, &Replica)| {
                    let done = self.replicas[id].steps + u64::from(number);
                    let step = train_step(run, lists, (id, replica), epoch.number, number, done);
                    // One that left has its own slots all the same: their sums are 0.
                    if self.replicas[id].live { step } else { Step { rows: 0, ..step } }
                };
                Work {
                    steps: run.replicas.iter().enumerate().map(of_replica).collect(),
                    dispatches: vec![&self.network.steps.train],
                }
            })
            .collect();
        let confusion = &self.network.confusion;
        let first = epoch.step == 0;
        let clear = |encoder: &mut wgpu::CommandEncoder| {
            if first {
                encoder.clear_buffer(confusion, 0, None);
            }
        };
        let index = self.recorder.submit(&self.gpu, &work, clear, |_| {});
        epoch.running.push_back((index, work.len()));
        epoch.submits += 1;
        epoch.step = last;
        // Two at a time: the next is recorded while one runs.
        if epoch.running.len() > 1 {
            self.finish_oldest(epoch)?;
        }
        Ok(())
    }

    /// Waits for the oldest submit, and learns from it how long a step takes.
    fn finish_oldest(&mut self, epoch: &mut Epoch) -> Result<()> {
        let Some((index, steps)) = epoch.running.pop_front() else { return Ok(()) };
        let wait = wgpu::PollType::Wait { submission_index: Some(index), timeout: None };
        self.gpu.device.poll(wait).map_err(|e| self.gpu.failed(&e.to_string()))?;
        self.gpu.check()?;
        let now = Instant::now();
        let a_step = (now - epoch.ended).as_secs_f64() / steps.max(1) as f64;
        epoch.ended = now;
        if !self.gpu.is_software {
            let fits = (SUBMIT.as_secs_f64() / a_step.max(1e-7)) as usize;
            // A first submit pays for what is made once: grow by steps, not at a leap.
            self.pace = fits.clamp(1, (2 * self.pace).min(Recorder::capacity()));
        }
        Ok(())
    }

    /// The blocks of an evaluation of `split`.
    fn evaluation_work(&self, split: Split, which: Weights, first_slot: u32) -> Vec<Work<'_>> {
        let capacity = self.network.evaluation.capacity;
        let rows = |replica: &Replica| replica.splits.of(split).len();
        let most = self.run.replicas.iter().map(rows).max().unwrap_or(0);
        let block = |number: u32| {
            let of_replica = |replica| {
                let block = (number, capacity);
                evaluation_step(&self.run, &self.data.lists, replica, split, block, first_slot)
            };
            let dispatches = &self.network.steps.evaluate[which as usize];
            Work {
                steps: self.run.replicas.iter().enumerate().map(of_replica).collect(),
                dispatches: vec![&dispatches[..]],
            }
        };
        (0..most.div_ceil(capacity) as u32).map(block).collect()
    }

    /// Submits work in as many submits as it takes; `after` is recorded behind the last.
    fn submit_all(
        &self,
        work: &[Work],
        before: impl FnOnce(&mut wgpu::CommandEncoder),
        after: impl FnOnce(&mut wgpu::CommandEncoder),
    ) -> Result<u32> {
        let most = self.pace.clamp(1, Recorder::capacity());
        let (mut before, mut after) = (Some(before), Some(after));
        let pieces = work.chunks(most).count();
        for (number, piece) in work.chunks(most).enumerate() {
            let before = before.take();
            let after = if number + 1 == pieces { after.take() } else { None };
            let submitted = self.recorder.submit(
                &self.gpu,
                piece,
                |encoder| before.into_iter().for_each(|before| before(encoder)),
                |encoder| after.into_iter().for_each(|after| after(encoder)),
            );
            let wait = wgpu::PollType::Wait { submission_index: Some(submitted), timeout: None };
            self.gpu.device.poll(wait).map_err(|e| self.gpu.failed(&e.to_string()))?;
            self.gpu.check()?;
        }
        Ok(pieces as u32)
    }

    /// Validates, keeps the best weights, reads the epoch's numbers back and reports.
    fn end(&mut self, mut epoch: Epoch) -> Result<EpochReport> {
        while !epoch.running.is_empty() {
            self.finish_oldest(&mut epoch)?;
        }
        let trained = Instant::now();
        let replicas = self.run.replicas.len();
        let first_slot = self.run.steps() * replicas as u32;
        let mut work = self.evaluation_work(Split::Validation, Weights::Current, first_slot);
        work.push(Work {
            steps: self.replicas.iter().map(|replica| Step::of_live(replica.live)).collect(),
            dispatches: vec![&self.network.steps.keep_best],
        });
        let copies = self.epoch_buffers();
        let total: u64 = copies.iter().map(|(_, elements)| 4 * *elements as u64).sum();
        let staging = self.gpu.staging(total);
        let read_back = |encoder: &mut wgpu::CommandEncoder| {
            let mut at = 0;
            for (buffer, elements) in &copies {
                let bytes = 4 * *elements as u64;
                encoder.copy_buffer_to_buffer(buffer, 0, &staging, at, bytes);
                at += bytes;
            }
        };
        let submits = epoch.submits + self.submit_all(&work, |_| {}, read_back)?;
        let words: Vec<u32> = self.gpu.read_staging(&staging)?;
        let sizes: Vec<usize> = copies.iter().map(|(_, elements)| *elements).collect();
        self.submits = submits;
        let report = self.report(&epoch, &split_words(&words, &sizes));
        Ok(EpochReport {
            epoch: epoch.number,
            replicas: report,
            train_seconds: (trained - epoch.started).as_secs_f64(),
            evaluate_seconds: trained.elapsed().as_secs_f64(),
        })
    }

    /// What is read back after an epoch: sums, counts, flags, losses and the best weights.
    fn epoch_buffers(&self) -> Vec<(&wgpu::Buffer, usize)> {
        let (network, replicas) = (&self.network, self.run.replicas.len());
        vec![
            (&network.sums, network.slots * slot_length(&self.run)),
            (&network.confusion, 2 * replicas * confusion_length(&self.run)),
            (&network.tensors.kept, replicas),
            (&network.tensors.best_losses, replicas),
            (&network.tensors.best, replicas * network.layout.total()),
        ]
    }

    fn report(&mut self, epoch: &Epoch, parts: &[&[u32]]) -> Vec<ReplicaReport> {
        let [sums, confusion, kept, best_losses, best] = parts else { return vec![] };
        let sums: &[f32] = bytemuck::cast_slice(sums);
        self.best = bytemuck::cast_slice(best).to_vec();
        let (run, replicas) = (&self.run, self.run.replicas.len());
        let cells = confusion_length(run);
        let counts =
            |phase: usize, id: usize| &confusion[(phase * replicas + id) * cells..][..cells];
        let mut reports = vec![];
        for (id, replica) in run.replicas.iter().enumerate() {
            let state = &mut self.replicas[id];
            if !state.live {
                continue;
            }
            let rows = replica.splits.of(Split::Train).len();
            let steps = rows.div_ceil(run.step.batch_size);
            let slots = (0..steps).map(|step| step * replicas + id);
            let loss = |slot: usize| sums[slot * slot_length(run)];
            let bad = slots.clone().position(|slot| !loss(slot).is_finite());
            let train = evaluation(run, rows as u64, slots, sums, counts(0, id));
            let rows = replica.splits.of(Split::Validation).len();
            let blocks = rows.div_ceil(self.network.evaluation.capacity);
            let first = run.steps() as usize;
            let slots = (first..first + blocks).map(|block| block * replicas + id);
            let validation =
                (rows > 0).then(|| evaluation(run, rows as u64, slots, sums, counts(1, id)));
            state.steps += steps as u64;
            let is_kept = kept[id] == 1;
            if is_kept && validation.is_some() {
                state.best_loss = f64::from(f32::from_bits(best_losses[id]));
            }
            // No loss has seen the weights that the last step left.
            let last = (kept[id] == 2).then_some(epoch.step);
            let first_bad_step = bad.map(|step| step as u32 + 1).or(last);
            reports.push(ReplicaReport {
                replica: id,
                train,
                validation,
                first_bad_step,
                kept: is_kept,
            });
        }
        reports
    }
}

/// Cuts one array into parts of these sizes.
fn split_words<'a>(mut words: &'a [u32], sizes: &[usize]) -> Vec<&'a [u32]> {
    let mut part = |&size: &usize| {
        let (part, rest) = words.split_at(size.min(words.len()));
        words = rest;
        part
    };
    sizes.iter().map(&mut part).collect()
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
            "{} dispatches a step, {} submits and 1 read-back an epoch",
            self.network.steps.train.len(),
            self.submits
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
    use crate::params::{LayerStack, Parameters};

    fn run() -> Arc<Run> {
        let x = ndarray::Array2::from_shape_fn((40, 2), |(i, j)| ((i * 3 + j * 7) as f64).sin());
        let y = x.map_axis(ndarray::Axis(1), |row| row.sum()).insert_axis(ndarray::Axis(1));
        let dataset = Dataset::from_arrays("made", x.view().into_dyn(), Targets::Reals(y)).unwrap();
        let layers = LayerStack::Dense(vec![(4, "tanh".into()), (1, "linear".into())]);
        Arc::new(Run::new(&Parameters::new(layers, 0.1, 5, 4), &dataset).unwrap())
    }

    #[test]
    fn a_lost_device_is_an_error_and_the_best_weights_are_known() {
        let Some(adapter) = super::super::adapters().into_iter().next() else {
            eprintln!(
                "skipped a_lost_device_is_an_error_and_the_best_weights_are_known: no adapter"
            );
            return;
        };
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
        let after = backend.state().unwrap();
        for (name, tensor) in &before.tensors {
            assert_eq!(after.tensors[name].best, tensor.best, "{name}");
        }
    }
}
