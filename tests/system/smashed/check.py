# SPDX-License-Identifier: GPL-3.0-or-later
"""The loader's stack is written beyond an array, by the debugger: its canary stops the machine before the function returns. It
is drawn twice, the second time from all sources of randomness."""

import re
import subprocess

from runner import image, tamper
from runner.debugger import Debugger
from runner.device import must

DEBUGGED = HELD = True
SECONDS = 60
STOP = r"^cella: boot stopped: the loader wrote beyond an array of its own - "


def watched(objects, name):
    """Does the stack protector call this in each of these?"""
    for file in objects:
        used = subprocess.run(["llvm-nm", "-u", f"{image.BUILD}/{file}"], capture_output=True, text=True, check=True)
        must(re.search(rf"\b{name}$", used.stdout, re.MULTILINE), f"nothing watches the stack in {file}")


def reached(debugger, elf, name):
    """Stop where this function begins; the canary."""
    place = tamper.symbol(elf, name)
    debugger.step()
    debugger.marks([place], True)
    debugger.go()
    must(debugger.stopped(30), f"the loader does not come to {name}")
    debugger.marks([place], False)
    return debugger.word(tamper.symbol(elf, "__stack_chk_guard"))


def check(machine, folder):
    for room, name in (("elf", "__stack_chk_fail"), ("pe", "__security_check_cookie")):
        ours = [f"boot/{room}/boot/{file}.o" for file in ("core/verify", "core/seed", "x86_64/start")]
        watched([*ours, f"boot_{room}/crypto/mldsa_check.o", f"boot_{room}/third_party/wolfssl/wolfcrypt/src/ed25519.o"], name)
    with open(image.LOADER, "rb") as file:
        elf = file.read()
    with Debugger(machine, held=True) as debugger:
        first = reached(debugger, elf, "wc_MlDsaKey_VerifyCtx")
        second = reached(debugger, elf, "wc_MlDsaKey_VerifyCtx")  # the bundle is checked again before it is used
        must(first[0] == second[0] == 0, "the canary's lowest byte is not zero")
        must(any(first) and any(second) and first != second, f"the canaries are {first.hex()} and {second.hex()}")
        stack = debugger.stack()
        content = bytes.fromhex(debugger.ask(b"m%x,400" % stack).decode())
        found = [at.start() for at in re.finditer(re.escape(second), content)]
        must(found, "no canary lies on the stack")
        for at in found:
            debugger.must(b"M%x,8:%s" % (stack + at, b"41" * 8))
        debugger.go()
        for line in ("console", "log"):
            machine.expect(line, STOP)
    must("to the kernel" not in machine.text["log"], "the kernel was started")
