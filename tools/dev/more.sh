# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev: the long counts, the bench, the live peers. What they do is in tests/.

program_run() { # PROGRAM ARGUMENT...
    [ -x "$1" ] || fail "$1 is missing from this clone - run git status"
    "$@"
}

dev_bench() {
    prepare build run
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

dev_interop() {
    local groups='build run'
    command -v npm >/dev/null || groups+=' interop' # whichever npm is there will do
    prepare $groups
    image_build
    build_unlock
    program_run tests/interop/run "$@"
}
