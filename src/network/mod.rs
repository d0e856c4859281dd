//! Networks as pure description: layers, activations, and the plan of operations that they lower to. Networks know no
//! data and no backend.

mod activation;
mod initialization;
mod input_shape;
pub mod layers;
mod lower;
mod lowering;
mod named_activations;
mod placed_layer;
mod row_layout;
mod stack;

pub use activation::Activation;
pub use initialization::Initialization;
pub use input_shape::axes_of;
pub use layers::{Layer, MOST_EXPRESSIONS, MOST_LAYERS, MOST_SIZE, shape_text};
pub use lower::lower;
pub use named_activations::ACTIVATION_NAMES;
pub use placed_layer::PlacedLayer;
pub use row_layout::{InputLayout, reshaped};
pub use stack::{Network, Output, Task};
