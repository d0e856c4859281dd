//! Layers, one file each: its fields in files, its faults, its geometry on a given input, and the operations that it
//! lowers to.

pub mod avgpool1d;
pub mod avgpool2d;
pub mod conv1d;
pub mod dense;
mod extent;
mod field;
pub mod flatten;
mod kind;
mod layer;
pub mod maxpool1d;
mod one_layer;
mod pooled;
mod row_shape;
mod weighted;

pub use field::{Field, Source};
pub(super) use kind::Placed;
pub use kind::{Kind, LAYER_TYPES, MOST_SIZE};
pub use layer::{Layer, MOST_EXPRESSIONS, MOST_LAYERS};
pub use row_shape::shape_text;
