# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev: how it speaks, how it shows that a long step goes on, how it ends.

# Every refusal is one sentence: what is wrong - what to do.
fail() {
    echo "cella: $1" >&2
    exit 1
}

say() {
    echo "dev: $1"
}

work_group=

# Run a command with its output in a log. Anything over a second shows that it goes on; a failure shows the log's end.
work() { # LABEL LOG COMMAND...
    local label=$1 log=$2 start=$SECONDS told=$SECONDS status=0 line
    shift 2
    set -m # its own process group, so that ending us can end all of it
    "$@" </dev/null >"$log" 2>&1 9>&- &
    work_group=$!
    set +m
    while sleep 0.2 && kill -0 $work_group 2>/dev/null; do
        [ $((SECONDS - start)) -ge 1 ] || continue
        if [ -t 1 ]; then
            line=$(tail -c 400 "$log" 2>/dev/null | tr -c '[:print:]\n' ' ' | grep -v '^ *$' | tail -1)
            printf '\r\033[K%s, %d s  %s' "$label" $((SECONDS - start)) "${line:0:60}"
        elif [ $((SECONDS - told)) -ge 15 ] || [ $told = $start ]; then
            say "$label, $((SECONDS - start)) s"
            told=$((SECONDS + 1))
        fi
    done
    wait $work_group || status=$?
    work_group=
    [ ! -t 1 ] || printf '\r\033[K'
    [ $((SECONDS - start)) -lt 1 ] || [ $status != 0 ] || say "$label: $((SECONDS - start)) s"
    if [ $status != 0 ]; then
        tail -20 "$log" >&2
        return $status
    fi
}

human() { # BYTES
    awk -v n="$1" 'BEGIN { if (n >= 1e9) printf "%.1f GB", n / 1e9; else printf "%.0f MB", n / 1e6 }'
}

# On every exit: no child is left, the terminal is as it was.
terminal_mode=
[ ! -t 0 ] || terminal_mode=$(stty -g 2>/dev/null)
finish() {
    [ -z "$work_group" ] || kill -TERM -- -"$work_group" 2>/dev/null
    [ -z "$terminal_mode" ] || stty "$terminal_mode" 2>/dev/null
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
