//! Links that somebody planted, runs that begin at once, and a directory that goes while a run writes to it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::json;

use crate::stopped::{parameters, started, stop_at_the_end};
use crate::support::{Folder, Ran};

#[test]
fn a_link_in_the_directory_of_a_run_is_refused_and_nothing_is_written_through_it() {
    for file in ["params.json", "history.csv", "model.safetensors"] {
        let folder = Folder::new();
        let own = folder.parameters(json!({}));
        // Even to a file that is not there yet.
        fs::create_dir(folder.path("run")).unwrap();
        symlink(folder.path("outside"), folder.path(&format!("run/{file}"))).unwrap();
        folder.train(&own, "run", &[]).refused(&["--out run: ", file, "is a link"]);
        assert!(!folder.path("outside").exists());
    }
    let folder = Folder::new();
    let own = parameters(&folder, &json!({"MAX_EPOCHS": 8}));
    stop_at_the_end(&folder, &own, "run", "3");
    fs::rename(folder.path("run/history.csv"), folder.path("outside")).unwrap();
    symlink(folder.path("outside"), folder.path("run/history.csv")).unwrap();
    let before = folder.read("outside");
    folder.run(&["train", "--resume", "run"]).refused(&["history.csv is a link"]);
    assert_eq!(folder.read("outside"), before);
}

#[test]
fn names_that_were_once_those_of_unfinished_files_are_not_written_to() {
    let folder = Folder::new();
    let own = folder.parameters(json!({}));
    folder.write("outside", "precious");
    for file in ["params.json", "summary.json", "model.safetensors"] {
        fs::create_dir_all(folder.path("run")).unwrap();
        symlink(folder.path("outside"), folder.path(&format!("run/{file}.partial"))).unwrap();
    }
    folder.train(&own, "run", &[]).ended(0);
    assert_eq!(folder.read("outside"), "precious");
    symlink(folder.path("outside"), folder.path("p.csv.partial")).unwrap();
    let iris = crate::support::repository("datasets/iris.npz");
    let predict = ["predict", "run/model.safetensors", iris.to_str().unwrap(), "-o", "p.csv"];
    folder.run(&predict).ended(0);
    assert_eq!(
        (folder.read("outside").as_str(), folder.read("p.csv").lines().count()),
        ("precious", 151)
    );
}

#[test]
fn a_file_that_is_replaced_keeps_its_mode_and_a_new_one_has_that_of_the_mask() {
    let folder = Folder::new();
    folder.train(&folder.parameters(json!({})), "run", &[]).ended(0);
    let iris = crate::support::repository("datasets/iris.npz");
    let predict = ["predict", "run/model.safetensors", iris.to_str().unwrap(), "-o", "p.csv"];
    let mode = |name: &str| fs::metadata(folder.path(name)).unwrap().permissions().mode() & 0o777;
    folder.run(&predict).ended(0);
    folder.write("plain", "");
    assert_eq!(mode("p.csv"), mode("plain"));
    fs::set_permissions(folder.path("p.csv"), fs::Permissions::from_mode(0o640)).unwrap();
    folder.run(&predict).ended(0);
    assert_eq!(mode("p.csv"), 0o640);
}

/// Each file is whole: the last writer to end has the name.
#[test]
fn predictions_of_two_processes_to_one_file_do_not_mix() {
    let folder = Folder::new();
    folder.train(&folder.parameters(json!({})), "run", &[]).ended(0);
    let row = |value: usize| format!("{value}.5,3.5,1.4,0.2\n");
    for (name, value) in [("a.csv", 1), ("b.csv", 9)] {
        folder.write(name, row(value).repeat(20_000));
    }
    let one = |data: &str, out: &str| {
        folder.command(&["predict", "run/model.safetensors", data, "-o", out]).spawn().unwrap()
    };
    let both = [one("a.csv", "out.csv"), one("b.csv", "out.csv")];
    both.into_iter().for_each(|mut child| assert!(child.wait().unwrap().success()));
    let alone = ["a.csv", "b.csv"].map(|data| {
        assert!(one(data, "alone.csv").wait().unwrap().success());
        folder.read("alone.csv")
    });
    assert!(alone.contains(&folder.read("out.csv")));
    assert!(!folder.list(".").iter().any(|name| name.contains(".partial")));
}

#[test]
fn runs_that_begin_in_one_second_have_a_directory_each() {
    let folder = Folder::new();
    let own = folder.parameters(json!({"MAX_EPOCHS": 1}));
    let train = ["train", own.to_str().unwrap(), "--backend", "cpu"];
    let start = |_| {
        let mut command = folder.command(&train);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
        command.spawn().unwrap()
    };
    let children: Vec<_> = (0..24).map(start).collect();
    for child in children {
        Ran::from(child.wait_with_output().unwrap()).ended(0);
    }
    let runs = folder.list("runs");
    assert_eq!(runs.len(), 24, "{runs:?}");
    for run in runs {
        assert_eq!(folder.list(&format!("runs/{run}")).len(), 4, "{run}");
    }
}

#[test]
fn a_directory_that_is_deleted_while_the_run_goes_on_is_told_as_that() {
    let folder = Folder::new();
    let own = parameters(&folder, &json!({}));
    let train = ["train", own.to_str().unwrap(), "--backend", "cpu", "--out", "run"];
    let (mut child, _) = started(&folder, &train, 1);
    fs::remove_dir_all(folder.path("run")).unwrap();
    let mut stdout = child.stdout.take().unwrap();
    std::io::copy(&mut stdout, &mut std::io::sink()).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).ended(1);
    ran.says(&["error: run: the directory of the run was deleted or moved", "another --out"]);
    assert!(!ran.stderr.contains("--resume"), "{}", ran.stderr);
}
