//! What a run leaves behind: the resolved parameters, the history, the summary and the model.

mod directory;
mod history;
mod model;
mod summary;

pub use directory::{RunDirectory, write_whole};
pub use history::record;
pub use model::{Model, ModelTensor};
pub use summary::{Timing, summary};
