//! `gpu-mlp completions`

use clap::Command;
use clap_complete::{Generator, Shell};

use super::console;
use crate::error::{Error, Result};

/// Prints a script with which a shell completes subcommands, options and their values.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The shell that reads the script
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script that completes `command`.
pub(super) fn run(arguments: &Arguments, command: Command) -> Result<()> {
    console::line(script(arguments.shell, command)?.trim_end())
}

fn script(shell: Shell, mut command: Command) -> Result<String> {
    let name = command.get_name().to_string();
    command.set_bin_name(&name);
    command.build();
    let mut script = vec![];
    let written = shell.try_generate(&command, &mut script);
    written.map_err(|e| Error::failed(format!("can't make the script: {e}")))?;
    let script = String::from_utf8_lossy(&script);
    // clap_complete 4.6 writes a name with a hyphen in two ways, and bash completes no option of a subcommand:
    // https://github.com/clap-rs/clap/issues/6421.
    Ok(match shell {
        Shell::Bash => script.replace(&name.replace('-', "__subcmd__"), &name.replace('-', "__")),
        _ => script.into_owned(),
    })
}
