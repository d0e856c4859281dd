//! Parameters: what a run is asked to do, from a JSON file or from plain structs, checked and
//! turned into one [`Run`].

mod parameters;
mod run;
mod table;

pub use parameters::{
    BatchGradient, ClassWeight, Clip, DEFAULT_CUSTOM_FUNCTION, LayerStack, Optimizer, Parameters,
};
pub use run::{Replica, Run, StepRule, Stopping};
pub use table::{Table, TableTargets};
