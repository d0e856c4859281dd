//! What can compute a job: the schedules of the CPU and of every GPU.

use std::sync::Arc;

use crate::backend::Backend;
use crate::cpu::{self, Cpu};
use crate::error::{Error, Result};
use crate::gpu::{self, Adapter, GpuBackend};
use crate::run::Run;

/// A schedule of a device.
#[derive(Clone, Copy)]
pub struct Contender<'a> {
    /// None is the CPU.
    device: Option<&'a Adapter>,
    schedule: Schedule,
}

#[derive(Clone, Copy)]
enum Schedule {
    Cpu(cpu::Schedule),
    Gpu(gpu::Schedule),
}

/// All schedules of a device; None is the CPU.
pub fn contenders(device: Option<&Adapter>) -> Vec<Contender<'_>> {
    let schedules: Vec<Schedule> = match device {
        None => cpu::Schedule::ALL.map(Schedule::Cpu).to_vec(),
        Some(_) => gpu::Schedule::ALL.map(Schedule::Gpu).to_vec(),
    };
    schedules.into_iter().map(|schedule| Contender { device, schedule }).collect()
}

impl Contender<'_> {
    /// The device's name.
    pub fn device(&self) -> &str {
        self.device.map_or("cpu", |adapter| &adapter.info.name)
    }

    /// `cpu` or `gpu`.
    pub fn backend(&self) -> &'static str {
        if self.device.is_some() { "gpu" } else { "cpu" }
    }

    /// The schedule's name.
    pub fn schedule(&self) -> &'static str {
        match self.schedule {
            Schedule::Cpu(schedule) => schedule.name(),
            Schedule::Gpu(schedule) => schedule.name(),
        }
    }

    /// Opens it on a run, at the run's initial weights. A schedule that does not fit the network or the
    /// device is an [`Error::Input`] that says why.
    pub fn open(&self, run: &Arc<Run>) -> Result<Box<dyn Backend>> {
        match (self.device, self.schedule) {
            (Some(adapter), Schedule::Gpu(schedule)) => {
                Ok(Box::new(GpuBackend::with_schedule(adapter.open()?, run.clone(), schedule)?))
            }
            (_, Schedule::Cpu(schedule)) => {
                Cpu::<f32>::check_memory(run)?;
                let cpu = Cpu::<f32>::with_schedule(run.clone(), schedule);
                let refused = |why| Error::input(format!("schedule {:?}: {why}", schedule.name()));
                Ok(Box::new(cpu.map_err(refused)?))
            }
            (None, Schedule::Gpu(_)) => Err(Error::input("a schedule of a GPU needs one")),
        }
    }
}
