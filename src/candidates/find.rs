//! Finds a GPU: by number, by a part of its name, or the first real one.

use crate::error::{Error, Result};
use crate::gpu::{Adapter, adapters};

/// The remedy where no adapter is found.
const INSTALL: &str = "a GPU needs its maker's Vulkan, Metal or DX12 driver; a software one, for \
                       tests: apt-get install mesa-vulkan-drivers libvulkan1";

/// Who asks for a device or a schedule: the start of an error.
pub struct SaidBy {
    /// The key of the parameter file; None for an option, or a checkpoint, which the words name.
    key: Option<&'static str>,
    /// The words before the reason: `--device 7`, `found "7"`.
    words: String,
}

impl SaidBy {
    /// An option of the command line, or whatever else the words name.
    pub fn option(words: impl Into<String>) -> Self {
        SaidBy { key: None, words: words.into() }
    }

    /// A key of the parameter file with its value.
    pub fn key(key: &'static str, value: &str) -> Self {
        SaidBy { key: Some(key), words: format!("found {value:?}") }
    }

    /// The error of a refusal; the reason begins with its own punctuation or blank.
    pub fn refuse(&self, reason: impl std::fmt::Display) -> Error {
        let error = Error::input(format!("{}{reason}", self.words));
        match self.key {
            Some(key) => error.within(key),
            None => error,
        }
    }
}

impl std::fmt::Display for SaidBy {
    /// `DEVICE: found "7"`, inside a sentence.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.key {
            Some(key) => write!(f, "{key}: {}", self.words),
            None => f.write_str(&self.words),
        }
    }
}

/// Every GPU that is not software.
pub async fn real_gpus() -> Vec<Adapter> {
    adapters().await.into_iter().filter(|adapter| !adapter.is_software()).collect()
}

/// The first real GPU, for one who asks.
pub async fn first_gpu(said_by: &SaidBy) -> Result<Adapter> {
    let all = adapters().await;
    let found = names(&all);
    first_real(all).ok_or_else(|| {
        said_by.refuse(format!(
            ": no GPU was found, only {found}; a software device is used where --device names it; \
             {INSTALL}"
        ))
    })
}

/// The first real GPU, or why none is taken where nobody asks for one.
pub(super) async fn unasked() -> Result<Adapter, String> {
    let all = adapters().await;
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

/// The GPU of this number, or the only one whose name contains the text, in any case.
pub async fn named_gpu(wanted: &str, said_by: &SaidBy) -> Result<Adapter> {
    let all = adapters().await;
    let found = names(&all);
    if let Ok(index) = wanted.parse::<usize>() {
        return all
            .into_iter()
            .nth(index)
            .ok_or_else(|| said_by.refuse(format!("; there is no such number; allowed: {found}")));
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
        (None, _) => Err(said_by.refuse(format!("; allowed: auto, {found}; {INSTALL}"))),
        (Some(_), false) => Err(said_by.refuse(format!(
            "; several devices have that in their names; choose by number: {found}"
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
