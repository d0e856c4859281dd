//! Networks as pure description: layers, activations, losses, initial weights, and the plan of
//! operations they lower to. No data and no backend is known here.

mod activation;
mod initial;
mod layer;
mod layout;
mod loss;
mod lower;
mod plan;

pub use activation::{ACTIVATION_NAMES, Activation, Function};
pub use initial::{Initializer, initial_values};
pub use layer::{Layer, Network, Task};
pub use layout::Layout;
pub use loss::Loss;
pub use lower::{Initialization, lower};
pub use plan::{Activated, Buffer, BufferId, Operand, Operation, Plan, Tensor, TensorId};
