# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev: the proofs of tests/proof, one line for each function and mutant, and the count at the end.

# The contracts are written for one version of the prover: Debian 12's.
prover_check() {
    local version
    version=$(frama-c -version 2>/dev/null)
    case $version in
    25.*) ;;
    *) fail "the proofs want Frama-C 25, which is Debian 12's, and this is ${version:-none} - run ./dev prove on Debian 12" ;;
    esac
}

dev_prove() {
    prepare build prove
    prover_check
    work "making the headers" build/log/prove-make.log make -s build/inc/.made ||
        fail "the headers could not be made - see build/log/prove-make.log"
    build_unlock
    lines_run prove build/log/prove.txt tests/proof/prove "$@"
    echo "$passed passed, $failed failed"
    [ $passed -gt 0 ] && [ $failed = 0 ]
}
