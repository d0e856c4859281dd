//! The command `gpu-mlp`: see [`gpu_mlp::rooms::cli`].

fn main() -> std::process::ExitCode {
    gpu_mlp::rooms::cli::main()
}
