//! Command lines that are refused.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::console::message;
use crate::params::{Meaning, meaning};

/// Prints clap's error, or, for a setting given as an option, how to give it.
pub(super) fn refused(error: &clap::Error) -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    if let (ErrorKind::UnknownArgument, Some(ContextValue::String(option))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
        && let Some(words) = as_setting(option, &arguments)
    {
        message(&format!("error: {words}"));
        return ExitCode::from(2);
    }
    // No other place is left for an error.
    let _ = error.print();
    ExitCode::from(error.exit_code().clamp(0, 255) as u8)
}

/// `--lr 0.1` of a command that takes settings, as `--set LR=0.1`.
fn as_setting(option: &str, arguments: &[String]) -> Option<String> {
    if !["train", "check"].contains(&arguments.get(1)?.as_str()) {
        return None;
    }
    let option = option.split('=').next()?;
    let key = match meaning(option.strip_prefix("--")?)? {
        Meaning::Key(key) => key,
        Meaning::Told(words) => return Some(format!("{option}: {words}")),
    };
    let value = arguments.iter().enumerate().find_map(|(index, argument)| {
        match argument.strip_prefix(option)? {
            "" => arguments.get(index + 1).cloned(),
            rest => rest.strip_prefix('=').map(String::from),
        }
    });
    let value = value.unwrap_or_else(|| "...".into());
    Some(format!("{option}: settings are keys of the parameter file; write --set {key}={value}"))
}
