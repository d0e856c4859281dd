//! A run on an open device, on a schedule that fits.

use std::sync::Arc;

use super::build::Build;
pub use super::fit::Refused;
use super::fit::{first_fitting, fitting};
use crate::error::{Error, Result};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Kernels;
use crate::gpu::device::limits::WORKGROUPS;
use crate::gpu::session::data::Data;
use crate::gpu::session::network::{DeviceNetwork, NetworkBuffers};
use crate::gpu::session::run::Session;
use crate::gpu::session::schedule::Schedule;
use crate::gpu::session::slots::Slots;
use crate::gpu::session::train::check;
use crate::gpu::session::workspace::Workspace;
use crate::run::Run;

/// The bytes of device memory that data and network take.
pub(in crate::rooms::gpu) fn bytes(gpu: &Gpu, run: &Run) -> u64 {
    Data::bytes(run) + NetworkBuffers::bytes(gpu, run)
}

/// A run at its initial weights, on the first of these schedules that fits, and the reasons why others do not.
pub(in crate::rooms::gpu) async fn open(
    gpu: Gpu,
    run: Arc<Run>,
    schedules: &[Schedule],
) -> Result<(Option<Session>, Refused)> {
    if run.replicas.len() > WORKGROUPS {
        return Err(Error::unfit(format!(
            "{} replicas, and a device takes {WORKGROUPS}; use fewer, or --device cpu",
            run.replicas.len()
        ))
        .within(&gpu.name));
    }
    let mut refused = vec![];
    let made = gpu.allocating(bytes(&gpu, &run), run.replicas.len(), || {
        let mut kernels = Kernels::new(&gpu);
        let data = Data::new(&gpu, &run)?;
        let buffers = NetworkBuffers::new(&gpu, &run)?;
        let mut build =
            Build { gpu: &gpu, kernels: &mut kernels, run: &run, data: &data, buffers: &buffers };
        let found = first_fitting(&mut build, schedules, &mut refused)?;
        let Some((schedule, train)) = found else { return Ok(None) };
        let steps = build.steps()?;
        let recorder = build.recorder(&train)?;
        let network = DeviceNetwork { buffers, steps, schedule, train };
        Ok(Some((kernels, data, network, recorder)))
    });
    let made = made.await?;
    let Some((kernels, data, network, recorder)) = made else { return Ok((None, refused)) };
    gpu.wait().await?;
    let slots = Slots::new(run.replicas.len());
    Ok((Some(Session { gpu, run, kernels, data, network, recorder, slots }), refused))
}

/// Goes on with another schedule; the error is unfit if it does not take the network or the device.
pub(in crate::rooms::gpu) async fn use_schedule(
    session: &mut Session,
    schedule: Schedule,
) -> Result<()> {
    let mut build = Build::of(session);
    let gpu = build.gpu;
    let built = gpu.allocating(0, 1, || fitting(&mut build, schedule)).await;
    // Too little memory makes the schedule unfit; a lost device is an error of its own.
    gpu.check()?;
    let train = built?;
    session.recorder = Build::of(session).recorder(&train)?;
    session.write_table();
    (session.network.train, session.network.schedule) = (train, schedule);
    Ok(())
}

/// The dispatches of a step that overwrites no quantity, and the buffers that hold the quantities.
pub(in crate::rooms::gpu) struct FirstStep {
    pub workspace: Workspace,
    /// A copy of the weights to work on, as long as they are: running values move in a step.
    pub weights: wgpu::Buffer,
    pub dispatches: Vec<Dispatch>,
}

/// A first step, ready to be recorded.
pub(in crate::rooms::gpu) fn trace_steps(session: &mut Session) -> Result<FirstStep> {
    let mut build = Build::of(session);
    let workspace = build.workspace()?;
    let all = build.run.replicas.len() * build.buffers.layout.total();
    let weights = build.gpu.storage("the weights of a first step", all)?;
    let dispatches = build.trace(&workspace, &weights);
    check(build.gpu, dispatches.iter())?;
    Ok(FirstStep { workspace, weights, dispatches })
}
