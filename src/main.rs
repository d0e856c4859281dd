//! The command `gpu-mlp`.

fn main() {}
