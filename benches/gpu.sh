#!/usr/bin/env bash
# Everything that needs a GPU, on a machine that has one, in less than eight minutes. It builds nothing:
#
#     cargo build --release && cargo test --no-run --lib --test gpu    # anywhere; carry what they made
#     benches/gpu.sh [--device NAME] GPU-MLP [TEST...]
#
# GPU-MLP is the built binary, a TEST a built test binary (target/debug/deps/gpu-... and gpu_mlp-...). It
# lists the devices, runs the tests, times the ten jobs on every schedule, and compares with JAX and PyTorch
# where python3 (or $PYTHON) can import them. Every section has a limit: what it has printed by then stands.
# Ends with 1 if a section failed or ran out of time, with 2 where there is nothing to run.
set -uo pipefail

device=''
if [ "${1:-}" = --device ]; then
    device=${2:-}
    shift 2
fi
if [ $# -eq 0 ] || [ ! -x "$1" ]; then
    echo "usage: $0 [--device NAME] GPU-MLP [TEST...], with built binaries" >&2
    exit 2
fi
binary=$(realpath "$1")
shift
tests=()
for test in "$@"; do tests+=("$(realpath "$test")"); done
python=${PYTHON:-python3}
here=$(cd "$(dirname "$0")" && pwd)
# Tests read the parameter files from the project's root.
cd "$here/.."
chosen=(--backend gpu)
[ -z "$device" ] || chosen=(--device "$device")
failed=0

# section SECONDS NAME COMMAND...
section() {
    local limit=$1 name=$2 started=$SECONDS code
    shift 2
    printf '\n== %s (at most %s s)\n' "$name" "$limit"
    timeout --kill-after=5 "$limit" "$@"
    code=$?
    case $code in
        0) ;;
        124 | 137) echo "-- stopped after $limit s; what is above stands"; failed=1 ;;
        *) echo "-- failed with code $code"; failed=1 ;;
    esac
    echo "-- $((SECONDS - started)) s"
}

section 20 'devices' "$binary" devices
for test in "${tests[@]}"; do
    GPU_MLP_REQUIRE_GPU=1 section $((90 / ${#tests[@]})) "tests: $(basename "$test")" "$test"
done
# 9 jobs · 3 schedules · (0.5 s and a quarter, and compiling); the wide one apart, with more steps an epoch.
jobs=breast_cancer,covtype,weather,digits,diabetes,california,digits_custom,bike,creditcard
section 85 'gpu-mlp bench' "$binary" bench "${chosen[@]}" --seconds 0.5 --shape $jobs
section 25 'gpu-mlp bench, wide' "$binary" bench "${chosen[@]}" --seconds 0.5 --shape wide --rows 10240
if "$python" -c 'import numpy' 2>/dev/null; then
    compare=("$python" "$here/peers/compare.py" --on gpu --binary "$binary" --rounds 2 --seconds 0.3)
    [ -z "$device" ] || compare+=(--device "$device")
    section 230 'against JAX and PyTorch' "${compare[@]}"
else
    printf '\n== against JAX and PyTorch: skipped, %s has no numpy\n' "$python"
fi
echo
[ $failed -eq 0 ] && echo "all sections done in $SECONDS s" || echo "some sections failed, $SECONDS s"
exit $failed
