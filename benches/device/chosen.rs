//! The adapter that a table is about.

use gpu_mlp::rooms::candidates::{SaidBy, first_gpu, named_gpu};
use gpu_mlp::rooms::gpu::Adapter;
use pollster::FutureExt as _;

use crate::{Failure, Options};

/// The adapter of that name or number, as `gpu-mlp --device` finds it; without one the first real GPU.
pub fn adapter(options: &Options) -> Result<Adapter, Failure> {
    Ok(match &options.device {
        None => first_gpu(&SaidBy::option("without --device")).block_on()?,
        Some(wanted) => {
            named_gpu(wanted.trim(), &SaidBy::option(format!("--device {wanted}"))).block_on()?
        }
    })
}
