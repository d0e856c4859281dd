//! What every operation does on the CPU.

use super::product::Product;
use super::site::Site;

/// An operation on the CPU.
pub(crate) trait Execute {
    /// Does it on the rows of a site.
    fn execute<T: Product>(&self, site: &mut Site<T>);
}
