//! The limits of a device that a kernel on quads needs.

use crate::error::{Error, Result};
use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::limits::{ITERATIONS, WORKGROUPS};

/// The needs of a kernel, for the check before it is compiled.
pub(super) struct Needs {
    /// Bytes of workgroup memory.
    pub bytes: usize,
    /// The fewest loop iterations of an invocation.
    pub iterations: u64,
    /// Storage buffers.
    pub buffers: usize,
    /// The most workgroups in one dimension.
    pub workgroups: usize,
}

impl Needs {
    /// The error is unfit if a limit of the device is too small.
    pub fn check(&self, gpu: &Gpu) -> Result<()> {
        let limits = &gpu.limits;
        let memory = limits.max_compute_workgroup_storage_size as usize;
        if self.bytes > memory {
            return Err(Error::unfit(format!(
                "takes {} bytes of workgroup memory, and the device has {memory}",
                self.bytes
            )));
        }
        if gpu.is_software && self.iterations > ITERATIONS {
            return Err(Error::unfit(format!(
                "makes {} turns of loops a dispatch, and software drivers can be trusted with \
                 {ITERATIONS}",
                self.iterations
            )));
        }
        let buffers = limits.max_storage_buffers_per_shader_stage as usize;
        if self.buffers > buffers {
            return Err(Error::unfit(format!(
                "takes {} storage buffers, and the device has {buffers}",
                self.buffers
            )));
        }
        if self.workgroups > WORKGROUPS {
            return Err(Error::unfit(format!(
                "takes {} workgroups in one dimension, and devices take {WORKGROUPS}",
                self.workgroups
            )));
        }
        Ok(())
    }
}
