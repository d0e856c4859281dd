//! Walks through row-major matrices whose rows are padded with zeros to whole vectors. Each asks first whether its
//! matrices are large enough.

pub(super) mod columns;
pub(super) mod panels;
pub(super) mod rows;
pub(super) mod shifted;
pub(super) mod sink;
#[cfg(test)]
mod tests;
pub(super) mod tiles;

/// What a walk says that would leave its matrices.
const TOO_SMALL: &str = "a matrix is smaller than the product";
