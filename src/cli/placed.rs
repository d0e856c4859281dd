//! Errors of a run with their places: the parameter file, or an option.

use std::path::Path;

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::params::Override;
use crate::run::Parameters;

/// Refuses data other than those that the parameter file names by their SHA-256; `remedy` says what to do.
pub(super) fn check_same_data(
    parameters: &Parameters,
    dataset: &Dataset,
    file: Option<&Path>,
    path: &Path,
    remedy: &str,
) -> Result<()> {
    match (&parameters.dataset_sha256, &dataset.sha256) {
        (Some(wanted), Some(found)) if !wanted.eq_ignore_ascii_case(found) => {
            Err(Error::input(format!(
                "DATASET_SHA256: found {wanted}, but {} has {found}: the data are not those of that \
                 run{remedy}",
                path.display()
            ))
            .within_file(file))
        }
        _ => Ok(()),
    }
}

/// An error of a run, within the place that gave its key the value: an option, or the file.
pub(super) fn placed(error: Error, file: Option<&Path>, overrides: &[Override]) -> Error {
    match overrides.iter().find(|own| error.outermost() == Some(own.key)) {
        Some(own) => error.set_by_option(&own.option),
        None => error.within_file(file),
    }
}

/// An error of the choice of a device: one about a key gets its place, one about an option has its own.
pub(super) fn placed_choice(error: Error, file: Option<&Path>, overrides: &[Override]) -> Error {
    if error.outermost().is_some() { placed(error, file, overrides) } else { error }
}
