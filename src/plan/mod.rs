//! Plans: the computation of a network as lists of operations over numbered buffers and named tensors. Backends
//! execute plans and know no layers; a plan knows no data and no backend.

pub mod access;
pub mod buffer;
mod chain;
pub(crate) mod formula;
mod function;
pub mod geometry;
mod initial;
mod initializer;
mod layout;
mod lists;
mod loss;
mod measure;
pub mod ops;
mod recurrence;
mod statistics;
pub mod tape;
mod tensor;
pub mod view;

pub use buffer::{Buffer, BufferId, Element};
pub use chain::{Chain, Link, LinkActivation};
pub use function::{Function, Parameter};
pub use geometry::{Axis, Padding, Windows};
pub use initial::initial_values;
pub use initializer::Initializer;
pub use layout::Layout;
pub use lists::Plan;
pub use loss::{Loss, VALUE_LOSS_NAMES, ValueLoss};
pub use measure::measure;
pub use ops::Operation;
pub use recurrence::{Cell, Recurrence};
pub use statistics::{Over, Statistics};
pub use tensor::{Tensor, TensorId};
pub use view::View;
