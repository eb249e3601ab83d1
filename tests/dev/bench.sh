#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ./dev bench when a peer does not do what is expected: with an emulator that plays each case, nothing is booted.
. "$(dirname "$0")/expect.sh"

mkdir "$scratch/bin"

# An emulator that says these lines, as a peer would on its first serial line, and ends.
peer_says() { # LINE...
    printf '#!/bin/bash\n' >"$scratch/bin/qemu-system-x86_64"
    printf 'echo %q\n' "$@" >>"$scratch/bin/qemu-system-x86_64"
    chmod +x "$scratch/bin/qemu-system-x86_64"
}

program='
import sys
sys.path[:0] = ["tests", "tests/bench"]
import peer, plot
from runner.machine import Failed
from xml.dom import minidom
ways = {"null": {"getppid": "null"}, "call": {"pipe": "call by pipe", "futex": "call by futex"}}
try:
    if sys.argv[1] == "run":
        with peer.Step("counting") as step:
            text = peer.run("Linux", sys.argv[2], [], 20, step)
        print(peer.cheapest(peer.figures_whole("Linux", text, ways), ways))
    else:
        minidom.parseString(plot.chart("a < b", "x", "y", [("one", [(1, 3), (1000, 7)]), ("two", [(1, 3), (10, 7)])], True))
        print("drawn", plot.ticks_linear(17342), plot.ticks_log(1, 1000))
except Failed as why:
    sys.exit(f"cella: {why}")
'

bench() { # WHAT
    case_run env PATH="$scratch/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c "$program" "$1" "$scratch/out"
}

peer_says 'bench null 300' 'bench call by pipe 900' 'bench call by futex 800' 'bench end'
bench run
wants 'all figures' 0 "{'null': [300, 'getppid'], 'call': [800, 'futex']}"

peer_says 'bench null 300' 'failed: a whole read or write'
bench run
refuses 'a peer that fails' 'Linux cannot be measured: failed: a whole read or write'

peer_says 'bench null 300' '[ 1.0] Kernel panic - not syncing: no init'
bench run
refuses 'a peer that panics' 'Linux cannot be measured: Kernel panic'

peer_says 'bench null 300'
bench run
refuses 'a peer that ends' 'Linux cannot be measured: the machine ended'

peer_says 'bench null 300' 'bench call by pipe 900' 'bench end'
bench run
refuses 'a figure that is missing' 'Linux cannot be measured: it did not say call by futex'

bench plot
wants 'a plot is XML, with round axes' 0 'drawn [0.0, 5000.0, 10000.0, 15000.0, 20000.0] [1, 10, 100, 1000]'

case_run tests/bench/run --slow
wants 'an option that is not there' 2 'usage: ./dev bench'

done_checking
