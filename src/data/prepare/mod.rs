//! Preparation: the raw columns of a table as the inputs and the targets of a network.
//!
//! [`recognise`] looks at all rows: what each column is, which are inputs, what the targets are. [`Preparation::fit`]
//! then looks at the training rows alone: what fills the gaps, which categories there are, which parts of dates vary. A
//! preparation turns columns into a coded table, with one column per category instead of one input per name, and expands
//! that into inputs; it is saved in a model and does the same to the rows of another file.

mod apply;
mod asked;
mod booleans;
mod cell_names;
mod check;
mod coding;
mod column;
mod copies;
mod counts;
mod date_parts;
mod dates;
mod decisions;
mod documentation;
mod fit;
mod input_column;
mod kind;
mod lookup;
mod notations;
mod one_target;
mod preparation;
mod recognise;
mod recognised;
mod several_targets;
mod special;
mod summary;
mod target;
mod test_rows;
mod typed;

#[cfg(test)]
mod tests;

pub use apply::Mapping;
pub use asked::{Asked, AskedKind, AskedTask};
pub(in crate::rooms::data) use booleans::word_value;
pub use dates::DateForm;
pub use decisions::Decision;
pub use preparation::Preparation;
pub use recognised::{Recognised, recognise};
pub use target::TargetKind;
pub use test_rows::class_of;
