//! Layers, one file each: its fields in files, its faults, its geometry on a given input, and the operations that it
//! lowers to.

pub mod avgpool1d;
pub mod avgpool2d;
pub mod batch_norm;
pub mod conv1d;
pub mod conv2d;
mod convolved;
pub mod dense;
pub mod dropout;
mod extent;
mod field;
pub mod flatten;
pub mod global_avgpool;
pub mod global_maxpool;
mod global_pool;
pub mod gru;
mod kind;
mod layer;
pub mod layer_norm;
mod layer_on;
pub mod lstm;
pub mod maxpool1d;
pub mod maxpool2d;
mod normalized;
mod one_layer;
mod pooled;
mod projection;
mod recurrent;
pub mod residual;
pub mod rnn;
mod row_shape;
mod weighted;

pub use field::{Field, LAYERS_INSIDE, Range, Source};
pub use kind::{Kind, LAYER_TYPES, MOST_SIZE};
pub(super) use layer::NO_SOFTMAX;
pub use layer::{Layer, MOST_EXPRESSIONS, MOST_LAYERS};
pub(super) use layer_on::{LayerOn, activation};
pub use recurrent::Recurrent;
pub use row_shape::shape_text;
