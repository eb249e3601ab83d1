# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev: the long counts, the bench, the live peers. What they do is in tests/.

program_run() { # PROGRAM ARGUMENT...
    [ -x "$1" ] || fail "$1 is missing from this clone - run git status"
    "$@"
}

dev_bench() {
    local groups='build run bench'
    [ "$*" != --ours ] || groups='build run'
    prepare $groups
    image_build
    build_unlock
    program_run tests/bench/run "$@"
}

dev_soak() {
    prepare build run test
    image_build
    build_unlock
    program_run tests/soak/run "$@"
}

# Peers from npm: they make the committed vectors again, and finalize what the booted device signed.
dev_interop() {
    local groups='build run'
    command -v npm >/dev/null || groups+=' interop' # whichever npm is there will do
    run_lock
    prepare $groups
    image_build
    machine_prepare
    work "fetching the peers" build/log/npm.log npm ci --prefix tests/interop --cache "$PWD/build/cache/npm" \
        --no-audit --no-fund --ignore-scripts || fail "npm could not fetch the peers - check the network and build/log/npm.log"
    check interop-vectors node tests/interop/make.mjs --check
    check interop-device /usr/bin/python3 -B tools/dev/run.py yes demo once
    check interop-finalize node tests/interop/finalize.mjs build/run/payment.signed.psbt
    build_unlock
    echo "$passed passed, $failed failed"
    [ $failed = 0 ]
}
