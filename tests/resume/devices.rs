//! Runs on a GPU (lavapipe, where there is no other), killed and resumed there and on the CPU.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use gpu_mlp::rooms::artifact::{RunDirectory, Started, Timing};
use gpu_mlp::rooms::backend::{Description, Train};
use gpu_mlp::rooms::cpu::Cpu;
use gpu_mlp::rooms::data::Dataset;
use gpu_mlp::rooms::gpu::{Schedule, adapters};
use gpu_mlp::rooms::run::{Parameters, Run};
use gpu_mlp::rooms::train::train;
use nix::sys::signal::Signal;
use pollster::FutureExt as _;
use serde_json::{Value, json};

use crate::stopped::{assert_same_end, parameters, run_with_model_in_the_way, signal, started};
use crate::support::Folder;

/// A run of few steps: little work for a software device.
fn small(folder: &Folder, more: &Value) -> std::path::PathBuf {
    let mut changes = json!({"BATCH_SIZE": 35, "LAYER_ACTS": ["-", "prelu", "softmax"]});
    for (key, value) in more.as_object().into_iter().flatten() {
        changes[key] = value.clone();
    }
    parameters(folder, &changes)
}

#[test]
fn a_killed_run_on_a_gpu_ends_with_the_same_bits() {
    let test = "a_killed_run_on_a_gpu_ends_with_the_same_bits";
    let Some(adapter) = crate::adapter::first(test, adapters().block_on()) else { return };
    // Named, because two runs that race schedules may choose differently.
    for schedule in Schedule::ALL {
        let optimizer = match schedule {
            Schedule::Layered | Schedule::TwoPhase => json!({}),
            Schedule::Resident => json!({"OPTIMIZER": "sgd", "MOMENTUM": 0.9}),
        };
        killed_and_resumed(&adapter.info.name, schedule.name(), &optimizer);
    }
}

/// A run of [`small`] with these keys changed.
fn killed_and_resumed(device: &str, schedule: &str, more: &Value) {
    let folder = Folder::new();
    let own = small(&folder, more);
    let train =
        ["train", own.to_str().unwrap(), "--device", device, "--schedule", schedule, "--out"];
    folder.run(&[&train[..], &["whole"]].concat()).ended(0);
    let often = ["--checkpoint-every", "7"];
    let (mut child, _) = started(&folder, &[&train[..], &["run"], &often].concat(), 20);
    for lines in [40, 1] {
        signal(&child, Signal::SIGKILL);
        child.wait().unwrap();
        let resume = [&["train", "--resume", "run"], &often[..]].concat();
        (child, _) = started(&folder, &resume, lines);
    }
    signal(&child, Signal::SIGKILL);
    child.wait().unwrap();
    let ran = folder.run(&["train", "--resume", "run"]).ended(0);
    ran.says(&[&format!("device: {device}")]);
    assert!(!ran.stderr.contains("not to the bit"), "{}", ran.stderr);
    assert_same_end(&folder, "run", "whole");
}

#[test]
fn a_run_of_a_gpu_goes_on_on_the_cpu_with_the_same_losses_and_says_so() {
    let test = "a_run_of_a_gpu_goes_on_on_the_cpu_with_the_same_losses_and_says_so";
    let Some(adapter) = crate::adapter::first(test, adapters().block_on()) else { return };
    let folder = Folder::new();
    let own = small(&folder, &json!({}));
    let few = ["--set", "MAX_EPOCHS=30"];
    let train = ["train", own.to_str().unwrap(), "--device", &adapter.info.name];
    let train = [&train[..], &few].concat();
    folder.run(&[&train[..], &["--out", "whole"]].concat()).ended(0);
    let train = [&train[..], &["--out", "run", "--checkpoint-every", "8"]].concat();
    run_with_model_in_the_way(&folder, folder.command(&train), "run");
    let ran = folder.run(&["train", "--resume", "run", "--device", "cpu"]).ended(0);
    ran.says(&[
        "device: cpu (--device cpu)",
        "resumed: after epoch 24\n",
        &format!("note: {} (schedule \"", adapter.info.name),
        "losses will be the same to 1e-4, not to the bit",
    ]);
    let numbers = |run: &str| -> Vec<Vec<f64>> {
        let history = folder.read(&format!("{run}/history.csv"));
        let cells = |line: &str| line.split(',').map(|cell| cell.parse().unwrap()).collect();
        history.lines().skip(1).map(cells).collect()
    };
    let (own, whole) = (numbers("run"), numbers("whole"));
    assert_eq!(own.len(), 30);
    for (own, whole) in own.iter().zip(&whole) {
        for loss in [1, 3] {
            assert!((own[loss] - whole[loss]).abs() < 1e-4, "{own:?} {whole:?}");
        }
    }
    let summary = folder.json("run/summary.json");
    assert_eq!(summary["device"], "cpu");
    // Its figures are computed again on the same device, the CPU, to the bit.
    let ran = folder.run(&["evaluate", "run", "--json"]).ended(0);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    let loss = |split: &Value| split["loss"].as_f64().unwrap();
    for split in ["train", "validation"] {
        assert_eq!(found[split], summary[split], "{split}");
        let device = ["evaluate", "run", "--json", "--device", &adapter.info.name];
        let on_gpu: Value = serde_json::from_str(&folder.run(&device).ended(0).stdout).unwrap();
        assert!((loss(&on_gpu[split]) - loss(&summary[split])).abs() < 1e-4, "{on_gpu}");
    }
}

/// Another machine, or a card that was taken out.
#[test]
fn where_the_device_is_gone_another_can_be_named_whatever_the_schedule() {
    let folder = Folder::new();
    let own = parameters(&folder, &json!({"MAX_EPOCHS": 8}));
    let mut parameters = Parameters::read(&own, &[]).unwrap();
    (parameters.device, parameters.schedule) = ("A card that is gone".into(), "resident".into());
    let dataset = Dataset::read(Path::new(&parameters.dataset)).unwrap();
    let run = Arc::new(Run::new(&parameters, &dataset).unwrap());
    let mut cpu = Cpu::<f32>::new(run.clone());
    let Parameters { device, schedule, .. } = parameters.clone();
    let what = Description { device, schedule, ..cpu.description() };
    let (path, started) =
        (folder.path("run"), Started { at: Instant::now(), timing: Timing::default() });
    let mut directory =
        RunDirectory::create(&path, &run, &parameters.to_json(), None, what, started).unwrap();
    directory.checkpoint_every(3);
    // A folder in place of the model: the run does not come to its end.
    std::fs::create_dir(path.join("model.safetensors")).unwrap();
    train(&run, &mut cpu, &mut directory, &AtomicBool::new(false)).block_on().unwrap_err();
    std::fs::remove_dir(path.join("model.safetensors")).unwrap();
    drop(directory);
    folder.run(&["train", "--resume", "run"]).refused(&[
        "error: run/checkpoint.safetensors: computed on \"A card that is gone\"; name another with \
         --device; allowed: auto, ",
    ]);
    let ran = folder.run(&["train", "--resume", "run", "--device", "auto"]).ended(0);
    ran.says(&[
        "resumed: after epoch 6\n",
        "note: A card that is gone (schedule \"resident\") computed this run, and cpu (schedule ",
    ]);
    // params.json still names the card; the weights are those of the CPU.
    let ran = folder.run(&["evaluate", "run", "--json"]).ended(0);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found["validation"], folder.json("run/summary.json")["validation"]);
}
