//! The parameter file: its keys and their JSON, read to [`Parameters`](crate::run::Parameters) and written from
//! them.

mod augmentation;
mod bounds;
mod class_weights;
mod columns;
mod found;
mod given;
mod json;
mod keys;
mod layer_objects;
mod layer_schema;
#[cfg(feature = "files")]
mod locate;
mod other_names;
mod overrides;
mod page;
mod rate_schedules;
mod read;
mod schema;
mod setting;
mod table;
mod values;
mod write;

pub(crate) use json::MOST_BYTES;
pub use keys::parse_override;
pub use other_names::{Meaning, meaning};
pub use overrides::Override;
pub use page::with_tables;
pub use schema::schema;
pub use table::{DefaultValue, Key, SUBJECTS, Subject, keys};
