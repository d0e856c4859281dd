//! The adapter, its driver, limits and features.

use super::{Failure, Options};
use crate::chosen::adapter;

pub fn table(options: &Options) -> Result<(), Failure> {
    let adapter = adapter(options)?;
    let adapter = adapter.wgpu();
    let info = adapter.get_info();
    println!("adapter: {} ({:?}, {:?})", info.name, info.device_type, info.backend);
    println!("driver: {} {}", info.driver, info.driver_info);
    println!("subgroups: {} to {}", info.subgroup_min_size, info.subgroup_max_size);
    let limits = adapter.limits();
    println!("workgroup memory: {} bytes", limits.max_compute_workgroup_storage_size);
    println!("invocations a workgroup: {}", limits.max_compute_invocations_per_workgroup);
    println!("workgroups of a dimension: {}", limits.max_compute_workgroups_per_dimension);
    println!("storage buffers a stage: {}", limits.max_storage_buffers_per_shader_stage);
    println!("binding: {} MiB", limits.max_storage_buffer_binding_size >> 20);
    println!("buffer: {} MiB", limits.max_buffer_size >> 20);
    println!("all limits: {limits:?}");
    println!("features: {:?}", adapter.features());
    Ok(())
}
