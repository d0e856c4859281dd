//! NPZ archives: a zip file with one `.npy` array per member, as `np.savez` writes them.
//!
//! Nothing in a file is believed before it is checked: a header is parsed with bounds, its element
//! count is compared with the bytes that are really there, and memory grows only as bytes arrive.
//! Pickled Python objects are never loaded.

mod archive;
mod dtype;
mod elements;
mod header;
mod info;
mod literal;
mod signature;
mod stream;

use std::path::Path;

use super::numbers::Numbers;
use crate::error::Result;

pub use info::ArrayInfo;

pub(super) use archive::Archive;
pub(super) use stream::ArrayStream;

/// Every array of the archive at `path`, in the archive's order; reads headers, not elements.
pub fn list(path: &Path) -> Result<Vec<ArrayInfo>> {
    let archive = Archive::open(path);
    archive.map(|mut archive| archive.list()).map_err(|error| error.within(path.display()))
}

/// The numbers of the array `name` in the archive at `path`, whatever its shape; any type that
/// does not hold booleans, integers or real numbers is refused.
pub fn read(path: &Path, name: &str) -> Result<Numbers> {
    let numbers = Archive::open(path).and_then(|mut archive| archive.numbers(name));
    numbers.map_err(|error| error.within(path.display()))
}
