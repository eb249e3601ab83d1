# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job on the vault profile itself: words on the console, addresses, a payment that the person reads and approves, the
signatures an independent wallet makes too, and evidence that holds for this payment and breaks with any byte. Then every way
of not approving."""

import json
import os
import re

from runner.device import PAYMENT, Device, must, vectors
from runner.image import command
from runner.wallet import CELLA, WORDS

COMPANION = True
SECONDS = 120
OTHER = "examples/hostile/coin-type.psbt"  # nearly the same payment
FLIPS = 16
# The coins that the payment spends, m/84'/1'/0'/0/0 and m/86'/1'/0'/0/3, as tests/interop has put them there: the
# wallet must have the same addresses.
COINS = (("p2wpkh", "0", "d228c5647c22e7f927effb18232d813bb20fa41d"),
         ("p2tr", "3", "d8a1aa857ed2811d6e6182e2cadaf1fefc6d925e311c8d474069637d5ddda9f1"))
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"  # BIP-173


def check_locked(device):
    """Before there is a seed."""
    greeting = device.greeting()
    shown = json.loads(command([CELLA, "image", "show", device.machine.bundle, "--json"], 60))
    must(re.search(r"^Cella \S+  profile vault  bundle [0-9a-f]{16}\nboot: direct \(unmeasured\)\n", greeting),
         f"the greeting is {greeting!r}")
    bundle = re.search(r"bundle ([0-9a-f]{16})", greeting).group(1)
    must(shown["digest"].startswith(bundle), "the console names another bundle than the one that was booted")
    device.cella("status").must_say(0, r"^seed +none - type `restore`")
    device.cella("wallet", "address").must_say(2, r"^cella: .*seed")
    device.sign().must_say(2, r"^cella: .*seed")


def check_restore(device):
    """Wrong words are named and change nothing."""
    machine = device.machine
    device.type("restore")
    machine.expect("console", r"^> ")
    device.type("test")
    machine.expect("console", r"^words> ")
    device.type(WORDS.replace("about", "abuot"))
    machine.expect("console", r'^Wrong word 12: "abuot" is not in the list\.')
    machine.expect("console", r"^words> ")
    device.type(WORDS.replace("about", "abandon"))
    machine.expect("console", r"checksum does not fit")
    machine.expect("console", r"^words> ")
    device.type(WORDS)
    machine.expect("console", r"^The seed is restored\. Network: TESTNET\.")
    machine.expect("console", r"^Ready\.$")
    must("abandon" not in machine.text["console"], "the console shows words that were typed in secret")


def check_wallet(device, seeds):
    wallet = seeds["wallet"]
    status = json.loads(device.cella("status", "--json").must_say(0, r"^\{.*\}$").group(0))
    must(status["fingerprint"] == wallet and status["device_key"] == device.key, f"the status is {status}")
    for kind, index, coin in COINS:
        host = device.cella("wallet", "address", "--kind", kind, "--index", index)
        address = host.must_say(0, r"^tb1[0-9a-z]+$").group(0)
        must(program(address) == coin, f"{address} is not the address of the coin {coin}")


def program(address):
    """The witness program in a bech32 address, without a look at the checksum."""
    bits = "".join(f"{BECH32.index(letter):05b}" for letter in address[4:-6])
    return "".join(f"{int(bits[at:at + 8], 2):02x}" for at in range(0, len(bits) - 7, 8))


def check_sample(device, seeds):
    """The app of another publisher has other keys."""
    said = device.machine.expect("log", r"^sample: my keys: fingerprint ([0-9a-f]{8})$").group(1)
    must(said not in seeds.values() and said != "00000000", f"the sample app has the keys {said}")


def must_be_signed(path, row):
    """The signed PSBT is byte for byte what @scure/btc-signer makes, but for signatures of BIP-340: those hold randomness."""
    with open(path, "rb") as file:
        made = file.read().hex()
    wanted = row[5]
    for signature in row[4].split(","):
        if len(signature) == 128:
            place = wanted.index(signature)
            wanted = wanted[:place] + made[place:place + 128] + wanted[place + 128:]
    must(made == wanted, f"{path} is another one than the independent wallet makes")


def check_payment(device):
    row = next(row for row in vectors("signed") if row[0] == "payment")
    text = device.approve()
    for line in ("App        wallet", "Network    TESTNET", "Pay               0.00180000 BTC"):
        must(line in text, f"the console does not show `{line}`: {text!r}")
    must_be_signed(device.path("out.psbt"), row)
    return text


def check_evidence(device, text):
    evidence = device.path("out.evidence")
    said = device.cella("verify", evidence, "--key", device.key, "--psbt", PAYMENT, "--json").must_say(0, r"^\{.*\}$")
    said = json.loads(said.group(0))
    wanted = {"good": True, "anchored": True, "psbt": "equal", "boot": "direct", "app": "wallet", "text": text,
              "profile": "vault", "sequence": 1, "entropy_test": False, "device_key": device.key}
    for name, value in wanted.items():
        must(said[name] == value, f"the evidence says {name}: {said[name]!r}")
    empty = device.path("no-devices")
    open(empty, "w").close()
    device.cella("verify", evidence, "--key", empty, "--psbt", PAYMENT).must_say(1, r"unanchored: no device key")
    device.cella("verify", evidence, "--key", "00" * 32).must_say(1, r"unanchored: this key is none of those")
    device.cella("verify", evidence, "--key", device.key, "--psbt", OTHER).must_say(1, r"ANOTHER ONE|is no payment that")


def check_flips(device):
    """Any byte changed: no evidence."""
    with open(device.path("out.evidence"), "rb") as file:
        good = file.read()
    changed = device.path("changed.evidence")
    for index in range(FLIPS):
        place = index * (len(good) - 1) // (FLIPS - 1)
        with open(changed, "wb") as file:
            file.write(good[:place] + bytes([good[place] ^ 1 << index % 8]) + good[place + 1:])
        device.cella("verify", changed, "--key", device.key).must_say(1, r"is no valid evidence: ")


def check_other_payment(device):
    """Evidence of one payment does not stand for another one that the same device signed."""
    psbt = device.path("second.psbt")
    row = next(row for row in vectors("signed") if row[0] == "random-9")
    with open(psbt, "wb") as file:
        file.write(bytes.fromhex(row[3]))
    host = device.sign(psbt, "second.signed")
    request, _, _ = device.request(host, fee=True)
    device.type("fee")
    device.type(device.number(request))
    device.machine.expect("console", r"^Signed\.$")
    host.must_say(0, "")
    must_be_signed(device.path("second.signed.psbt"), row)
    first, second = device.path("out.evidence"), device.path("second.signed.evidence")
    device.cella("verify", second, "--key", device.key, "--psbt", psbt).must_say(0, "")
    device.cella("verify", second, "--key", device.key, "--psbt", PAYMENT).must_say(1, "ANOTHER ONE")
    device.cella("verify", first, "--key", device.key, "--psbt", psbt).must_say(1, "ANOTHER ONE")


def refused(device, answer, name, psbt=PAYMENT):
    """One request, one answer that is no yes."""
    host = device.sign(psbt, "refused")
    _, _, number = device.request(host)
    device.type(answer(number))
    device.machine.expect("console", r"^Refused: " + re.escape(device.refusal(name)) + "$")
    host.must_say(1, r"^cella: refused: " + re.escape(device.refusal(name)) + "$")
    for suffix in ("psbt", "evidence"):
        must(not os.path.exists(device.path(f"refused.{suffix}")), "a refused payment left a file")


def check_no(device):
    """A yes after each two: after a third no in a row the device takes a pause (lib/os/patience.h)."""
    answers = (("no", "PERSON_SAID_NO"), ("", "PERSON_SAID_NO"), ("{0:04} ", "PERSON_SAID_NO"), ("yes", "PERSON_SAID_NO"),
               ("{1:04}", "WRONG_NUMBER"), ("{2:04}", "WRONG_NUMBER"))
    for index, (answer, name) in enumerate(answers):
        refused(device, lambda n: answer.format(int(n), (int(n) + 1) % 10000, (int(n) + 9999) % 10000), name)
        if index % 2:
            device.approve(PAYMENT, f"after-{index}")  # nothing of a refused one is left over


def check(machine, folder):
    seeds = {"wallet": next(row for row in vectors("child") if row[2] == "wallet")[4]}
    device = Device(machine)
    check_locked(device)
    check_restore(device)
    check_wallet(device, seeds)
    check_sample(device, seeds)
    text = check_payment(device)
    check_evidence(device, text)
    check_flips(device)
    check_other_payment(device)
    check_no(device)
    device.must_be_clean()
