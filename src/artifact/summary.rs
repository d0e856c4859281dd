//! summary.json: the end of a run, for programs.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::backend::Description;
use crate::clock::Instant;
use crate::data::Split;
use crate::metrics::figures_json;
use crate::plan::Loss;
use crate::run::Run;
use crate::train::Outcome;

/// The times outside training, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// Reading and checking parameters and data.
    pub load: f64,
    /// Opening the device and compiling.
    pub compile: f64,
    /// From the start of the process, or of all its processes for a resumed run.
    pub total: f64,
}

/// The start of a process, and its timing so far; the total is that of earlier processes.
#[derive(Debug, Clone, Copy)]
pub struct Started {
    /// When the process began.
    pub at: Instant,
    /// Its load and compile, and as the total the time of earlier processes.
    pub timing: Timing,
}

/// The summary of a run's (first) replica; its figures are those of the best weights.
pub fn summary(run: &Run, outcome: &Outcome, description: &Description, timing: Timing) -> Value {
    let mut summary = Map::new();
    let mut put = |key: &str, value: Value| summary.insert(key.into(), value);
    put("dataset", json!(run.name));
    put("task", json!(run.network.task().name()));
    if let Loss::OfValues(loss) = run.network.loss() {
        put("loss", json!(loss.name));
    }
    let rows = |split| run.folds.first().map_or(0, |fold| fold.rows(split).len());
    put("rows", Split::ALL.iter().map(|&s| (s.name().to_string(), json!(rows(s)))).collect());
    put("backend", json!(description.backend));
    put("device", json!(description.device));
    put("schedule", json!(description.schedule));
    if let Some(replica) = outcome.replicas.first() {
        put("epochs", json!(replica.epochs));
        put("best_epoch", json!(replica.best_epoch));
        // A run goes on as long as any replica does.
        let reason = outcome.interrupted().unwrap_or(replica).stop;
        put("stop_reason", json!(reason.name()));
        for (split, figures) in Split::ALL.iter().zip(&replica.best) {
            if let Some(figures) = figures {
                put(split.name(), figures_json(figures));
            }
        }
    }
    put(
        "seconds",
        json!({
            "load": timing.load,
            "compile": timing.compile,
            "train": outcome.seconds.train,
            "evaluate": outcome.seconds.evaluate,
            "total": timing.total,
        }),
    );
    put("steps", json!(outcome.steps));
    let per_step = outcome.seconds.train * 1e6 / outcome.steps.max(1) as f64;
    put("microseconds_per_step", json!(per_step));
    Value::Object(summary)
}
