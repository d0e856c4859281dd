//! A device with a schedule.

use std::sync::Arc;

use super::schedules::Schedules;
use crate::backend::Train;
use crate::cpu::{self, Cpu};
use crate::error::Result;
use crate::gpu::{self, Adapter, GpuBackend};
use crate::run::Run;

/// A device with a schedule.
#[derive(Clone, Copy)]
pub enum Candidate<'a> {
    /// The CPU.
    Cpu(cpu::Schedule),
    /// A GPU.
    Gpu(&'a Adapter, gpu::Schedule),
}

/// The candidates of devices, each with all its schedules; None is the CPU.
pub fn candidates(devices: &[Option<Adapter>]) -> Vec<Candidate<'_>> {
    devices.iter().flat_map(|device| of_device(device.as_ref())).collect()
}

/// A device with each of its schedules; None is the CPU.
pub fn of_device(device: Option<&Adapter>) -> Vec<Candidate<'_>> {
    let Schedules { cpu, gpu } = Schedules::all();
    match device {
        None => cpu.into_iter().map(Candidate::Cpu).collect(),
        Some(adapter) => {
            gpu.into_iter().map(|schedule| Candidate::Gpu(adapter, schedule)).collect()
        }
    }
}

impl Candidate<'_> {
    /// The device's name.
    pub fn device(&self) -> &str {
        match self {
            Candidate::Cpu(_) => "cpu",
            Candidate::Gpu(adapter, _) => &adapter.info.name,
        }
    }

    /// `cpu` or `gpu`.
    pub fn backend(&self) -> &'static str {
        match self {
            Candidate::Cpu(_) => "cpu",
            Candidate::Gpu(..) => "gpu",
        }
    }

    /// The schedule's name.
    pub fn schedule(&self) -> &'static str {
        match self {
            Candidate::Cpu(schedule) => schedule.name(),
            Candidate::Gpu(_, schedule) => schedule.name(),
        }
    }

    /// Opens it on a run, at the run's initial weights. Unfit where the network, or the device, can't
    /// have the schedule.
    pub async fn open(&self, run: &Arc<Run>) -> Result<Box<dyn Train>> {
        match *self {
            Candidate::Cpu(schedule) => {
                Cpu::<f32>::check_memory(run)?;
                Ok(Box::new(Cpu::<f32>::with_schedule(run.clone(), schedule)?))
            }
            Candidate::Gpu(adapter, schedule) => {
                let gpu = adapter.open().await?;
                Ok(Box::new(GpuBackend::with_schedule(gpu, run.clone(), schedule).await?))
            }
        }
    }
}
