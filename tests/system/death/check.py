# SPDX-License-Identifier: GPL-3.0-or-later
"""What a death means to the person and to the companion, at each point of a question where it matters (docs/supervision.md):
the prompt before it fetches a question, with half a number typed, with the number typed and not yet told, with the vault's
yes in hand, with a no not yet told; the wallet while the person reads; the vault then, and in the middle of signing; the
vault for good. The debugger (runner/debugger.py) stops the machine at that very point."""

import hashlib
import hmac
import json
import random
import re

from runner.debugger import Debugger, symbol
from runner.device import PAYMENT, Device, Usage, must
from runner.wallet import WORDS

COMPANION = DEBUGGED = True
SECONDS = 240
AGAIN = r"^This console has started again\. What was typed before counts for nothing\.$"
VOID = r"^cella: a program of the device stopped while it worked on this"
CAUGHT_SECONDS = 30


def caught(debugger, cell, function, act):
    """Do what leads there, and stop the machine at the beginning of that function."""
    debugger.stop()
    done = act()
    must(debugger.catch_next(cell, CAUGHT_SECONDS, [symbol(cell, function)]), f"{cell} does not come to {function}")
    return done


def shown_again(device, host, before):
    """The prompt has started again and shows the same request, with another number; that number."""
    request, text, number = before
    device.machine.expect("console", AGAIN)
    again = device.request(host)
    must(again[:2] == (request, text), "another request is shown than before the prompt died")
    must(again[2] != number, "the same number stands there again")
    return again[2]


def sign_now(device, host, number):
    device.type(number)
    device.machine.expect("console", r"^Signed\.$")
    host.must_say(0, "")


def prompt_unasked(device, debugger):
    host = caught(debugger, "prompt", "vault_question", lambda: device.sign())
    debugger.die("prompt")
    device.machine.expect("console", AGAIN)
    sign_now(device, host, device.request(host)[2])


def prompt_typing(device, debugger):
    host = device.sign()
    before = device.request(host)
    device.machine.send("console", before[2][:2].encode())
    device.machine.expect("console", before[2][:2])
    must(debugger.kill("prompt", random.Random(1), CAUGHT_SECONDS), "the prompt does not run")
    sign_now(device, host, shown_again(device, host, before))


def prompt_typed(device, debugger):
    """The yes was for the prompt that died: typed once more it is a wrong number."""
    host = device.sign()
    before = device.request(host)
    caught(debugger, "prompt", "vault_approve", lambda: device.type(before[2]))
    debugger.die("prompt")
    shown_again(device, host, before)
    device.type(before[2])
    device.machine.expect("console", f"^Refused: {re.escape(device.refusal('WRONG_NUMBER'))}$")
    host.must_say(1, re.escape(device.refusal("WRONG_NUMBER")))


def prompt_told(device, debugger):
    """The vault has taken the yes: it has signed, once, and nothing is left to be asked."""
    host = device.sign()
    _, _, number = device.request(host)
    caught(debugger, "prompt", "vault_approve", lambda: device.type(number))
    must(debugger.catch_next("prompt", CAUGHT_SECONDS), "the vault does not answer")
    debugger.die("prompt")
    device.machine.expect("console", AGAIN)
    host.must_say(0, "")
    device.cella("verify", device.path("out.evidence"), "--key", device.key, "--psbt", PAYMENT).must_say(0, "")
    device.machine.expect("console", r"^Ready\.$")
    device.machine.wait(2)
    must("request" not in device.machine.text["console"][device.machine.at["console"]:], "a signed request is shown again")


def prompt_no(device, debugger):
    host = device.sign()
    before = device.request(host)
    caught(debugger, "prompt", "vault_reject", lambda: device.type("no"))
    debugger.die("prompt")
    shown_again(device, host, before)
    device.type("no")
    host.must_say(1, re.escape(device.refusal("PERSON_SAID_NO")))


def wallet_waiting(device, debugger):
    """The companion's request goes on with the next run of the wallet; the question of the first is void, also if the next
    one is there before the prompt has looked."""
    host = device.sign()
    first, _, number = device.request(host)
    must(debugger.kill("wallet", random.Random(2), CAUGHT_SECONDS), "the wallet does not run")
    withdrawn = f"^Refused: {re.escape(device.refusal('WITHDRAWN'))}$"
    device.machine.wait(3)
    if not re.search(withdrawn, device.machine.text["console"][device.machine.at["console"]:], re.MULTILINE):
        device.type(number)
    device.machine.expect("console", withdrawn)
    second, _, number = device.request(host)
    must(second != first, "the withdrawn question is asked again")
    sign_now(device, host, number)


def master():
    """The device's master key (BIP-39, BIP-32): its secret and its chain code."""
    seed = hashlib.pbkdf2_hmac("sha512", WORDS.encode(), b"mnemonic", 2048)
    whole = hmac.new(b"Bitcoin seed", seed, "sha512").digest()
    return seed, whole[:32], whole[32:]


def remains(device, debugger):
    """Which of the seed's parts stand in the machine's memory."""
    memory = debugger.memory()
    return [name for name, part in zip(("the seed", "the master key", "its chain code"), master()) if part in memory]


def status(device):
    return json.loads(device.cella("status", "--json").must_say(0, r"^\{.*\}$").group(0))


def locked(device):
    """The vault has started again: the person and the companion are told, and nothing is signed until the words come."""
    device.machine.expect("console", r"^The vault has started again: its seed is gone\.$")
    old = device.key
    device.greeting()
    must(device.key != old, "the device key is that of the vault that died")
    device.cella("status").must_say(0, r"^seed +none - type `restore`")
    device.sign().must_say(2, r"^cella: .*seed")
    device.cella("wallet", "address").must_say(2, r"^cella: .*seed")


def vault_waiting(device, debugger):
    before, host = status(device)["fingerprint"], device.sign()
    _, _, number = device.request(host)
    must("the master key" in remains(device, debugger), "the vault has no master key in memory: this test sees nothing")
    must(debugger.kill("vault", random.Random(3), CAUGHT_SECONDS), "the vault does not run")
    device.machine.expect("console", r"^Refused: ")
    host.must_say(2, VOID)
    locked(device)
    left = remains(device, debugger)
    must(not left, f"after the vault died there is still {', '.join(left)} in memory")
    device.restore()
    must(status(device)["fingerprint"] == before, "the same words give other keys")
    device.approve()


def vault_signing(device, debugger):
    host = device.sign()
    _, _, number = device.request(host)
    caught(debugger, "vault", "sign_all", lambda: device.type(number))
    debugger.die("vault")
    device.machine.expect("console", f"^Refused: {re.escape(device.refusal('UNAVAILABLE'))}$")
    host.must_say(2, VOID)
    locked(device)
    device.restore()
    device.approve()


def vault_gone(device, debugger):
    """One crash too many. The last run had the seed again: it is wiped although nobody needs that memory."""
    machine = device.machine
    machine.wait(11)  # earlier crashes are forgiven
    for crash in range(4):
        if crash == 3:
            device.restore()
        debugger.stop()
        host = device.cella("status")  # somebody asks the vault something
        must(debugger.catch_next("vault", CAUGHT_SECONDS), "the vault does not run")
        debugger.die("vault")
        host.end()
        machine.expect("log", r"^steward: cell vault stopped: .*; " + ("it is started again$" if crash < 3 else
                                                                       "too often, so nobody serves in its place$"))
        if crash == 0:
            machine.expect("console", r"^There is no seed on this device\.$")
            machine.expect("console", r"^> ")
    machine.expect("console", r"^The vault does not run any more\. Restart the device\.$")
    device.cella("status").must_say(2, r"^cella: a program of the device stopped for good")
    device.sign().must_say(2, r"^cella: a program of the device stopped for good")
    left = remains(device, debugger)
    must(not left, f"the vault is gone for good and there is still {', '.join(left)} in memory")


def check(machine, folder):
    device = Device(machine)
    device.start()
    machine.expect("log", r"^steward: cell sample stopped: exit with status 0$", start=0)
    usage = Usage(machine)
    with Debugger(machine) as debugger:
        for state in (prompt_unasked, prompt_typing, prompt_typed, prompt_told, prompt_no, wallet_waiting, vault_waiting,
                      vault_signing):
            state(device, debugger)
            machine.wait(4)  # so that the steward forgives
        usage.check()
        vault_gone(device, debugger)
    device.must_be_clean()
