#!/usr/bin/env bash
# Rehearses a kit of benches/gpu_kit.sh, whole and with faults: each fault is told on the first page, and
# stops nothing else. $PYTHON has numpy and JAX.
#
#     tests/kit/check.sh KIT
set -euo pipefail
kit=$(cd "$1" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# As on a machine with neither Rust nor what is set here for Vulkan.
bare=(env -i PATH=/usr/bin:/bin HOME="$HOME" PYTHON="${PYTHON:-python3}")

# rehearsed NAME CODE [--device NAME]: a rehearsal of $scratch/kit that ends with CODE; its page is `page`.
rehearsed() {
    local name=$1 expected=$2 code=0
    shift 2
    "${bare[@]}" "$scratch/kit/gpu.sh" "${@:---rehearse}" "$scratch/$name" > "$scratch/$name.log" 2>&1 || code=$?
    page=$scratch/$name/summary.md
    [ "$code" -eq "$expected" ] || fail "$name: ended with $code, not $expected"
    # The others ran, whatever failed.
    [ "$(grep -c '^| [a-g] |' "$page")" -eq 7 ] || fail "$name: a section is not on the page"
    [ "$(find "$scratch/$name" -type f | wc -l)" -eq 8 ] || fail "$name: there are not eight files"
    echo "$name: as it should be, $(sed -n 's/.* \([0-9]* s\), a rehearsal.*/\1/p' "$page")"
}

says() { grep -qE "$1" "$page" || fail "the page has no $1"; }
fail() {
    echo "FAILED: $1" >&2
    [ ! -f "$page" ] || cat "$page" >&2
    exit 1
}
afresh() { rm -rf "$scratch/kit" && cp -r "$kit" "$scratch/kit"; }

page=''
afresh
rehearsed whole 0
[ "$(grep -c '| done |' "$page")" -eq 7 ] || fail 'whole: not all sections are done'
says '^breast_cancer '
says 'a submit and the wait for it'

afresh && rm "$scratch/kit/tests/gpu.gz"
rehearsed 'a-test-binary-missing' 1
says 'FAILED: tests/gpu.gz is missing'
[ "$(grep -c '| done |' "$page")" -eq 5 ] || fail 'more than the two sections of these tests failed'

# A test that fails: the binary of the library's tests is asked for what it can't find.
afresh && printf '#!/bin/sh\necho "test a ... FAILED"\nexit 101\n' | gzip > "$scratch/kit/tests/lib.gz"
rehearsed 'a-test-fails' 1
says 'test a ... FAILED'
says 'FAILED: tests/lib ended with 101'

afresh && printf '#!/bin/sh\nsleep 100\n' > "$scratch/kit/device"
sed -i 's/"\$(sized [0-9]* [0-9]*)" '"'/4 '/" "$scratch/kit/gpu.sh"
rehearsed 'sections-over-their-limits' 1
says '\| g \|.*STOPPED after 4 s'

afresh
PYTHON=/usr/bin/false
bare=(env -i PATH=/usr/bin:/bin HOME="$HOME" PYTHON="$PYTHON")
rehearsed 'no-peer' 0
says 'left out: all peers'

# No real GPU here, and none is named.
rehearsed 'no-adapter' 1 --device 'a card that is not there'
says 'there is no adapter like a card that is not there'
