//! Where a command's output goes, and what it must not replace.

use std::path::Path;

use crate::error::{Error, Result};

/// Standard input or standard output instead of a file.
pub(super) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Refuses an output that is one of the files that are read, by another name or a link too.
pub(super) fn check_apart(output: &Path, inputs: &[&Path]) -> Result<()> {
    let is_output = |input: &&&Path| {
        let files =
            std::fs::canonicalize(input).and_then(|a| Ok((a, std::fs::canonicalize(output)?)));
        !is_standard(input) && files.is_ok_and(|(a, b)| a == b)
    };
    if is_standard(output) || !inputs.iter().any(|input| is_output(&input)) {
        return Ok(());
    }
    Err(Error::input(format!(
        "-o {}: would replace what is read; choose another name",
        output.display()
    )))
}
