//! The trait of every operation on the CPU.

use super::product::Product;
use super::site::Site;

/// An operation on the CPU.
pub(crate) trait Execute {
    /// Executes the operation on the rows of a site.
    fn execute<T: Product>(&self, site: &mut Site<T>);
}
