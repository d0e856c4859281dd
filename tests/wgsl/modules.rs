//! Every module and its pipelines as JSON, for the compilers of browsers: `tests/browser/check.py`.

use std::collections::HashSet;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::sources;

/// `GPU_MLP_MODULES=modules.json cargo test --test wgsl -- --ignored`
#[test]
#[ignore = "writes a file, where GPU_MLP_MODULES names one"]
fn writes_the_modules_for_browsers() {
    let place = std::env::var_os("GPU_MLP_MODULES").map(PathBuf::from);
    let mut sources = sources();
    // Runs share most of their kernels.
    let mut known = HashSet::new();
    sources.retain(|(_, source)| known.insert(source.clone()));
    assert!(sources.iter().any(|(name, _)| name == OF_GATES), "{OF_GATES} is missing");
    let modules: Vec<Value> = sources.iter().map(|(name, source)| module(name, source)).collect();
    let text = serde_json::to_string_pretty(&modules).unwrap();
    std::fs::write(place.expect("GPU_MLP_MODULES names a file"), text).unwrap();
}

/// The module of GRU and LSTM, which apply no function: it has x itself in its place.
const OF_GATES: &str = "recurrent of x";

/// Whether a module is ever compiled with these constants: a cell is of one kind.
fn is_compiled(name: &str, constants: &Map<String, Value>) -> bool {
    let is_chosen = |name: &str| constants.get(name).is_some_and(|value| value == 1);
    match (is_chosen("IS_GRU"), is_chosen("IS_LSTM")) {
        (false, false) => true,
        (true, true) => false,
        _ => !name.starts_with("recurrent of ") || name == OF_GATES,
    }
}

/// A module: its name, its text, and one pipeline per entry point and choice of its constants that occurs.
fn module(name: &str, source: &str) -> Value {
    let module = naga::front::wgsl::parse_str(source).unwrap();
    // Those that are sizes stay at their defaults.
    let is_choice = |constant: &&naga::Override| {
        module.types[constant.ty].inner == naga::TypeInner::Scalar(naga::Scalar::BOOL)
    };
    let choices = module.overrides.iter().map(|(_, constant)| constant).filter(is_choice);
    let constants: Vec<&str> = choices.filter_map(|constant| constant.name.as_deref()).collect();
    let mut pipelines = vec![];
    for entry in &module.entry_points {
        for choice in 0..1 << constants.len() {
            let value = |(bit, name): (usize, &&str)| (name.to_string(), json!(choice >> bit & 1));
            let constants: Map<String, Value> = constants.iter().enumerate().map(value).collect();
            if is_compiled(name, &constants) {
                pipelines.push(json!({"entry": entry.name, "constants": constants}));
            }
        }
    }
    json!({"name": name, "source": source, "pipelines": pipelines})
}
