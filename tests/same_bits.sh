#!/usr/bin/env bash
# Whether this tree trains to the same bits as an older commit: every shipped parameter file, every schedule that
# takes it, on the CPU and on llvmpipe.
#
#     tests/same_bits.sh OLD_COMMIT [NAME ...]     # NAME: files of params/, without .json; all if none is given
#
# Needs git, Rust, python3 and Mesa's software Vulkan. Data that do not ship are looked for in ../shared/data.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || {
    sed -n '2,7s/^# \?//p' "$0" >&2
    exit 2
}
old=$(git rev-parse --verify "$1^{commit}")
shift
scratch=$(mktemp -d)
trap 'git worktree remove --force "$scratch/old" 2> /dev/null || true; rm -rf "$scratch"' EXIT
git worktree add --quiet --detach "$scratch/old" "$old"
# One folder for both builds: the dependencies are compiled once.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
(cd "$scratch/old" && cargo build --quiet --release --locked --bin gpu-mlp)
cp "$CARGO_TARGET_DIR/release/gpu-mlp" "$scratch/gpu-mlp-old"
cargo build --quiet --release --locked --bin gpu-mlp
cp "$CARGO_TARGET_DIR/release/gpu-mlp" "$scratch/gpu-mlp-new"
python3 tests/same_bits.py "$scratch/gpu-mlp-old" "$scratch/gpu-mlp-new" "$@"
