//! An open device: its queue, its faults, and how much it holds.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, Once};

use crate::error::{Error, Result};
use crate::memory::refuse_beyond;

thread_local! {
    /// Whether this thread is inside a wait, whose panics are caught and need no report.
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
fn keep_first(fault: &Mutex<Option<String>>, message: String) {
    if let Ok(mut fault) = fault.lock() {
        fault.get_or_insert(message);
    }
}

/// An open device.
pub struct Gpu {
    pub(in crate::gpu) device: wgpu::Device,
    pub(in crate::gpu) queue: wgpu::Queue,
    /// The adapter's name.
    pub name: String,
    /// Whether it computes on the CPU.
    pub is_software: bool,
    /// The largest buffer that a kernel can be given, in bytes. May be lowered before a backend is
    /// made of the device, to try how data larger than a binding are dealt with.
    pub binding_limit: u64,
    /// What the adapter allows.
    pub(in crate::gpu) limits: wgpu::Limits,
    /// How often buffers were read back, in all.
    pub(in crate::gpu) read_backs: Cell<u32>,
    /// Bytes that were written to it.
    pub(in crate::gpu) uploaded: Cell<u64>,
    fault: Arc<Mutex<Option<String>>>,
}

impl Gpu {
    /// Opens a device of the adapter of this info, with all its limits.
    pub(super) fn open(
        adapter: &wgpu::Adapter,
        info: &wgpu::AdapterInfo,
        limits: &wgpu::Limits,
    ) -> Result<Self> {
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("gpu-mlp"),
            required_limits: limits.clone(),
            ..Default::default()
        };
        let (device, queue) =
            pollster::block_on(adapter.request_device(&descriptor)).map_err(|e| {
                Error::failed(format!("can't be opened: {e}; go on with --device cpu"))
                    .within(&info.name)
            })?;
        quiet_caught_panics();
        let fault = Arc::new(Mutex::new(None));
        let of_error = fault.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            keep_first(&of_error, error.to_string());
        }));
        let of_loss = fault.clone();
        device.set_device_lost_callback(move |reason, message| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                keep_first(&of_loss, format!("the device was lost: {message}"));
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
        })
    }

    /// The error that the device has reported, if it has.
    pub(in crate::gpu) fn check(&self) -> Result<()> {
        let fault = self.fault.lock().ok().and_then(|fault| fault.clone());
        match fault {
            None => Ok(()),
            Some(message) => Err(self.failed(&message)),
        }
    }

    /// An error of this device, and how to go on.
    pub(in crate::gpu) fn failed(&self, message: &str) -> Error {
        Error::failed(format!("{message}; go on with --device cpu, or a smaller BATCH_SIZE"))
            .within(&self.name)
    }

    /// Waits until the queue is empty.
    pub(in crate::gpu) fn wait(&self) -> Result<()> {
        self.poll(wgpu::PollType::wait_indefinitely())
    }

    /// Waits until a submit is done.
    pub(in crate::gpu) fn wait_for(&self, index: wgpu::SubmissionIndex) -> Result<()> {
        self.poll(wgpu::PollType::Wait { submission_index: Some(index), timeout: None })
    }

    /// wgpu 30 panics where a wait fails because the device is lost: that panic is caught here, and
    /// becomes an error like any other. (So the crate must not be built with panic = "abort".)
    fn poll(&self, until: wgpu::PollType) -> Result<()> {
        IN_POLL.set(true);
        let polled = catch_unwind(AssertUnwindSafe(|| self.device.poll(until)));
        IN_POLL.set(false);
        match polled {
            Ok(done) => done.map_err(|e| self.failed(&e.to_string())).map(drop)?,
            Err(_) => keep_first(&self.fault, "the device was lost".into()),
        }
        self.check()
    }

    /// Runs `work`, which allocates `bytes` in all. Too little memory is refused before, where the
    /// memory left is known (software devices share the system's), and an error where it is not.
    pub(in crate::gpu) fn allocating<R>(
        &self,
        (bytes, replicas): (u64, usize),
        work: impl FnOnce() -> Result<R>,
    ) -> Result<R> {
        if self.is_software {
            refuse_beyond(bytes, &self.name, replicas)?;
        }
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let result = work();
        if let Some(error) = pollster::block_on(scope.pop()) {
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
