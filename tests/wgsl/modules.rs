//! Every module and its pipelines as JSON, for the compilers of browsers: `tests/browser/check.py`.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::sources;

/// `GPU_MLP_MODULES=modules.json cargo test --test wgsl -- --ignored`
#[test]
#[ignore = "writes a file, where GPU_MLP_MODULES names one"]
fn writes_the_modules_for_browsers() {
    let place = std::env::var_os("GPU_MLP_MODULES").map(PathBuf::from);
    let modules: Vec<Value> = sources().iter().map(|(name, source)| module(name, source)).collect();
    let text = serde_json::to_string_pretty(&modules).unwrap();
    std::fs::write(place.expect("GPU_MLP_MODULES names a file"), text).unwrap();
}

/// A module: its name, its text, and one pipeline per entry point and choice of its constants.
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
            pipelines.push(json!({"entry": entry.name, "constants": constants}));
        }
    }
    json!({"name": name, "source": source, "pipelines": pipelines})
}
