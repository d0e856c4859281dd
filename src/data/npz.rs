//! NPZ archives.
