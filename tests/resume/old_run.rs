//! A run of the first release that was stopped after ten of twenty epochs: later releases resume it.

use std::collections::HashMap;

use safetensors::SafeTensors;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::stopped::{assert_same_end, parameters, stop_at_the_end};
use crate::support::{Folder, repository};

const FILES: [&str; 4] =
    ["checkpoint.safetensors", "history.csv", "model.safetensors", "params.json"];

/// The training and the validation loss of each epoch.
fn losses(history: &str) -> Vec<[f64; 2]> {
    let number = |cell: Option<&str>| cell.and_then(|cell| cell.parse().ok()).unwrap();
    let epoch = |line: &str| {
        let mut cells = line.split(',').skip(1);
        let train = number(cells.next());
        [train, number(cells.nth(1))]
    };
    history.lines().skip(1).map(epoch).collect()
}

#[test]
fn an_old_run_goes_on_as_if_it_had_not_been_stopped() {
    let folder = Folder::new();
    let old = repository("tests/fixtures/old");
    for name in FILES {
        folder
            .write(&format!("run/{name}"), std::fs::read(old.join("stopped").join(name)).unwrap());
    }
    // The data are elsewhere now: the one key that may change.
    let mut parameters: Value = folder.json("run/params.json");
    parameters["parameters"]["NPZ_DATASET"] =
        repository("datasets/cylinder_bell_funnel.npz").display().to_string().into();
    folder.write("run/params.json", parameters.to_string());
    folder.run(&["train", "--resume", "run"]).ended(0);
    let (before, after) = (
        std::fs::read_to_string(old.join("stopped/history.csv")).unwrap(),
        folder.read("run/history.csv"),
    );
    assert!(after.starts_with(&before), "{after}");
    let (found, whole) =
        (losses(&after), losses(&std::fs::read_to_string(old.join("whole.csv")).unwrap()));
    assert_eq!((found.len(), whole.len()), (20, 20));
    let next = before.lines().count() - 1;
    for (found, expected) in found[next].iter().zip(&whole[next]) {
        // From the same state, an epoch of 105 steps on other machines' instructions.
        assert!((found - expected).abs() < 1e-4, "{found}, expected {expected}");
    }
    // Rounding grows from step to step, but not to another result.
    assert!((found[19][1] - whole[19][1]).abs() < 0.05, "{:?} {:?}", found[19], whole[19]);
}

/// Makes the checkpoint of run/ one of format version 1, whose bytes are the same otherwise.
fn as_version_1(folder: &Folder) {
    let bytes = folder.bytes("run/checkpoint.safetensors");
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let text = header.metadata().as_ref().unwrap()["gpu_mlp_checkpoint"].clone();
    let text = text.replacen("\"version\":2,", "\"version\":1,", 1);
    assert!(text.contains("\"version\":1,"), "{text}");
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut arrays = file.tensors();
    arrays.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut digest = Sha256::new();
    arrays.iter().for_each(|(_, array)| digest.update(array.data()));
    digest.update(&text);
    let digest: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let metadata = [("gpu_mlp_checkpoint", text), ("sha256", digest)];
    let metadata = HashMap::from(metadata.map(|(key, text)| (key.to_string(), text)));
    folder.write(
        "run/checkpoint.safetensors",
        safetensors::serialize(arrays, Some(metadata)).unwrap(),
    );
}

/// Since then the mean of a weighted batch has another divisor.
#[test]
fn an_old_run_goes_on_unless_its_steps_mean_something_else_now() {
    for (changes, goes_on) in [
        (json!({}), true),
        (json!({"CLASS_WEIGHT": "balanced", "BATCH_GRADIENT": "sum"}), true),
        (json!({"CLASS_WEIGHT": [1, 2, 3]}), false),
    ] {
        let folder = Folder::new();
        let mut changes = changes;
        changes["MAX_EPOCHS"] = 8.into();
        let own = parameters(&folder, &changes);
        folder.train(&own, "whole", &[]).ended(0);
        stop_at_the_end(&folder, &own, "run", "3");
        as_version_1(&folder);
        let ran = folder.run(&["train", "--resume", "run"]);
        if goes_on {
            ran.ended(0).says(&["resumed: after epoch 6\n"]);
            assert_same_end(&folder, "run", "whole");
        } else {
            ran.refused(&[
                "run/checkpoint.safetensors: format version 1, of a gpu-mlp that divided",
                "end it with the gpu-mlp that began it, or begin it again; without ",
                "the run begins again at its first epoch",
            ]);
        }
    }
}
