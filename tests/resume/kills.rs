//! SIGKILL at random moments: sixty of them, on three kinds of runs, lose nothing.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::stopped::{assert_same_end, parameters};
use crate::support::{Folder, repository};

const KILLS: u32 = 20;

#[test]
fn a_classification_loses_nothing() {
    twenty_kills(1, &json!({}), "7");
}

#[test]
fn a_regression_with_learned_slopes_under_momentum_and_a_falling_rate_loses_nothing() {
    let changes = json!({
        "NPZ_DATASET": repository("datasets/diabetes.npz"),
        "LAYER_SIZES": [10, 4, 1], "LAYER_ACTS": ["-", "prelu", "linear"],
        "ACC_PATIENCE": null, "R2_PATIENCE": 100_000, "BATCH_SIZE": 103, "MAX_EPOCHS": 700,
        "OPTIMIZER": "sgd", "MOMENTUM": 0.9, "LR_SCHEDULE": "cosine(1e-5)",
    });
    twenty_kills(2, &changes, "1");
}

#[test]
fn a_network_of_signals_under_sgd_without_validation_loses_nothing() {
    let layers = json!([
        {"type": "conv1d", "filters": 2, "kernel": 5, "stride": 4, "activation": "relu"},
        {"type": "maxpool1d", "size": 4},
        {"type": "dense", "units": 3, "activation": "softmax"},
    ]);
    let changes = json!({
        "NPZ_DATASET": repository("datasets/cylinder_bell_funnel.npz"),
        "LAYERS": layers, "LAYER_SIZES": null, "LAYER_ACTS": null, "OPTIMIZER": "sgd",
        "ACC_PATIENCE": null, "LOSS_PATIENCE": null, "SPLIT": [1, 0], "MAX_EPOCHS": 40,
    });
    twenty_kills(3, &changes, "3");
}

/// Runs are begun, killed and resumed until they end; each ends like the run that was left alone.
fn twenty_kills(seed: u64, changes: &Value, every: &str) {
    let folder = Folder::new();
    let own = parameters(&folder, changes);
    folder.train(&own, "whole", &[]).ended(0);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut kills, mut number) = (0, 0);
    while kills < KILLS {
        let run = format!("run{number}");
        kills += killed_until_it_ends(&folder, &own, (&run, every), &mut random);
        assert_same_end(&folder, &run, "whole");
        number += 1;
    }
}

/// How often it was killed.
fn killed_until_it_ends(
    folder: &Folder,
    own: &Path,
    (run, every): (&str, &str),
    random: &mut ChaCha8Rng,
) -> u32 {
    for kills in 0.. {
        let resume = ["train", "--resume", run, "--checkpoint-every", every];
        let begin = own.to_str().unwrap();
        let begin = ["train", begin, "--backend", "cpu", "--out", run, "--checkpoint-every", every];
        let begun = folder.path(&format!("{run}/params.json")).exists();
        if !begun && kills > 0 {
            folder.run(&resume).refused(&["--resume run"]);
        }
        let mut command = folder.command(if begun { &resume } else { &begin });
        let log = File::create(folder.path("log")).unwrap();
        let mut child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        // Longer and longer, so that it comes to its end on any machine.
        let most = 30 + 10 * u64::from(kills);
        std::thread::sleep(Duration::from_millis(random.random_range(0..most)));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        if let Some(code) = status.code() {
            assert_eq!(code, 0, "{}", folder.read("log"));
            return kills;
        }
        if folder.path(&format!("{run}/summary.json")).exists() {
            // Killed after its end; the checkpoint, which goes last, may still be there.
            folder.run(&resume).refused(&["this run has ended (summary.json: max_epochs)"]);
            let _ = std::fs::remove_file(folder.path(&format!("{run}/checkpoint.safetensors")));
            return kills + 1;
        }
    }
    0
}
