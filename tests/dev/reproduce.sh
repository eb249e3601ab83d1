#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Built elsewhere, by someone else, the image is the one in build/; an object that is different each time is noticed, and so
# is a build record that is not of the files beside it.
set -u
here=$PWD
bad=0

wrong() {
    echo "reproduce: $1" >&2
    bad=1
}

work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
make -s -j"$(nproc)" image && tools/dev/uefi keys || exit 1
/usr/bin/python3 -B tools/dev/reproduce.py --once || wrong "the second build is not the first"

/usr/bin/python3 -B tools/dev/reproduce.py --spoil kernel/core/hash.c --only build/kernel/core/hash.o >"$work/spoilt" 2>&1 &&
    wrong "two objects with the time in them passed as the same"
grep -q '^DIFFERENT .*kernel/core/hash.o' "$work/spoilt" || wrong "the spoilt object is not named: $(tail -3 "$work/spoilt")"

/usr/bin/python3 -B tools/dev/record.py check || wrong "the record is not that of build/"
mkdir -p "$work/build" && cp -r build/*.bundle build/boot build/kernel.elf build/host build/record.json "$work/build/"
mkdir -p "$work/build/third_party/src" && cp build/third_party/src/*.sha256 "$work/build/third_party/src/"
CELLA_BUILD=$work/build /usr/bin/python3 -B tools/dev/record.py check || wrong "the record of a copy is refused"
printf x >>"$work/build/kernel.elf"
CELLA_BUILD=$work/build /usr/bin/python3 -B tools/dev/record.py check 2>"$work/said" && wrong "a longer kernel has the same record"
grep -q 'artefacts differs' "$work/said" || wrong "the record's complaint is not about the files: $(cat "$work/said")"
cd "$here" && exit $bad
