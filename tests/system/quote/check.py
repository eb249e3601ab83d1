# SPDX-License-Identifier: GPL-3.0-or-later
"""What a companion can know of the device's system: a quote of the enrolled TPM, compared with what the files predict, anchors a
payment's evidence. Refused: an old nonce, another TPM, another start's quote. Named: an image, a loader that is not the one that
was started. A direct boot never passes."""

import json
import os
import re
import shutil

from runner import image
from runner.device import PAYMENT, Device, must
from runner.machine import Machine
from runner.uefi import UefiMachine, tpm_new

COMPANION = UEFI = True
SECONDS, START_SECONDS = 120, 60
OLD = "0" * 64


def files(machine):
    return ["--image", machine.bundle, "--loader", machine.loader, "--vars", f"{image.BUILD}/keys/vars.fd"]


def quote(device, name):
    """A fresh quote in NAME.quote, and its nonce."""
    return device.cella("attest", "quote", device.path(f"{name}.quote")).must_say(0, r"^nonce ([0-9a-f]{64})$").group(1)


def verify(device, status, pattern, *arguments):
    return device.cella("verify", *arguments).must_say(status, pattern)


def check_first(machine):
    """Quote and evidence of one start; what must be refused about them."""
    device = Device(machine)
    device.start()
    tpm = device.path("tpm.key")
    if os.path.exists(tpm):  # an earlier run's
        os.unlink(tpm)
    device.cella("attest", "state").must_say(0, r"^TPM +works$")
    shown = re.search(r"^TPM key    ([0-9a-f ]{39})$", machine.text["console"], re.MULTILINE)
    told = device.cella("attest", "enrol", tpm).must_say(0, r"^TPM key    ([0-9a-f ]{39})$")
    must(shown and shown.group(1) == told.group(1), "the console shows another TPM key than the one that was enrolled")
    nonce = quote(device, "first")
    device.approve()
    know = ["--quote", device.path("first.quote"), "--nonce", nonce, "--tpm", tpm, *files(machine)]
    evidence = device.path("out.evidence")
    said = json.loads(verify(device, 0, r"^\{.*\}$", evidence, "--psbt", PAYMENT, *know, "--json").group(0))
    must(said["good"] and said["attested"] and said["device_key"] == device.key, f"verify says {said!r}")
    verify(device, 0, r"^attested +the device key is one of a system started from these files$", *know)
    verify(device, 0, r"^PCR 11 +as predicted: the system image$", *know)
    old = [OLD if word == nonce else word for word in know]
    verify(device, 1, "the nonce is not the one that you sent", *old)
    verify(device, 2, "--quote needs --nonce, --tpm", "--quote", device.path("first.quote"))
    log = json.loads(device.cella("log", "--save", device.path("first.log"), "--json", *know).must_say(0, r"(?s)^\{.*\}$").group(0))
    must(log["attested"] and log["device_key"] == device.key, "the event log is not attested")
    device.cella("log", "verify", device.path("first.log"), *know).must_say(0, r"^attested +the device key is one of a system")
    check_difference(device, know)
    return nonce, tpm, evidence


def check_difference(device, know):
    """An image and a loader that were not started have their names in the verdict."""
    with open("profiles/vault.toml") as file:
        text = file.read().replace('version = "', 'version = "9.')
    with open(device.path("other.toml"), "w") as file:
        file.write(text)
    image.bundle(device.path("other.toml"), device.path("other.bundle"), uefi=True)
    other = [device.path("other.bundle") if know[i - 1] == "--image" else word for i, word in enumerate(know)]
    verify(device, 1, r"^PCR 11 +DIFFERS: the system image$", *other)
    unsigned = [image.UEFI_LOADER if know[i - 1] == "--loader" else word for i, word in enumerate(know)]
    verify(device, 2, "", *unsigned)  # nobody vouches for it
    damaged = device.path("other.quote")
    with open(device.path("first.quote"), "rb") as file:
        content = bytearray(file.read())
    content[8 + 32 + 32 + 64 + 11 * 32] ^= 1
    with open(damaged, "wb") as file:
        file.write(content)
    verify(device, 1, "they were altered", *[damaged if word.endswith("first.quote") else word for word in know])


def check_second(machine, nonce, tpm, evidence, start):
    """The same machine's next start is another device key, and so is its quote; another TPM is another key. The same TPM behind
    its other interface is the same."""
    with start("again", machine.tpm_folder, "tpm-tis") as again:
        device = Device(again)
        device.greeting()
        again.expect("log", r"^tpm: a TPM with a FIFO, vendor 0x", start=0)
        fresh = quote(device, "again")
        know = ["--quote", device.path("again.quote"), "--nonce", fresh, "--tpm", tpm, *files(machine)]
        verify(device, 0, r"^attested +the device key", *know)
        verify(device, 1, "the quote is for another device key than the evidence", evidence, *know)
        device.cella("log", *know).must_say(0, r"^attested +the device key")
        device.cella("log", "verify", os.path.join(machine.folder, "first.log"), *know).must_say(1, "for another device key")
    other = tpm_new()
    try:
        with start("other", other) as stranger:
            device = Device(stranger)
            device.greeting()
            fresh = quote(device, "other")
            verify(device, 1, "this is another TPM", "--quote", device.path("other.quote"), "--nonce", fresh, "--tpm", tpm,
                   *files(machine))
    finally:
        shutil.rmtree(other, ignore_errors=True)


def check_direct(machine):
    """The same programs, started directly: the emulator's firmware leaves no room for a TPM's log there, so nothing quotes."""
    folder = os.path.join(machine.folder, "direct")
    os.makedirs(folder, exist_ok=True)
    bundle = os.path.join(folder, "image.bundle")
    image.bundle("profiles/vault.toml", bundle)
    with Machine(folder, image.LOADER, bundle, START_SECONDS, served=("link",)) as direct:
        device = Device(direct)
        must("boot: direct (unmeasured)\n" in device.greeting(), "the greeting does not say that nothing was measured")
        must("\nno TPM: nothing attests what runs here\n" in direct.text["console"], "the console does not say that there is no TPM")
        direct.expect("log", r"^attest: no TPM: this system is not attested, and nothing is sealed$", start=0)
        device.cella("attest", "state").must_say(0, r"^measured +no: nothing attests what this device runs$")
        device.cella("attest", "quote", device.path("direct.quote")).must_say(2, "the device has no TPM: nothing attests")


def check(machine, folder):
    nonce, tpm, evidence = check_first(machine)
    machine.tpm_kept = machine.tpm_folder
    machine.__exit__()

    def start(name, state, interface="tpm-crb"):
        again = UefiMachine(os.path.join(machine.folder, name), machine.loader, machine.bundle, START_SECONDS, served=("link",))
        again.tpm_kept, again.tpm_interface = state, interface
        return again

    try:
        check_second(machine, nonce, tpm, evidence, start)
        check_direct(machine)
    finally:
        shutil.rmtree(machine.tpm_folder, ignore_errors=True)
