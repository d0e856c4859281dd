//! A backend on an open device, on a schedule that fits.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Arc;

use super::backend::GpuBackend;
use crate::backend::ReplicaState;
use crate::error::{Error, Result};
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Kernels;
use crate::gpu::schedules::fit::{Refused, fitting};
use crate::gpu::schedules::network::DeviceNetwork;
use crate::gpu::schedules::schedule::Schedule;
use crate::gpu::session::data::Data;
use crate::gpu::session::record::Recorder;
use crate::params::Run;

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

    /// The memory of the device that data and network take.
    pub fn bytes(gpu: &Gpu, run: &Run) -> u64 {
        Data::bytes(run) + DeviceNetwork::bytes(gpu, run)
    }

    /// The same on the first of these schedules that fits, and why those before it do not.
    pub fn first_fitting(
        gpu: Gpu,
        run: Arc<Run>,
        schedules: &[Schedule],
    ) -> Result<(Option<Self>, Refused)> {
        let bytes = Self::bytes(&gpu, &run);
        let mut refused = vec![];
        let made = gpu.allocating(bytes, || {
            let mut kernels = Kernels::new(&gpu);
            let data = Data::new(&gpu, &run)?;
            let made =
                DeviceNetwork::new(&gpu, &mut kernels, &run, &data, schedules, &mut refused)?;
            let Some((schedule, network)) = made else { return Ok(None) };
            let recorder = Recorder::new(&gpu, &kernels, run.replicas.len())?;
            Ok(Some((kernels, data, schedule, network, recorder)))
        })?;
        let Some((kernels, data, schedule, network, recorder)) = made else {
            return Ok((None, refused));
        };
        gpu.wait()?;
        let fresh = ReplicaState { steps: 0, best_loss: f64::INFINITY, live: true };
        let best = vec![0.0; run.replicas.len() * network.layout.total()];
        // Nothing is known of a GPU's speed before its first step; software has no watchdog.
        let pace = if gpu.is_software { recorder.capacity } else { 1 };
        let backend = GpuBackend {
            schedule,
            kernels,
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
            epochs_done: 0,
            last_group: 1,
            evaluation_pace: Cell::new(pace),
            ready: VecDeque::new(),
            snapshot: None,
        };
        Ok((Some(backend), refused))
    }

    /// Goes on with another schedule, from where it is; the inner error says why it does not fit.
    pub fn use_schedule(&mut self, schedule: Schedule) -> Result<Result<(), String>> {
        let (gpu, run, data) = (&self.gpu, &self.run, &self.data);
        let built = gpu.allocating(0, || {
            fitting(&mut self.network.build(gpu, &mut self.kernels, run, data), schedule)
        });
        // Too little memory is a reason like others; a lost device is not.
        gpu.check()?;
        let built = built.unwrap_or_else(|refusal| Err(refusal.to_string()));
        Ok(built.map(|train| (self.network.train, self.schedule) = (train, schedule)))
    }
}
