//! The command `gpu-mlp`: see [`gpu_mlp::cli`].

fn main() -> std::process::ExitCode {
    gpu_mlp::cli::main()
}
