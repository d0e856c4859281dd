//! Commands of the pages that are not run here, and who runs them.

/// Who runs a command.
pub enum Runner {
    /// A script of the repository, which has these words.
    Script(&'static str, &'static str),
    /// A person, for this reason.
    ByHand(&'static str),
}
use Runner::{ByHand, Script};

const NEEDS_PEERS: Runner =
    ByHand("takes minutes and JAX or PyTorch; `.ci/slow kit` rehearses it beside JAX");

pub const COMMANDS: &[(&str, Runner)] = &[
    ("cargo test", Script(".ci/run", "cargo test --locked")),
    ("benches/gpu_kit.sh KIT", Script(".ci/run", "benches/gpu_kit.sh \"$venv/kit\"")),
    ("KIT/gpu.sh OUT", Script(".ci/run", "\"$venv/kit/gpu.sh\" --rehearse")),
    ("cargo bench --bench replicas", ByHand("takes minutes; `cargo test --benches` runs it once")),
    ("cargo bench --bench steps -- covtype", ByHand("the same")),
    ("python benches/peers/compare.py", NEEDS_PEERS),
    (
        "python benches/peers/compare.py --jobs gru_rows,lstm_rows,lstm_long --peers jax,torch",
        NEEDS_PEERS,
    ),
    ("python benches/peers/compare.py --on gpu", ByHand("needs a GPU and JAX or PyTorch")),
    (
        "GPU_MLP_SIMD=avx2 XLA_FLAGS=--xla_cpu_max_isa=AVX2 python benches/peers/compare.py --peers jax --rounds 5",
        NEEDS_PEERS,
    ),
];

/// Whether the list has the command.
pub fn runs(command: &str) -> bool {
    COMMANDS.iter().any(|(known, _)| *known == command)
}

impl Runner {
    /// A script that is said to run it does.
    pub fn check(&self, command: &str) {
        match self {
            Script(path, words) => {
                let script = std::fs::read_to_string(path).unwrap();
                assert!(
                    script.contains(words),
                    "{path} does not run `{command}`: it lacks {words}"
                );
            }
            ByHand(reason) => assert!(!reason.is_empty()),
        }
    }
}
