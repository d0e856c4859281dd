//! The groups of rows: no window of moments crosses them, and no split of examples cuts them.

use crate::data::npz::Archive;
use crate::data::numbers::Numbers;
use crate::error::{Error, Result};
use crate::text::listed;

/// The groups in the array of this name, one number per row.
pub(in crate::rooms::data) fn read_groups(archive: &mut Archive, name: &str) -> Result<Vec<i64>> {
    let within = |what: String| Error::input(what).within("GROUPS");
    if !archive.has(name) {
        let arrays: Vec<String> = archive.names().map(String::from).collect();
        return Err(within(format!(
            "found {name:?}, and the archive has no such array; allowed: one of {}",
            listed(&arrays)
        )));
    }
    let groups = match archive.numbers(name) {
        Ok(Numbers::Integers(values)) => values,
        Ok(Numbers::Bytes(values)) => values.mapv(i64::from),
        Ok(Numbers::Reals(_)) | Err(_) => {
            return Err(within(format!(
                "array {name} is none of whole numbers; allowed: one of them per row, that fit 64 bits"
            )));
        }
    };
    match groups.ndim() {
        1 => Ok(groups.into_iter().collect()),
        axes => Err(within(format!(
            "array {name} has {axes} axes; allowed: one, with a number per row"
        ))),
    }
}
