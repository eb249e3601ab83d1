#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Each parser that is fuzzed has its corpus, within bounds, and nothing that is shipped trusts signatures.
set -u
B=${CELLA_BUILD:-build}
mark='cella fuzz build: signatures are trusted'
bad=0

wrong() {
    echo "fuzz: $1" >&2
    bad=1
}

names=$(make -s fuzz-names) trusts=$(make -s fuzz-trusts)
for name in $names; do
    folder=tests/fuzz/corpus/$name
    files=$(find "$folder" -type f 2>/dev/null | wc -l)
    bytes=$(find "$folder" -type f -printf '%s\n' 2>/dev/null | awk '{ n += $1 } END { print n + 0 }')
    [ "$files" -ge 1 ] && [ "$files" -le 300 ] && [ "$bytes" -le 196608 ] ||
        wrong "$folder has $files files and $bytes bytes - at least 1, at most 300 and 196608: tests/fuzz/run --minimise $name"
done
for folder in tests/fuzz/corpus/*/; do
    name=$(basename "$folder")
    [ -f "tests/fuzz/$name.c" ] || wrong "$folder belongs to no parser - remove it"
done

# The mark is there where it should be, or looking for it elsewhere would show nothing.
make -s -j"$(nproc)" $(for name in $trusts; do echo "$B/fuzz/$name"; done) || exit 1
for name in $trusts; do
    grep -q "$mark" "$B/fuzz/$name" || wrong "build/fuzz/$name does not trust signatures"
done
for file in "$B"/*.bundle "$B"/kernel.elf "$B"/cells/*.elf "$B"/boot/direct.elf "$B"/boot/*.{efi,EFI} "$B"/host/cella \
    "$B"/*/libcrypto_cella.a "$B"/*/libformat.a; do
    [ -f "$file" ] || continue
    ! grep -q "$mark" "$file" || wrong "$file trusts signatures"
    ! llvm-nm "$file" 2>/dev/null | grep -qE '__wrap_(hybrid|sign|mldsa)_check' || wrong "$file links what replaces signature checks"
done
exit $bad
