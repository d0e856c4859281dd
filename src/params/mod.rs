//! The parameter file: its keys and their JSON, read to [`Parameters`](crate::run::Parameters) and written from
//! them.

mod choices;
mod found;
mod json;
mod key_names;
mod keys;
mod layers;
#[cfg(feature = "files")]
mod locate;
mod other_names;
mod read;
mod write;

pub(crate) use json::MOST_BYTES;
pub use key_names::KEYS;
pub use keys::parse_override;
pub use other_names::{Meaning, meaning};
