//! The examples: each runs, and needs nothing but what a stranger has.

use std::path::PathBuf;
use std::process::Command;

/// The examples' sources.
fn sources() -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir("examples").unwrap().map(|entry| entry.unwrap().path())
}

/// Cargo puts tests in `deps`, and examples in the folder beside it.
fn built(source: &std::path::Path) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.parent().unwrap().with_file_name("examples").join(source.file_stem().unwrap())
}

#[test]
fn every_example_runs() {
    let mut seen = 0;
    for source in sources() {
        let example = built(&source);
        let name = source.display();
        assert!(example.is_file(), "{name} is not built: `cargo build --examples` does it");
        let ran = Command::new(example).output().unwrap();
        assert!(ran.status.success(), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
        assert!(!ran.stdout.is_empty(), "{name} prints nothing");
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn examples_use_the_root_of_the_library_std_and_ndarray() {
    for source in sources() {
        let text = std::fs::read_to_string(&source).unwrap();
        for used in text.split("\nuse ").skip(1) {
            let used = used.split(';').next().unwrap();
            let names = used.strip_prefix("gpu_mlp::");
            let of_the_root = names.is_some_and(|names| !names.contains("::"));
            let of_others = ["std::", "ndarray::"].iter().any(|other| used.starts_with(other));
            assert!(of_the_root || of_others, "{}: use {used}", source.display());
        }
        let deep = text.split("gpu_mlp::").skip(1).any(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != ':').next().unwrap().contains("::")
                && rest.starts_with(char::is_lowercase)
        });
        assert!(!deep, "{} names a path inside of a module", source.display());
    }
}
