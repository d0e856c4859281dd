//! The GPU that is meant: by number, by a part of its name, or the first real one.

use crate::error::{Error, Result};
use crate::gpu::{Adapter, adapters};

/// What to get where no adapter is found.
const INSTALL: &str = "a GPU needs its maker's Vulkan, Metal or DX12 driver; a software one, for \
                       tests: apt-get install mesa-vulkan-drivers libvulkan1";

/// Every GPU that is no software.
pub fn real_gpus() -> Vec<Adapter> {
    adapters().into_iter().filter(|adapter| !adapter.is_software()).collect()
}

/// The first real GPU; `said_by` stands in front of the error, and tells who asks for one.
pub fn first_gpu(said_by: &str) -> Result<Adapter> {
    let all = adapters();
    let found = names(&all);
    first_real(all).ok_or_else(|| {
        Error::input(format!(
            "{said_by}: no GPU was found, only {found}; a software device is used where --device names it; \
             {INSTALL}"
        ))
    })
}

/// The first real GPU, or why none is taken where nobody asks for one.
pub(super) fn unasked() -> Result<Adapter, String> {
    let all = adapters();
    let why = match all.first() {
        None => "no GPU was found".into(),
        Some(software) => format!(
            "no GPU was found but {}, a software adapter, which computes on the CPU too and is taken only \
             where --device names it",
            software.info.name
        ),
    };
    first_real(all).ok_or(why)
}

/// The GPU of that number, or the only one whose name has that part, in any case; `said_by` stands in front of
/// the error.
pub fn named_gpu(wanted: &str, said_by: &str) -> Result<Adapter> {
    let all = adapters();
    let found = names(&all);
    if let Ok(index) = wanted.parse::<usize>() {
        return all.into_iter().nth(index).ok_or_else(|| {
            Error::input(format!("{said_by}; there is no such number; allowed: {found}"))
        });
    }
    let wanted = wanted.to_lowercase();
    let mut matching: Vec<Adapter> = all
        .into_iter()
        .filter(|adapter| adapter.info.name.to_lowercase().contains(&wanted))
        .collect();
    // One card under several drivers (Vulkan and DX12), or twin cards: the first will do.
    matching.dedup_by_key(|adapter| (adapter.info.name.clone(), adapter.info.device));
    match (matching.pop(), matching.is_empty()) {
        (Some(adapter), true) => Ok(adapter),
        (None, _) => Err(Error::input(format!("{said_by}; allowed: auto, {found}; {INSTALL}"))),
        (Some(_), false) => Err(Error::input(format!(
            "{said_by}; several devices have that in their names; choose by number: {found}"
        ))),
    }
}

fn first_real(adapters: Vec<Adapter>) -> Option<Adapter> {
    adapters.into_iter().find(|adapter| !adapter.is_software())
}

/// `0: NVIDIA H200 (Vulkan), 1: llvmpipe (Vulkan), cpu`
fn names(adapters: &[Adapter]) -> String {
    let numbered = adapters.iter().enumerate();
    let mut names: Vec<String> = numbered
        .map(|(index, Adapter { info, .. })| format!("{index}: {} ({:?})", info.name, info.backend))
        .collect();
    names.push("cpu".into());
    names.join(", ")
}
