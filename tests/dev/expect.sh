# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the tests of ./dev: a scratch folder, and checks that name what they wanted.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
repository=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
checks=0
failures=0

# The last case's output (both streams) is in $output, its status in $status.
case_run() { # COMMAND...
    output=$("$@" 2>&1 </dev/null)
    status=$?
}

wants() { # WHAT STATUS SUBSTRING...
    local what=$1 want=$2 part
    shift 2
    checks=$((checks + 1))
    if [ "$status" != "$want" ]; then
        echo "$what: status $status, wanted $want: $output"
        failures=$((failures + 1))
        return
    fi
    for part in "$@"; do
        if [[ $output != *"$part"* ]]; then
            echo "$what: did not say \"$part\": $output"
            failures=$((failures + 1))
            return
        fi
    done
}

# A refusal is one line: what is wrong - what to do.
refuses() { # WHAT SUBSTRING...
    local what=$1
    shift
    wants "$what" 1 "$@"
    [[ $(grep -c '^cella: .* - ' <<<"$output") = 1 ]] || {
        echo "$what: not one sentence with an advice: $output"
        failures=$((failures + 1))
    }
}

done_checking() {
    echo "$checks checks, $failures failed"
    [ $checks -gt 0 ] && [ $failures = 0 ]
}
