//! An open device: its queue, its faults, and how much it holds.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once};

use futures_intrusive::channel::shared::{OneshotReceiver, oneshot_channel};

use crate::error::{Error, ErrorKind, Result};
use crate::memory::refuse_beyond;

thread_local! {
    /// Whether this thread polls a device: panics of a poll are caught, and not printed.
    static IN_POLL: Cell<bool> = const { Cell::new(false) };
}

/// Panics that [`Gpu::poll`] catches are not printed; all others are, as before.
fn quiet_caught_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IN_POLL.get() {
                before(panic);
            }
        }));
    });
}

/// The first fault is the cause; those after it follow from it.
fn keep_first(first: &Mutex<Option<Error>>, fault: Error) {
    if let Ok(mut first) = first.lock() {
        first.get_or_insert(fault);
    }
}

/// Work that the device was given.
pub(in crate::rooms::gpu) struct Submitted {
    index: wgpu::SubmissionIndex,
    done: OneshotReceiver<()>,
}

/// An open device.
pub struct Gpu {
    pub(in crate::rooms::gpu) device: wgpu::Device,
    pub(in crate::rooms::gpu) queue: wgpu::Queue,
    /// The adapter's name.
    pub name: String,
    /// Whether it computes on the CPU.
    pub is_software: bool,
    /// The largest buffer that a kernel can bind, in bytes. Lower it before you make a backend of the device
    /// to try data larger than a binding.
    pub binding_limit: u64,
    /// What the adapter allows.
    pub(in crate::rooms::gpu) limits: wgpu::Limits,
    /// How many times buffers were read back.
    pub(in crate::rooms::gpu) read_backs: Cell<u32>,
    /// Bytes written to its buffers.
    pub(in crate::rooms::gpu) uploaded: Cell<u64>,
    fault: Arc<Mutex<Option<Error>>>,
    is_lost: Arc<AtomicBool>,
}

impl Gpu {
    /// Opens a device of the adapter with all its limits.
    pub(super) async fn open(
        adapter: &wgpu::Adapter,
        info: &wgpu::AdapterInfo,
        limits: &wgpu::Limits,
    ) -> Result<Self> {
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("gpu-mlp"),
            required_limits: limits.clone(),
            ..Default::default()
        };
        let (device, queue) = adapter.request_device(&descriptor).await.map_err(|e| {
            Error::failed(format!("can't be opened: {e}; go on with --device cpu"))
                .within(&info.name)
        })?;
        quiet_caught_panics();
        let fault = Arc::new(Mutex::new(None));
        let of_error = fault.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            keep_first(&of_error, Error::failed(error.to_string()));
        }));
        let is_lost = Arc::new(AtomicBool::new(false));
        let (of_loss, lost) = (fault.clone(), is_lost.clone());
        device.set_device_lost_callback(move |reason, message| {
            lost.store(true, Ordering::Relaxed);
            if reason != wgpu::DeviceLostReason::Destroyed {
                let fault = format!("the device was lost: {message}");
                keep_first(&of_loss, Error::device_lost(fault));
            }
        });
        Ok(Gpu {
            device,
            queue,
            name: info.name.clone(),
            is_software: info.device_type == wgpu::DeviceType::Cpu,
            // Kernels count elements in 32 bits.
            binding_limit: limits
                .max_storage_buffer_binding_size
                .min(limits.max_buffer_size)
                .min(u64::from(u32::MAX)),
            limits: limits.clone(),
            read_backs: Cell::new(0),
            uploaded: Cell::new(0),
            fault,
            is_lost,
        })
    }

    /// The error that the device has reported, if it has.
    pub(in crate::rooms::gpu) fn check(&self) -> Result<()> {
        let fault = self.fault.lock().ok().and_then(|fault| fault.clone());
        let Some(mut fault) = fault else { return Ok(()) };
        // A lost device may report any fault first; a poll tells whether it is lost.
        let _ = self.polled(wgpu::PollType::Poll);
        if self.is_lost.load(Ordering::Relaxed) && fault.kind != ErrorKind::DeviceLost {
            fault = Error::device_lost(format!("the device was lost: {}", fault.message));
        }
        Err(self.own(fault))
    }

    /// An error of this device.
    pub(in crate::rooms::gpu) fn failed(&self, message: &str) -> Error {
        self.own(Error::failed(message))
    }

    /// The error of a device that does not answer any more.
    pub(in crate::rooms::gpu) fn lost(&self) -> Error {
        self.own(Error::device_lost("the device was lost"))
    }

    /// A fault with the device's name, and how to go on.
    fn own(&self, mut fault: Error) -> Error {
        fault.message += "; go on with --device cpu, or a smaller BATCH_SIZE";
        fault.within(&self.name)
    }

    /// Submits the recorded commands.
    pub(in crate::rooms::gpu) fn submit(&self, encoder: wgpu::CommandEncoder) -> Submitted {
        let index = self.queue.submit([encoder.finish()]);
        let (tell, done) = oneshot_channel();
        self.queue.on_submitted_work_done(move || {
            // Nobody waits for commands that only write.
            let _ = tell.send(());
        });
        Submitted { index, done }
    }

    /// Waits until every submit so far is done.
    pub(in crate::rooms::gpu) async fn wait(&self) -> Result<()> {
        let nothing = self.device.create_command_encoder(&Default::default());
        self.finished(self.submit(nothing)).await
    }

    /// Waits until a submit is done.
    pub(in crate::rooms::gpu) async fn finished(&self, submitted: Submitted) -> Result<()> {
        let Submitted { index, done } = submitted;
        self.poll(wgpu::PollType::Wait { submission_index: Some(index), timeout: None })?;
        // In a browser a poll does not wait: the answer comes later.
        done.receive().await.ok_or_else(|| self.lost())?;
        self.check()
    }

    /// Polls the device; a panic becomes an error like any other.
    pub(super) fn poll(&self, until: wgpu::PollType) -> Result<()> {
        match self.polled(until) {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => keep_first(&self.fault, Error::failed(error.to_string())),
            Err(_) => keep_first(&self.fault, Error::device_lost("the device was lost")),
        }
        self.check()
    }

    /// Catches the panic of wgpu 30 when a wait fails because the device is lost. (So the crate must not be built
    /// with panic = "abort".)
    fn polled(
        &self,
        until: wgpu::PollType,
    ) -> std::thread::Result<Result<wgpu::PollStatus, wgpu::PollError>> {
        IN_POLL.set(true);
        let polled = catch_unwind(AssertUnwindSafe(|| self.device.poll(until)));
        IN_POLL.set(false);
        polled
    }

    /// Runs `work`, which allocates `bytes` for the replicas. Too little memory is refused before if the memory left
    /// is known (software devices share the system's); otherwise it is an error of the allocation.
    pub(in crate::rooms::gpu) async fn allocating<R>(
        &self,
        bytes: u64,
        replicas: usize,
        work: impl FnOnce() -> Result<R>,
    ) -> Result<R> {
        if self.is_software {
            refuse_beyond(bytes, &self.name, replicas)?;
        }
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let result = work();
        if let Some(error) = scope.pop().await {
            return Err(Error::unfit(format!(
                "too little memory for data and {}: {bytes} bytes are needed ({error}); use \
                 --device cpu, or a smaller network, BATCH_SIZE or data set",
                if replicas == 1 { "network".into() } else { format!("{replicas} replicas") }
            ))
            .within(&self.name));
        }
        self.check()?;
        result
    }
}
