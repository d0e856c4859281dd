//! The command line itself.

use crate::support::Folder;

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
fn help_fits_eighty_columns() {
    let folder = Folder::new();
    for command in ["train", "evaluate", "predict", "export", "devices", "bench", "inspect"] {
        for form in ["--help", "-h"] {
            let help = folder.run(&[command, form]).ended(0).stdout;
            let wide = help.lines().find(|line| line.chars().count() > 80);
            assert_eq!(wide, None, "{command} {form}");
        }
    }
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
        // Not the millions of threads, or minutes, that it would take.
        (&["train", "x.json", "--threads", "257"], "257 is not in 1..=256"),
        (&["train", "x.json", "--threads", "65535"], "65535 is not in 1..=256"),
        (&["inspect"], "<FILE>"),
    ] {
        folder.run(arguments).refused(&[words]);
    }
    assert!(folder.list("").is_empty());
}
