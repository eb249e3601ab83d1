# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev: one builder at a time, one running device at a time. The kernel drops a lock with its holder.

# Descriptor 9: the build folder. A second ./dev waits for the first to be done with building.
build_lock() {
    exec 9>build/dev.lock || fail "cannot write to $PWD/build - make it yours (chown)"
    if ! flock -n 9; then
        say "another ./dev builds or tests in this clone; waiting for it"
        flock -w 1800 9 || fail "another ./dev has been at work here for half an hour - end it and try again"
    fi
}

build_unlock() {
    exec 9>&-
}

# Descriptor 8: build/run, as long as a device runs in it.
run_lock() {
    mkdir -p build/run && exec 8>>build/run/lock || fail "cannot write to $PWD/build/run - make it yours (chown)"
    flock -n 8 ||
        fail "a device of this clone is already running - stop it with Ctrl-C in its terminal, or use it: build/host/cella status"
}
