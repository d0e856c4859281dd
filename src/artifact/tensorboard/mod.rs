//! The folder `tensorboard` of a run: its history as event files, which TensorBoard shows while the run goes on.

mod event_file;
mod framed;
mod schema;
mod tag;

pub use event_file::EventFile;
