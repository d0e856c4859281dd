//! The output of a command: standard output or a file, and never one of its inputs.

use std::path::Path;

use crate::error::{Error, Result};

/// Standard input or standard output instead of a file.
pub(super) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Refuses an output that is one of the inputs, also by another name or a link.
pub(super) fn check_apart(output: &Path, inputs: &[&Path]) -> Result<()> {
    if is_standard(output) {
        return Ok(());
    }
    for input in inputs.iter().filter(|input| !is_standard(input)) {
        let files =
            std::fs::canonicalize(input).and_then(|a| Ok((a, std::fs::canonicalize(output)?)));
        if files.is_ok_and(|(a, b)| a == b) {
            return Err(Error::input(format!(
                "-o {}: would replace what is read; choose another name",
                output.display()
            )));
        }
    }
    Ok(())
}
