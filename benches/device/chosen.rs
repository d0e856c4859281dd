//! The adapter that a table is about.

use gpu_mlp::gpu::{Adapter, adapters};

use crate::{Failure, Options};

/// The first adapter of that name or number; without one the first real GPU.
pub fn adapter(options: &Options) -> Result<Adapter, Failure> {
    let all = adapters();
    let names: Vec<String> = all.iter().map(|adapter| adapter.info.name.clone()).collect();
    let index = index(options, &names, |at| !all[at].is_software());
    all.into_iter().nth(index.unwrap_or(names.len())).ok_or_else(|| none(options, &names))
}

/// Which of these adapters it is.
pub fn index(
    options: &Options,
    names: &[String],
    is_real: impl Fn(usize) -> bool,
) -> Option<usize> {
    let is_wanted = |at: &usize| match &options.device {
        None => is_real(*at),
        Some(wanted) => {
            wanted.parse() == Ok(*at) || names[*at].to_lowercase().contains(&wanted.to_lowercase())
        }
    };
    (0..names.len()).find(is_wanted)
}

/// What to say where there is none.
pub fn none(options: &Options, names: &[String]) -> Failure {
    let wanted = options.device.as_deref().unwrap_or("a real GPU");
    let found = if names.is_empty() { "no adapter".into() } else { names.join(", ") };
    format!("there is no adapter like {wanted}; found: {found}").into()
}
