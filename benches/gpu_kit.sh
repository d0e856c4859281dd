#!/usr/bin/env bash
# Gathers what a bare Linux machine with a GPU's driver needs to try this program, in the folder KIT:
#
#     benches/gpu_kit.sh KIT        then there, as root:  KIT/gpu.sh OUT
#
# The release binary, the GPU tests, the tables of benches/device, the Vulkan loader as Debian packages, parameter
# files, data and benches/peers. For x86-64, glibc 2.35 or later, without the instructions that an older server lacks (what is newer
# is looked for when the program runs); nothing in it knows the checkout it was built in.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 KIT, a folder that is not there yet" >&2; exit 2; }
kit=$1
[ ! -e "$kit" ] || { echo "$kit: is there already; remove it or name another folder" >&2; exit 2; }
[ "$(uname -m)" = x86_64 ] || { echo "$(uname -m): a kit is for x86_64" >&2; exit 2; }
case "$(env | grep RUSTFLAGS) $(cat "$HOME"/.cargo/config* .cargo/config* 2> /dev/null)" in
    *target-cpu*) echo "Rust's flags name a processor: an older server may lack its instructions" >&2; exit 2 ;;
esac
root=$(cd "$(dirname "$0")/.." && pwd -P)
mkdir -p "$kit/tests" "$kit/loader" "$kit/benches" "$kit/datasets"
kit=$(cd "$kit" && pwd -P)
# No half kit is left.
trap 'rm -rf "$kit"' EXIT
cd "$root"

# built NAME CARGO-ARGUMENTS...: the path of what cargo has built of that name.
built() {
    local name=$1
    shift
    cargo "$@" --locked --message-format=json |
        sed -n "s/.*\"target\":{[^}]*\"name\":\"$name\"[^}]*}.*\"executable\":\"\([^\"]*\)\".*/\1/p" | tail -n 1
}

strip -o "$kit/gpu-mlp" "$(built gpu-mlp build --release --bin gpu-mlp)"
strip -o "$kit/device" "$(built device build --release --bench device)"
strip -o "$kit/tests/lib" "$(built gpu_mlp test --no-run --lib)"
for test in gpu resume usage; do
    strip -o "$kit/tests/$test" "$(built $test test --no-run --test $test)"
done
# Packed only once it is known that they name no path of this machine.
for binary in "$kit/gpu-mlp" "$kit/device" "$kit"/tests/*; do
    if grep -qF "$root/" "$binary"; then
        echo "$binary: knows the path it was built at, $root" >&2
        exit 1
    fi
done
gzip "$kit"/tests/*

cp benches/gpu.sh "$kit/"
cp -r params "$kit/"
# What ships; of larger sets the shapes are made up.
find datasets -maxdepth 1 -type f -size -1024k -exec cp {} "$kit/datasets/" \;
cp -r benches/wide.json benches/signals "$kit/benches/"
mkdir "$kit/benches/peers"
cp benches/peers/*.py "$kit/benches/peers/"

# The loader, and what NVIDIA's driver asks of the system: a bare machine has neither.
(cd "$kit/loader" && apt-get download -q=2 libvulkan1 libglvnd0 libgl1 libglx0 libegl1 libgles2 libopengl0 \
    libx11-6 libxext6 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0) ||
    { echo "the Vulkan loader can't be fetched: apt-get update, on a Debian?" >&2 && exit 1; }

mebibytes=$(du -sm "$kit" | cut -f 1)
[ "$mebibytes" -le 60 ] || { echo "$kit: $mebibytes MiB; at most 60 can be carried" >&2; exit 1; }
trap - EXIT
echo "$kit: $mebibytes MiB"
