//! The adapter that a table is about.

use gpu_mlp::candidates::{first_gpu, named_gpu};
use gpu_mlp::gpu::Adapter;

use crate::{Failure, Options};

/// The adapter of that name or number, as `gpu-mlp --device` finds it; without one the first real GPU.
pub fn adapter(options: &Options) -> Result<Adapter, Failure> {
    Ok(match &options.device {
        None => first_gpu("without --device")?,
        Some(wanted) => named_gpu(wanted.trim(), &format!("--device {wanted}"))?,
    })
}
