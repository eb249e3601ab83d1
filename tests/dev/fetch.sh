#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# third_party/fetch against mirrors made here: every way to name one, every way a file can be wrong.
. "$(dirname "$0")/expect.sh"

mirror=$scratch/mirror
mkdir -p "$mirror/pool/main/d/demo" "$scratch/pack/demo-1/src" "$scratch/flat"
echo 'one' >"$scratch/pack/demo-1/src/one.c"
echo 'no' >"$scratch/pack/demo-1/not-kept"
tar -C "$scratch/pack" -czf "$mirror/pool/main/d/demo/demo_1.orig.tar.gz" demo-1
cp -r "$scratch/pack/demo-1" "$scratch/pack/demo-2"
tar -C "$scratch/pack" -czf "$mirror/pool/main/d/demo/demo_2.orig.tar.gz" demo-2
first=$(sha256sum <"$mirror/pool/main/d/demo/demo_1.orig.tar.gz" | cut -d' ' -f1)
second=$(sha256sum <"$mirror/pool/main/d/demo/demo_2.orig.tar.gz" | cut -d' ' -f1)
wrong=$(printf '0%.0s' {1..64})

lock_write() { # HASH-OF-FIRST [WITH-SECOND]
    echo "demo 1 MIT 1000 $1 pool/main/d/demo/demo_1.orig.tar.gz demo-1 src" >"$scratch/lock"
    [ $# = 1 ] || echo "demo 2 MIT 1000 $second pool/main/d/demo/demo_2.orig.tar.gz demo-2 src" >>"$scratch/lock"
}

# A fresh build folder and a fresh home for each case; MIRRORS, SOURCES (a sources.list) and HOME_FOLDER steer it.
fetch() {
    rm -rf "$scratch/build"
    mkdir -p "$scratch/build" "$scratch/home" "$scratch/apt/lists/partial" "$scratch/apt/parts"
    printf '%s\n' "${sources_list:-}" >"$scratch/apt/sources.list"
    printf 'Dir::Etc::sourcelist "%s";\nDir::Etc::sourceparts "%s";\nDir::State::Lists "%s";\n' \
        "$scratch/apt/sources.list" "$scratch/apt/parts" "$scratch/apt/lists" >"$scratch/apt.conf"
    case_run env -u XDG_CACHE_HOME APT_CONFIG="$scratch/apt.conf" HOME="${home_folder-$scratch/home}" CELLA_LOCK="$scratch/lock" \
        CELLA_BUILD="$scratch/build" CELLA_MIRRORS="${mirrors:-}" third_party/fetch "$@"
}

unpacked() { # WHAT
    checks=$((checks + 1))
    [ "$(cat "$scratch/build/third_party/src/demo/src/one.c" 2>/dev/null)" = one ] &&
        [ ! -e "$scratch/build/third_party/src/demo/not-kept" ] || {
        echo "$1: the source is not unpacked as the lock says"
        failures=$((failures + 1))
    }
}

forget() {
    rm -rf "$scratch/home" "$scratch/apt/parts"
}

# Where a mirror can come from.
lock_write "$first"
mirrors="file:$mirror" fetch demo
wants 'CELLA_MIRRORS=file:' 0 'fetch: demo 1, 1 kB'
unpacked 'CELLA_MIRRORS=file:'
forget
cp "$mirror"/pool/main/d/demo/* "$scratch/flat"
mirrors="file:/nowhere file://$scratch/flat" fetch demo
wants 'a list, and a plain folder of files' 0
unpacked 'a plain folder'
forget
sources_list="deb cdrom:[Debian 12]/ bookworm main
deb [trusted=yes] file:$mirror bookworm main contrib" fetch demo
wants 'one-line sources.list; cdrom is skipped' 0
unpacked 'one-line sources.list'
forget
mkdir -p "$scratch/apt/parts"
printf 'Types: deb\nURIs: file:%s\nSuites: bookworm\nComponents: main\nTrusted: yes\n' "$mirror" >"$scratch/apt/parts/a.sources"
fetch demo
wants 'deb822' 0
unpacked 'deb822'
forget
printf '# mirrors\nfile:/nowhere priority:1\nfile:%s\tpriority:2\n' "$mirror" >"$scratch/list"
sources_list="deb [trusted=yes] mirror+file:$scratch/list bookworm main" fetch demo
wants 'mirror+file:' 0
unpacked 'mirror+file:'
forget
sources_list="deb cdrom:[Debian 12]/ bookworm main" fetch demo
refuses 'only a cdrom' 'no package mirror is configured'

# Where the cache can be.
home_folder=/proc/nothing mirrors="file:$mirror" fetch demo
wants 'HOME cannot be written' 0
unpacked 'HOME cannot be written'
checks=$((checks + 1))
[ -s "$scratch/build/cache/sha256/$first" ] || { echo 'no cache in the build folder'; failures=$((failures + 1)); }
rm -rf "$scratch/build"
mkdir -p "$scratch/build"
case_run env -u HOME -u XDG_CACHE_HOME CELLA_LOCK="$scratch/lock" CELLA_BUILD="$scratch/build" CELLA_MIRRORS="file:$mirror" \
    third_party/fetch demo
wants 'HOME is not set' 0
unpacked 'HOME is not set'
forget
mirrors="file:$mirror" fetch demo
mirrors='file:/nowhere' fetch demo
wants 'from the cache, without a mirror' 0
unpacked 'from the cache'
mirrors='file:/nowhere' fetch --size
wants 'nothing left to download' 0 0
echo damage >>"$scratch/home/.cache/cella/sha256/$first"
mirrors="file:$mirror" fetch demo
wants 'a damaged cache' 0 'is damaged; fetching it again'
unpacked 'a damaged cache'
forget
mirrors="file:$mirror" fetch --size
wants 'the size before' 0 1000
sed 's/^demo/other/' "$scratch/lock" >"$scratch/lock.other" && cat "$scratch/lock.other" >>"$scratch/lock"
mirrors="file:$mirror" fetch --size demo other
wants 'the size of a file that two names share' 0 1000

# What can be wrong.
lock_write "$wrong"
mirrors="file:$mirror" fetch demo
refuses 'a wrong hash' 'wrong hash' 'try another with CELLA_MIRRORS'
checks=$((checks + 1))
[ ! -e "$scratch/build/third_party/src/demo" ] && [ ! -e "$scratch/home/.cache/cella/sha256/$wrong" ] ||
    { echo 'a file with a wrong hash was kept'; failures=$((failures + 1)); }
lock_write "$wrong" second
mirrors="file:$mirror" fetch demo
wants 'the next candidate' 0 '2 is a later candidate'
unpacked 'the next candidate'
forget
mirrors="file:$mirror" fetch --check
wants 'check: one of two is enough' 0 'demo           1        wrong hash' 'demo           2        ok'
lock_write "$first"
mirrors='file:/nowhere' fetch demo
refuses 'no mirror has it' 'could not be fetched' './dev deps --check'
mirrors='file:/nowhere' fetch --check
refuses 'check: none left' 'no pin resolves'
mirrors="file:$mirror" fetch other
refuses 'a name that is not there' 'not in third_party/lock'
mirrors="file:$mirror" fetch
refuses 'no name' 'usage: third_party/fetch'
echo rubbish >"$mirror/pool/main/d/demo/demo_1.orig.tar.gz"
lock_write "$(echo rubbish | sha256sum | cut -d' ' -f1)"
mirrors="file:$mirror" fetch demo
refuses 'no archive' 'could not be unpacked'

done_checking
