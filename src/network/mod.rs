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
mod stack;

pub use activation::Activation;
pub use initialization::Initialization;
pub use input_shape::{axes_of, reshaped};
pub use layers::{Layer, MOST_EXPRESSIONS, MOST_LAYERS, MOST_SIZE, shape_text};
pub use lower::lower;
pub use named_activations::ACTIVATION_NAMES;
pub use placed_layer::PlacedLayer;
pub use stack::{Network, Output, Task};
