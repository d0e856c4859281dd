//! The parameter files that ship.

use std::path::PathBuf;

use gpu_mlp::rooms::run::Parameters;

use crate::support::{Folder, Ran, repository};

fn parameter_files() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(repository("params")).unwrap();
    let paths = folder.map(|file| file.unwrap().path());
    let mut files: Vec<_> = paths.filter(|p| p.extension().is_some_and(|e| e == "json")).collect();
    files.sort();
    files
}

#[test]
fn every_file_is_read() {
    let files = parameter_files();
    assert!(files.len() >= 26, "{files:?}");
    for file in files {
        Parameters::read(&file, &[]).unwrap();
    }
}

#[test]
fn every_file_whose_data_ship_trains_for_an_epoch() {
    let folder = Folder::new();
    let mut trained = 0;
    for file in parameter_files() {
        let dataset = Parameters::read(&file, &[]).unwrap().dataset;
        if !repository("datasets").join(dataset).exists() {
            folder.train(&file, "none", &[]).refused(&["DATASET: found ", "README"]);
            continue;
        }
        let name = file.file_stem().unwrap().to_str().unwrap().to_string();
        folder.train(&file, &name, &["--set", "MAX_EPOCHS=1"]).ended(0);
        assert_eq!(folder.list(&name).len(), 4, "{name}");
        trained += 1;
    }
    assert!(trained >= 14, "{trained}");
}

/// The two commands as they are typed in the root of a clone.
#[test]
fn a_file_is_found_in_params_and_its_data_in_datasets() {
    let folder = Folder::new();
    for command in [
        ["train", "params_reg.json", "--device", "auto"],
        ["train", "params_clf.json", "--backend", "cpu"],
    ] {
        let out = folder.path(command[1]);
        let mut train = folder.command(&command);
        train.arg("--out").arg(&out).current_dir(repository(""));
        let ran = Ran::from(train.output().unwrap()).ended(0);
        ran.says(&[&format!("parameters: params/{}\n", command[1]), "stopped at epoch "]);
        assert!(out.join("model.safetensors").exists());
    }
    folder
        .train("nosuch.json".as_ref(), "none", &[])
        .refused(&["error: nosuch.json: there is no such file, nor params/nosuch.json\n"]);
}
