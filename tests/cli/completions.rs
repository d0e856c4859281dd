//! `gpu-mlp completions`.

use crate::support::Folder;

/// Lets bash complete the last of the words, as it does where Tab is pressed behind them.
#[cfg(unix)]
const COMPLETE: &str = r#"
source "$0"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
function=$(complete -p gpu-mlp | sed 's/.*-F \([^ ]*\).*/\1/')
"$function" gpu-mlp "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;

/// The subcommands that `--help` lists.
fn subcommands(help: &str) -> Vec<&str> {
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    // What goes on on a second line is indented further.
    let names = listed.lines().filter_map(|line| {
        line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split(' ').next()
    });
    names.collect()
}

#[test]
fn the_script_of_every_shell_names_every_subcommand() {
    let folder = Folder::new();
    let help = folder.run(&["--help"]).ended(0).stdout;
    let names = subcommands(&help);
    assert!(names.contains(&"train") && names.contains(&"completions"), "{names:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = folder.run(&["completions", shell]).ended(0);
        assert_eq!(ran.stderr, "");
        for name in names.iter().chain(&["checkpoint-every"]) {
            assert!(ran.stdout.contains(name), "{shell}: {name}");
        }
        // The console escapes what steers a terminal: a script may have none of it.
        assert!(!ran.stdout.contains("\\u{"), "{shell}");
    }
}

#[cfg(unix)]
#[test]
fn bash_completes_subcommands_options_and_values() {
    let folder = Folder::new();
    let script = folder.run(&["completions", "bash"]).ended(0).stdout;
    let script = folder.write("gpu-mlp.bash", script);
    let bash = |arguments: &[&str]| {
        let mut bash = std::process::Command::new("bash");
        bash.args(["--norc", "--noprofile"]).args(arguments);
        bash
    };
    assert!(bash(&["-n"]).arg(&script).status().unwrap().success());
    for (words, completed) in [
        (&["tr"][..], "train"),
        (&["train", "--res"], "--resume"),
        (&["train", "--backend", ""], "auto gpu cpu"),
        (&["export", "--format", ""], "onnx"),
        (&["completions", "z"], "zsh"),
    ] {
        let mut bash = bash(&["-c", COMPLETE]);
        let ran = bash.arg(&script).arg("gpu-mlp").args(words).output().unwrap();
        let found = String::from_utf8(ran.stdout).unwrap();
        let found: Vec<&str> = found.split_whitespace().collect();
        assert_eq!(found.join(" "), completed, "{words:?}");
    }
}

#[test]
fn a_shell_without_a_script_is_refused() {
    let words = "possible values: bash, elvish, fish, powershell, zsh";
    Folder::new().run(&["completions", "tcsh"]).refused(&[words]);
}
