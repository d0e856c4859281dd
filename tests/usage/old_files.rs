//! Models of the first release, with its results: later releases read them, and get the same.
//! (`tests/resume/old_run.rs` goes on with a run of it.)

use serde_json::Value;

use crate::support::{Folder, repository};

/// A model of classes (an expression, a PReLU), one of values, one of signals, and the data of each.
const MODELS: [(&str, &str); 3] =
    [("clf", "iris.npz"), ("reg", "diabetes.npz"), ("sig", "cylinder_bell_funnel.npz")];

fn old(name: &str) -> String {
    repository("tests/fixtures/old").join(name).display().to_string()
}

/// That release printed seven digits.
fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-6 * expected.abs().max(1.0)
}

#[test]
fn old_models_predict_what_they_did() {
    for (name, data) in MODELS {
        let folder = Folder::new();
        let data = repository("datasets").join(data).display().to_string();
        let ran = folder.run(&["predict", &old(&format!("{name}.safetensors")), &data]).ended(0);
        let expected = std::fs::read_to_string(old(&format!("{name}.csv"))).unwrap();
        assert!(ran.stdout.lines().count() > expected.lines().count(), "{name}");
        // Probabilities bear the names of classes now.
        for (found, expected) in ran.stdout.lines().zip(expected.lines()).skip(1) {
            let cells: Vec<_> = found.split(',').zip(expected.split(',')).collect();
            let same = |(found, expected): &(&str, &str)| match (found.parse(), expected.parse()) {
                (Ok(found), Ok(expected)) => near(found, expected),
                _ => found == expected,
            };
            assert!(cells.iter().all(same), "{name}: {found}, expected {expected}");
            assert_eq!(found.split(',').count(), expected.split(',').count(), "{name}");
        }
    }
}

#[test]
fn old_models_are_evaluated_as_they_were() {
    for (name, data) in MODELS {
        let folder = Folder::new();
        let model = old(&format!("{name}.safetensors"));
        let data = repository("datasets").join(data).display().to_string();
        let ran = folder.run(&["evaluate", &model, &data, "--json"]).ended(0);
        let found: Value = serde_json::from_str(&ran.stdout).unwrap();
        let text = std::fs::read_to_string(old(&format!("{name}.json"))).unwrap();
        let expected: Value = serde_json::from_str(&text).unwrap();
        for (key, value) in expected.as_object().unwrap() {
            match value.as_f64() {
                Some(expected) => {
                    let own = found[key].as_f64().unwrap();
                    assert!(near(own, expected), "{name}, {key}: {own}, expected {expected}");
                }
                None if key == "confusion" || key == "task" => assert_eq!(found[key], *value),
                None => assert!(!found[key].is_null(), "{name} has no {key}"),
            }
        }
    }
}
