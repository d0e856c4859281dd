//! A trained model in use: its file, predictions, evaluation and export, as a user runs them.

mod evaluation;
mod every_layer;
mod export;
mod first_line;
mod forecasts;
mod groups;
mod images;
mod labels;
mod large;
mod layouts;
mod lengths;
mod losses;
mod made;
mod model_file;
mod old_files;
mod prediction;
mod refused_layers;
mod refused_rows;
mod run_directory;
#[path = "../cli/support.rs"]
#[allow(dead_code)] // the command's own tests use the rest
mod support;
mod tables;
mod training;
#[cfg(unix)]
mod waits;
