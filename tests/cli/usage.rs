//! The command line itself.

use crate::support::{Folder, Ran, repository};

#[test]
fn help_and_version_are_told_on_standard_output() {
    let folder = Folder::new();
    let help = folder.run(&["--help"]).ended(0);
    assert!(help.stdout.contains("train") && help.stdout.contains("inspect"), "{}", help.stdout);
    let version = folder.run(&["--version"]).ended(0);
    assert_eq!(version.stdout.trim(), format!("gpu-mlp {}", env!("CARGO_PKG_VERSION")));
    let train = folder.run(&["train", "--help"]).ended(0);
    for option in [
        "--resume",
        "--checkpoint-every",
        "--set",
        "--out",
        "--backend",
        "--device",
        "--threads",
        "--json",
        "--trace-first",
    ] {
        assert!(train.stdout.contains(option), "{option}");
    }
}

#[test]
fn a_setting_given_as_an_option_is_answered_with_set() {
    let folder = Folder::new();
    for (arguments, words) in [
        (
            &["--lr", "0.1"][..],
            "error: --lr: settings are keys of the parameter file; write --set LR=0.1\n",
        ),
        (&["--batch-size=5"], "write --set BATCH_SIZE=5\n"),
        (&["--epochs", "5"], "write --set MAX_EPOCHS=5\n"),
        (&["--dropout", "0.5"], "error: --dropout: dropout is a layer of LAYERS"),
    ] {
        folder.run(&[&["train", "x.json"], arguments].concat()).refused(&[words]);
    }
    folder.run(&["predict", "run", "--lr", "1"]).refused(&["unexpected argument '--lr'"]);
}

/// The lines of a driver's layer without a desktop session.
#[test]
fn devices_are_listed_without_a_complaint() {
    let folder = Folder::new();
    let mut devices = folder.command(&["devices"]);
    devices.env_remove("XDG_RUNTIME_DIR");
    let ran = Ran::from(devices.output().unwrap()).ended(0);
    assert_eq!(ran.stderr, "");
    let said = "a software adapter: it computes on the CPU, so auto never takes it; --device";
    assert_eq!(ran.stdout.contains("(software, "), ran.stdout.contains(said), "{}", ran.stdout);
}

#[test]
fn help_fits_eighty_columns() {
    let folder = Folder::new();
    for command in [
        "train",
        "check",
        "init",
        "evaluate",
        "predict",
        "export",
        "devices",
        "bench",
        "inspect",
        "schema",
        "completions",
    ] {
        for form in ["--help", "-h"] {
            let help = folder.run(&[command, form]).ended(0).stdout;
            let wide = help.lines().find(|line| line.chars().count() > 80);
            assert_eq!(wide, None, "{command} {form}");
        }
    }
}

#[test]
fn the_schema_is_the_one_that_ships() {
    let ran = Folder::new().run(&["schema"]).ended(0);
    let shipped = std::fs::read_to_string(repository("docs/parameters.schema.json")).unwrap();
    assert!(ran.stdout == shipped, "{}", ran.stdout);
    assert_eq!(ran.stderr, "");
}

#[test]
fn without_arguments_the_commands_are_told() {
    let ran = Folder::new().run(&[]).ended(2);
    assert_eq!(ran.stdout, "");
    ran.says(&["Usage: gpu-mlp", "train", "inspect"]);
}

#[test]
fn wrong_usage_is_refused() {
    let folder = Folder::new();
    for (arguments, words) in [
        (&["trian", "x.json"][..], "unrecognized subcommand 'trian'"),
        (&["train"], "<FILE>"),
        (&["train", "x.json", "--bogus"], "'--bogus'"),
        (&["train", "x.json", "--backend", "tpu"], "possible values: auto, gpu, cpu"),
        (&["train", "x.json", "--threads", "0"], "0 is not in 1..=256"),
        // Refused without millions of threads, or minutes of time.
        (&["train", "x.json", "--threads", "257"], "257 is not in 1..=256"),
        (&["train", "x.json", "--threads", "65535"], "65535 is not in 1..=256"),
        (&["inspect"], "<FILE>"),
    ] {
        folder.run(arguments).refused(&[words]);
    }
    assert!(folder.list("").is_empty());
}

#[test]
fn an_instruction_set_that_is_none_is_refused() {
    let folder = Folder::new();
    let mut command = folder.command(&["devices"]);
    let ran = Ran::from(command.env("GPU_MLP_SIMD", "sse9").output().unwrap());
    ran.refused(&["GPU_MLP_SIMD=sse9", "allowed here: ", "portable"]);
}
