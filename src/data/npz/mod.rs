//! NPZ archives: a zip file with one `.npy` array a member, as `np.savez` writes them.
//!
//! Nothing in a file is believed before it is checked: a header is parsed with bounds, its element
//! count is compared with the bytes that are really there, and memory grows only as bytes arrive.
//! Pickled Python objects are never loaded.

mod archive;
mod dtype;
mod elements;
mod header;
mod literal;
mod signature;
mod stream;

use std::path::Path;

use crate::error::Result;

pub use elements::Numbers;

pub(super) use archive::Archive;
pub(super) use stream::ArrayStream;

/// What an archive says about one of its arrays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrayInfo {
    /// The array's name: the member's name without `.npy`.
    pub name: String,
    /// NumPy's name of the element type, such as `float32` or `text (<U10)`; of a member whose
    /// header cannot be read, `unreadable` and the reason.
    pub dtype: String,
    /// The shape; empty for a scalar and for an unreadable member.
    pub shape: Vec<usize>,
    /// True for column-major (Fortran) order.
    pub fortran_order: bool,
    /// The size of the member before compression, header included, as the archive declares it.
    pub bytes: u64,
}

/// Every array of the archive at `path`, in the archive's order; reads headers, not elements.
pub fn list(path: &Path) -> Result<Vec<ArrayInfo>> {
    let arrays = || Ok(Archive::open(path)?.list());
    arrays().map_err(|error: crate::Error| error.within(path.display()))
}

/// The numbers of the array `name` in the archive at `path`, whatever its shape; any type that
/// does not hold booleans, integers or real numbers is refused.
pub fn read(path: &Path, name: &str) -> Result<Numbers> {
    let array = || Archive::open(path)?.numbers(name);
    array().map_err(|error: crate::Error| error.within(path.display()))
}
