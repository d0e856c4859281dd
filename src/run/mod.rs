//! A run: its parameters as plain structs, their checks, and what a backend needs to train. Knows no JSON.

mod arranged;
mod augment;
mod batch_gradient;
mod builder;
mod checks;
mod class_weight;
mod clip;
mod fold;
mod forecast;
mod labels;
mod layer_stack;
mod layers;
mod optimizer;
mod outputs;
mod parameters;
mod prepare;
mod rate;
#[cfg(feature = "files")]
mod read_data;
mod replica;
mod replicas;
// The room is named after the one struct that it is about.
mod row_blocks;
mod row_lengths;
#[expect(clippy::module_inception)]
mod run;
mod splits;
mod step_numbers;
mod step_rule;
mod stopping;
mod table;
mod table_inputs;
mod table_lengths;
mod task;
mod task_keys;
mod usual;

pub use augment::{Augment, Augmentation, Flip, MOST_SHIFT, Moved, Moves, Shift};
pub use batch_gradient::BatchGradient;
pub use class_weight::ClassWeight;
pub use clip::Clip;
pub use fold::Fold;
pub(crate) use labels::check_labels;
pub use layer_stack::LayerStack;
pub use optimizer::{Formula, Optimizer};
pub use parameters::{DEFAULT_CUSTOM_FUNCTION, Parameters};
pub use rate::{Rate, RateSchedule};
#[cfg(feature = "files")]
pub use read_data::{Loaded, Reading};
pub use replica::{Replica, ReplicaId};
pub use run::Run;
pub use step_numbers::StepNumbers;
pub use step_rule::StepRule;
pub use stopping::Stopping;
pub use table::{Table, TableTargets};
pub use table_inputs::{TableInputs, TableRow};
pub(crate) use task_keys::check_without_data;
pub use usual::Usual;
