//! Parameters: what a run is asked to do, from a JSON file or from plain structs, checked and
//! turned into one [`Run`].

mod checks;
mod choices;
mod found;
mod json;
mod key_names;
mod keys;
mod layers;
mod locate;
mod optimizer;
mod other_names;
mod parameters;
mod prepare;
mod rate;
mod read;
mod run;
mod step_numbers;
mod table;
mod task;
mod write;

pub(crate) use json::MOST_BYTES;
pub use key_names::KEYS;
pub use keys::parse_override;
pub use optimizer::{Formula, Optimizer};
pub use other_names::{Meaning, meaning};
pub use parameters::{
    BatchGradient, ClassWeight, Clip, DEFAULT_CUSTOM_FUNCTION, LayerStack, Parameters,
};
pub use rate::Rate;
pub use run::{Replica, Run, StepRule, Stopping};
pub use step_numbers::StepNumbers;
pub use table::{Table, TableTargets};
pub(crate) use task::check_labels;
