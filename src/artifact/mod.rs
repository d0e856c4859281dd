//! The files of a run: the resolved parameters, the history, the summary and the model, and until its end a
//! checkpoint.

mod checkpoint;
mod directory;
mod files;
mod history;
mod history_file;
mod model_file;
mod pace;
mod stored;
mod summary;
mod tensorboard;
mod unfinished;
mod whole;

pub use checkpoint::SavedCheckpoint;
pub use directory::RunDirectory;
pub use history::record;
pub use stored::StoredRun;
pub use summary::{Started, Timing, summary};
pub use unfinished::exit_without_unfinished;
pub use whole::WholeFile;
pub(crate) use whole::write_whole;
