//! Checkpoints that are damaged or made to harm: refused, without a panic or much memory.

use std::path::Path;
use std::sync::Arc;

use gpu_mlp::rooms::artifact::StoredRun;
use gpu_mlp::rooms::data::Dataset;
use gpu_mlp::rooms::run::{Parameters, Run};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::refusals::stopped_run;
use crate::support::Folder;

fn run(directory: &Path) -> Arc<Run> {
    let parameters = Parameters::read(&directory.join("params.json"), &[]).unwrap();
    let dataset = Dataset::read(Path::new(&parameters.dataset)).unwrap();
    Arc::new(Run::new(&parameters, &dataset).unwrap())
}

/// The checkpoint, cut into the length of its header, the header, and the values.
fn parts(folder: &Folder) -> (String, Vec<u8>) {
    let bytes = folder.bytes("run/checkpoint.safetensors");
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    (String::from_utf8(bytes[8..8 + length].to_vec()).unwrap(), bytes[8 + length..].to_vec())
}

fn file(header: &str, values: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), values].concat()
}

#[test]
fn files_that_contradict_the_run_are_refused() {
    let folder = stopped_run();
    let run = run(&folder.path("run"));
    let (header, values) = parts(&folder);
    let stored = StoredRun::open(&folder.path("run")).unwrap();
    for (from, to, words) in [
        (
            r#"\"version\":2"#,
            r#"\"version\":3"#,
            "format version 3; this program reads version 2, and 1 of runs without weights: a newer gpu-mlp \
             wrote it",
        ),
        (r#"\"version\":2"#, r#"\"version\":0"#, "format version 0; this program reads version 2"),
        (r#"\"version\":2"#, r#"\"version\":-1"#, "its metadata can't be read"),
        (
            "layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[1,5,4]",
            "layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[1,4,5]",
            "this run has F32 of shape [1, 5, 4]",
        ),
        ("\"F32\",\"shape\":[1,5,4]", "\"I32\",\"shape\":[1,5,4]", "I32 of shape"),
        ("layers.0.weight\":{", "layers.9.weight\":{", "is missing"),
        (r#"\"epoch\":6"#, r#"\"epoch\":5"#, "its numbers contradict each other"),
        (r#"\"epochs\":6"#, r#"\"epochs\":4294967295"#, "its numbers contradict each other"),
        // What would overflow once more is counted.
        (
            r#"\"steps\":18,\"seconds"#,
            r#"\"steps\":18446744073709551615,\"seconds"#,
            "its numbers contradict each other",
        ),
        (
            r#"[{\"steps\":18,"#,
            r#"[{\"steps\":18446744073709551615,"#,
            "its numbers contradict each other",
        ),
        (r#"\"score_epochs\":"#, r#"\"score_epochs\":42949672"#, "its numbers contradict"),
        (r#"\"loss_epochs\":"#, r#"\"loss_epochs\":42949672"#, "its numbers contradict"),
        (r#"\"live\":true"#, r#"\"live\":false"#, "its numbers contradict each other"),
        (r#"\"stop\":null"#, r#"\"stop\":\"Paused\""#, "its metadata can't be read"),
        (r#"\"Classification\""#, r#"\"Regression\""#, "its metadata can't be read"),
        ("gpu_mlp_checkpoint", "gpu_mlp_checkpoinT", "is no checkpoint of gpu-mlp"),
    ] {
        assert!(header.contains(from), "{from} is not in {header}");
        // All numbers of a kind, as an editor would change them.
        folder.write("run/checkpoint.safetensors", file(&header.replacen(from, to, 1), &values));
        let error = stored.checkpoint(&run).unwrap_err();
        assert!(error.to_string().contains(words), "{from}: {error}");
    }
}

#[test]
fn every_bit_counts() {
    let folder = stopped_run();
    let run = run(&folder.path("run"));
    let (header, mut values) = parts(&folder);
    let stored = StoredRun::open(&folder.path("run")).unwrap();
    let refused = |header: &str, values: &[u8]| {
        folder.write("run/checkpoint.safetensors", file(header, values));
        let error = stored.checkpoint(&run).unwrap_err();
        assert!(error.to_string().contains("is damaged: its SHA-256 is not"), "{error}");
    };
    for at in [0, values.len() / 2, values.len() - 1] {
        values[at] ^= 1;
        refused(&header, &values);
        values[at] ^= 1;
    }
    refused(&header.replacen(r#"best_loss\":0."#, r#"best_loss\":1."#, 1), &values);
    refused(&header.replacen("\"sha256\"", "\"sha257\"", 1), &values);
}

#[test]
fn a_file_that_is_too_long_is_not_read() {
    let folder = stopped_run();
    let run = run(&folder.path("run"));
    let stored = StoredRun::open(&folder.path("run")).unwrap();
    // A sparse terabyte, which takes no room on the disk.
    let path = folder.path("run/checkpoint.safetensors");
    let sparse = std::fs::File::options().write(true).open(&path).unwrap();
    if sparse.set_len(1 << 40).is_err() {
        sparse.set_len(1 << 28).unwrap();
    }
    let error = stored.checkpoint(&run).unwrap_err();
    assert!(error.to_string().contains("too many for this run"), "{error}");
    // A header that claims to be as long as memory.
    folder.write("run/checkpoint.safetensors", [&[255; 8][..], b"{}"].concat());
    let error = stored.checkpoint(&run).unwrap_err();
    assert!(error.to_string().contains("is no safetensors file"), "{error}");
}

#[test]
fn damaged_bytes_never_panic_and_change_nothing() {
    let folder = stopped_run();
    let run = run(&folder.path("run"));
    let stored = StoredRun::open(&folder.path("run")).unwrap();
    let whole = folder.bytes("run/checkpoint.safetensors");
    let saved = stored.checkpoint(&run).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..2000 {
        let mut bytes = whole.clone();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..bytes.len());
            bytes[at] = random.random_range(0..=255);
        }
        if random.random_range(0..4) == 0 {
            bytes.truncate(random.random_range(0..bytes.len()));
        }
        folder.write("run/checkpoint.safetensors", bytes);
        if let Ok(found) = stored.checkpoint(&run) {
            assert_eq!(found, saved, "the damage is to nothing that is read");
        }
    }
}
