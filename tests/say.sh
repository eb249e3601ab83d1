# SPDX-License-Identifier: GPL-3.0-or-later
# For tests of commands, which source it: a scratch folder $work that goes with the test, $bad, and `say`.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

# say NAME STATUS PATTERN COMMAND...: the command ends with a status like that and prints (on either stream) that pattern.
say() {
    local name=$1 status=$2 pattern=$3 got
    shift 3
    "$@" >"$work/out" 2>&1
    got=$?
    if ! [[ $got =~ ^$status$ ]] || ! grep -qE -- "$pattern" "$work/out"; then
        echo "failed: $name: status $got (wanted $status), wanted /$pattern/, got:"
        cat -v "$work/out" | sed 's/^/    /'
        bad=1
    fi
}
