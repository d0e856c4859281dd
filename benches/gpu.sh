#!/usr/bin/env bash
# Tries this program on a machine with a GPU, as root, from the kit that benches/gpu_kit.sh makes:
#
#     KIT/gpu.sh [--device NAME] OUT      six minutes at most, on the first real GPU (tests take the first)
#     KIT/gpu.sh --rehearse OUT           two minutes, the smallest sizes, on llvmpipe
#
# For glibc 2.35 or later (Debian 12, Ubuntu 22.04). Builds nothing. Leaves eight files in the folder OUT: summary.md, the page to read, and one a section. Each
# section has a limit; one that fails or runs out of time ends no other. Peers run where python3 (or
# $PYTHON) can import them. Ends with 1 where something failed, 2 on wrong usage.
set -uo pipefail

usage="usage: $0 [--device NAME | --rehearse] OUT"
device='' rehearse=''
while [ $# -gt 1 ]; do
    case $1 in
        --device) device=$2 && shift 2 ;;
        --rehearse) rehearse=1 && shift ;;
        *) echo "$usage" >&2 && exit 2 ;;
    esac
done
if [ $# -ne 1 ] || [ "${1#-}" != "$1" ]; then echo "$usage" >&2; exit 2; fi
mkdir -p "$1" || exit 2
here=$PWD
out=$(cd "$1" && pwd)
cd "$(dirname "$0")" || exit 2
kit=$PWD
if [ ! -x "$kit/gpu-mlp" ]; then
    echo "$kit: is no kit: benches/gpu_kit.sh makes one" >&2
    exit 2
fi
python=${PYTHON:-python3}
# Looked up from where it was named: what follows runs in the kit.
case $python in /*) ;; */*) python=$here/$python ;; esac
# Where the whole has to end, in seconds: of a card the limits add up to 350.
whole=$(if [ -z "$rehearse" ]; then echo 355; else echo 118; fi)
private=$(mktemp -d)
trap 'rm -rf "$private"' EXIT
export XDG_RUNTIME_DIR=$private TMPDIR=$private GPU_MLP_REQUIRE_GPU=1 PYTHONDONTWRITEBYTECODE=1
PATH=$PATH:/usr/sbin:/sbin
# Drivers keep what they have compiled in a place of their own, or here where they have none.
if [ ! -w "${HOME:-/nowhere}" ]; then
    mkdir "$private/cache"
    export MESA_SHADER_CACHE_DIR=$private/cache __GL_SHADER_DISK_CACHE_PATH=$private/cache
fi

# sized FULL SMALL: one for a card, the other for a rehearsal.
sized() { if [ -z "$rehearse" ]; then echo "$1"; else echo "$2"; fi; }

# A loader and a driver, where the machine has none ready.
find_driver() {
    # Counted, not asked with -q: a pipe that ends early is a failure here.
    if [ "$(ldconfig -p | grep -c 'libvulkan\.so\.1')" -eq 0 ]; then
        unpacked 'loader/libvulkan1_*.deb' && echo "the Vulkan loader is the kit's"
    fi
    [ -z "${VK_DRIVER_FILES:-}" ] || return 0
    if [ -n "$rehearse" ]; then
        export LP_NUM_THREADS=0
        VK_DRIVER_FILES=$(find /usr/share/vulkan -name 'lvp_icd*.json' 2>/dev/null | head -n 1)
        export VK_DRIVER_FILES
        return 0
    fi
    has_gpu || name_the_driver
    # What a driver asks of the system besides: only where it is not found without.
    if ! has_gpu && unpacked 'loader/*.deb'; then echo "libraries of the kit beside the system's"; fi
}

has_gpu() { [ "$(./gpu-mlp devices 2> /dev/null | grep -c 'GPU, ')" -gt 0 ]; }

# Makes the libraries of some packages known to what is started from here on.
unpacked() {
    local package
    # The pattern is meant to be one.
    for package in $1; do
        dpkg-deb -x "$package" "$private/loader" || { echo "$package: can't be unpacked" && return 1; }
    done
    LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$private/loader/usr/lib/x86_64-linux-gnu
    export LD_LIBRARY_PATH
}

# NVIDIA's driver can be there without the file that names it to the loader.
name_the_driver() {
    local library
    VK_DRIVER_FILES=$(find /etc/vulkan /usr/share/vulkan /usr/local/share/vulkan -name 'nvidia_icd*.json' \
        2>/dev/null | head -n 1)
    library=$(ldconfig -p | grep -o 'lib\(GLX\|EGL\)_nvidia\.so\.0' | sort -ru | head -n 1)
    if [ -z "$VK_DRIVER_FILES" ] && [ -n "$library" ]; then
        VK_DRIVER_FILES=$private/nvidia_icd.json
        printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "1.3.0"}}\n' \
            "$library" > "$VK_DRIVER_FILES"
    fi
    if [ -n "$VK_DRIVER_FILES" ]; then
        export VK_DRIVER_FILES
        echo "the driver is named by $VK_DRIVER_FILES"
    else
        unset VK_DRIVER_FILES
        echo "no driver names itself to the Vulkan loader"
    fi
}

# a: adapter, driver, limits, features.
section_device() {
    "$kit/gpu-mlp" devices
    "$kit/device" about "${chosen[@]}"
}

# One binary of tests: NAME SECONDS ARGUMENTS..., what failed by name.
tests_of() {
    local name=$1 limit=$2 code
    shift 2
    echo "tests/$name:"
    if ! gzip -dc "$kit/tests/$name.gz" > "$private/$name"; then
        echo "FAILED: tests/$name.gz is missing or damaged"
        return 1
    fi
    chmod +x "$private/$name"
    # In the foreground: in a group of its own it would outlive its section.
    env "CARGO_BIN_EXE_gpu-mlp=$kit/gpu-mlp" timeout --foreground --signal=KILL "$limit" \
        "$private/$name" "$@"
    code=$?
    [ $code -eq 0 ] && return 0
    case $code in
        124 | 137) echo "FAILED: tests/$name was stopped after $limit s" ;;
        *) echo "FAILED: tests/$name ended with $code" ;;
    esac
    return 1
}

# b: all GPU tests; of a rehearsal one of each binary. That of section c is left to it.
section_tests() {
    local failed=0
    if [ -n "$rehearse" ]; then
        tests_of lib 20 a_lost_device || failed=1
        tests_of gpu 20 devices_and_data::the_same_run_gives_the_same_bits || failed=1
        tests_of resume 20 devices::a_run_of_a_gpu_goes_on || failed=1
        tests_of usage 20 a_gpu_predicts || failed=1
        return $failed
    fi
    tests_of lib 15 gpu:: || failed=1
    tests_of usage 6 a_gpu_predicts || failed=1
    tests_of gpu 35 --skip every_parameter_file_on_every_schedule || failed=1
    tests_of resume 12 devices:: || failed=1
    return $failed
}

# c: 20 steps of every shipped parameter file on every schedule, against the CPU and once more.
section_losses() {
    GPU_MLP_FILES=$(sized '' iris,cylinder_bell_funnel) \
        tests_of gpu "$limit" every_parameter_file_on_every_schedule --nocapture
}

# d: the jobs on every schedule, and what auto makes of them. The page has the table of the lines that were
# measured when the time ran out.
section_jobs() {
    local failed=0
    # Of a card the time to compile is wanted, too: nothing is ready yet.
    [ -n "$rehearse" ] || mkdir "$private/fresh"
    [ -n "$rehearse" ] || export __GL_SHADER_DISK_CACHE_PATH=$private/fresh
    if [ -n "$rehearse" ]; then
        local small=(--shape breast_cancer,cylinder_bell_funnel --seconds 0 --rows 100)
    else
        local small=(--seconds 0.3)
    fi
    "$kit/gpu-mlp" bench "${chosen_or_gpu[@]}" "${small[@]}" --json | tee -a "$private/bench.json"
    [ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
    # The CPU beside it, but for the largest, of which one schedule takes seconds a step.
    "$kit/gpu-mlp" bench --backend cpu --seconds 0.2 --json --shape "$(sized \
        breast_cancer,covtype,weather,digits,diabetes,california,digits_custom,bike,creditcard \
        breast_cancer)" | tee -a "$private/bench.json"
    [ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
    "$kit/gpu-mlp" bench --backend cpu --seconds 0.2 --json --schedule layered --shape "$(sized \
        cylinder_bell_funnel,ucr_gunpoint,ucr_faceall,wide cylinder_bell_funnel)" |
        tee -a "$private/bench.json"
    [ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
    "$kit/gpu-mlp" bench --backend cpu --seconds 0.2 --json --schedule blocked --shape "$(sized \
        mnist,gru_rows,lstm_rows,lstm_long rnn_digits)" | tee -a "$private/bench.json"
    [ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
    "$kit/device" auto "${chosen[@]}" "${quick[@]}" "$private/bench.json" || failed=1
    return $failed
}

# e: the same jobs in JAX and PyTorch.
section_peers() {
    if ! "$python" -c 'import numpy' 2> /dev/null; then
        echo "left out: all peers: $python can't import numpy"
        return 0
    fi
    if [ -n "$rehearse" ]; then
        "$python" benches/peers/compare.py --on software --device "$device" --binary "$kit/gpu-mlp" \
            --jobs breast_cancer,cylinder_bell_funnel --steps 5 --rounds 1 --seconds 0.01
    else
        "$python" benches/peers/compare.py --on gpu "${chosen[@]}" --binary "$kit/gpu-mlp" \
            --jobs "$jobs" --rounds 1 --seconds 0.2
    fi
}
# What the aims are about comes first: time may run out.
jobs=breast_cancer,covtype,digits,diabetes,california,wide,digits_custom,bike,creditcard,weather
jobs+=,cylinder_bell_funnel,ucr_gunpoint,ucr_faceall,mnist,gru_rows,lstm_rows,lstm_long,cifar

# f: many networks of covtype at once, and beside them JAX with vmap.
section_replicas() {
    local failed=0
    "$kit/device" replicas "${chosen[@]}" "${quick[@]}" || failed=1
    if ! "$python" -c 'import numpy' 2> /dev/null; then
        echo "left out: JAX: $python can't import numpy"
    elif [ -n "$rehearse" ]; then
        "$python" benches/peers/replicas.py --on software --replicas 1,3 --steps 5 --seconds 0.01 || failed=1
    else
        "$python" benches/peers/replicas.py --on gpu --steps 1400 --seconds 0.3 || failed=1
    fi
    return $failed
}

# g: what the device costs beside arithmetic.
section_costs() { "$kit/device" costs "${chosen[@]}" "${quick[@]}"; }

# section LETTER NAME SECONDS TITLE: runs section_NAME under its limit, and writes the page anew.
section() {
    local letter=$1 name=$2 title=$4 started=$SECONDS file="$1-$2.txt" code ended left
    limit=$3
    left=$((whole - SECONDS))
    [ "$limit" -le "$left" ] || limit=$left
    if [ "$limit" -lt 2 ]; then
        code=1 ended='not begun: no time left'
        : > "$out/$file"
    else
        printf '%s: %s (at most %s s)\n' "$letter" "$title" "$limit"
        # A group of its own, so that what a section started ends with it.
        set -m
        "section_$name" > "$out/$file" 2>&1 < /dev/null &
        local job=$!
        set +m
        (
            trap 'kill $sleeper; exit' TERM
            sleep "$limit" & sleeper=$!
            wait $sleeper && kill -KILL -- "-$job"
        ) > /dev/null 2>&1 &
        local watch=$!
        wait $job 2> /dev/null
        code=$?
        kill $watch 2> /dev/null
        wait $watch 2> /dev/null
        case $code in
            0) ended=done ;;
            137) ended="STOPPED after $((SECONDS - started)) s" ;;
            *) ended='FAILED' ;;
        esac
    fi
    [ $code -eq 0 ] || all=1
    echo "   $ended, $((SECONDS - started)) s"
    rows+="| $letter | $title | $ended | $((SECONDS - started)) | $file |"$'\n'
    files+=("$letter $file $title")
    write_page
}

# What a person wants of a section's file: of tests the failures and the counts, of others all but the longest.
digest() {
    case $1 in
        a-*) grep -v '^all limits\|^features' "$out/$1" ;;
        b-*) grep -E '^tests/|^test result|FAILED|panicked|^error' "$out/$1" ;;
        d-*)
            [ ! -s "$private/bench.json" ] || timeout 5 "$kit/device" measured "$private/bench.json"
            grep -v '^{' "$out/$1"
            ;;
        *) grep -vE '^$|^running|^test ' "$out/$1" | head -n 90 ;;
    esac
}

write_page() {
    {
        echo "# gpu-mlp on $(sed -n 's/^adapter: //p' "$out/a-device.txt" | grep . || echo 'no adapter')"
        echo
        echo "$("$kit/gpu-mlp" --version), $(date -u +%Y-%m-%dT%H:%MZ), $(nproc) cores of" \
            "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $SECONDS s${rehearse:+, a rehearsal}"
        [ -z "$notes" ] || printf '\n%s\n' "$notes"
        printf '\n| | section | ended | seconds | file |\n|---|---|---|---|---|\n%s' "$rows"
        printf '\nWhat failed, and what was left out:\n\n'
        grep -E 'FAILED|STOPPED|not begun' <<< "$rows" | sed 's/^/- /'
        (cd "$out" && grep -HiE 'failed|wrong in|left out|^error|panicked| NO: ' ?-*.txt) |
            grep -vE ' 0 failed;|:\{' | sed 's/^/- /' | cut -c 1-200 | uniq | head -n 40
        for entry in "${files[@]}"; do
            read -r letter file title <<< "$entry"
            printf '\n## %s. %s\n\n```\n' "$letter" "$title"
            digest "$file"
            printf '```\n'
        done
    } > "$private/summary.md"
    mv "$private/summary.md" "$out/summary.md"
}

all=0 rows='' files=() limit=0
rm -f "$out"/[a-g]-{device,tests,losses,jobs,peers,replicas,costs}.txt "$out/summary.md"
[ -z "$rehearse" ] || device=llvmpipe
chosen=() quick=() chosen_or_gpu=(--backend gpu)
[ -z "$device" ] || chosen=(--device "$device") chosen_or_gpu=(--device "$device")
[ -z "$rehearse" ] || quick=(--quick)
find_driver > "$private/notes" 2>&1
notes=$(cat "$private/notes")
section a device "$(sized 8 10)" 'the adapter'
section b tests "$(sized 70 40)" 'the GPU tests'
section c losses "$(sized 40 30)" 'losses of 20 steps against the CPU, and the bits of a second run'
section d jobs "$(sized 75 30)" 'the jobs on every schedule, and what auto chooses'
section e peers "$(sized 105 40)" 'the jobs in JAX and PyTorch'
section f replicas "$(sized 40 20)" 'many networks of covtype at once'
section g costs "$(sized 12 20)" 'what the device costs'
echo "$out/summary.md"
exit $all
