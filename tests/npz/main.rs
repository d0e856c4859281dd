//! Good and bad NPZ archives, through the library's front door.

mod hostile;
mod names_and_weights;
mod parts;
mod refusals;
mod selection;
mod support;
mod types;
