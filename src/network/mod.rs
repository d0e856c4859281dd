//! Networks as pure description: layers, activations, losses, initial weights, and the plan of
//! operations they lower to. No data and no backend is known here.

mod activation;
mod chain;
mod formula;
mod initial;
mod initializer;
mod layer;
mod layout;
mod loss;
mod lower;
mod plan;
mod stack;
mod window;

pub use activation::{ACTIVATION_NAMES, Activation, Function};
pub use chain::{Chain, Link, LinkActivation};
pub use initial::initial_values;
pub use initializer::Initializer;
pub use layer::{Layer, MOST_EXPRESSIONS, MOST_LAYERS, MOST_SIZE, shape_text};
pub use layout::Layout;
pub use loss::{Loss, VALUE_LOSS_NAMES, ValueLoss};
pub use lower::{Initialization, lower};
pub use plan::{Activated, Buffer, BufferId, Element, Operand, Operation, Plan, Tensor, TensorId};
pub use stack::{Network, Output, Task};
pub use window::{Convolution, Padding, Pooling};
