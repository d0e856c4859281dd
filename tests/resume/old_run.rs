//! A run of the first release that was stopped after ten of twenty epochs: later ones go on with it.

use serde_json::Value;

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
    // The data lie elsewhere now: the one key that may change.
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
