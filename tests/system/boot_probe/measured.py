# SPDX-License-Identifier: GPL-3.0-or-later
"""What the TPM says about a boot, read from the software TPM itself: against the event log, against what `cella image predict`
computes from the files, and its rollback counter against old bundles."""

import hashlib
import json
import os
import re
import struct
import subprocess
import sys

from machine import FIRMWARE, Machine, expect

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../.."))
from runner.tpm import Tpm, log_events, log_replay  # noqa: E402

FIRMWARE_BLOB = 0x80000008
INDEX = 0x01C10101
COUNTER, AUTH_READ, AUTH_WRITE, NO_ATTACKS = 1 << 4, 1 << 18, 1 << 2, 1 << 25
OURS = AUTH_READ | AUTH_WRITE | NO_ATTACKS | COUNTER
SECONDS = 60


def printed_log(text):
    """The event log that the probe printed."""
    return bytes.fromhex("".join(re.findall(r"probe: log ([0-9a-f]+)\r\n", text)))


def boot_probe(boot, data):
    """The probe's text and the registers after it."""
    with Machine(boot.SCRATCH) as machine:
        boot.start_uefi(machine, boot.signed_loader(), data, tpm="kept")
        text = machine.wait_end(SECONDS)
        expect("probe: failures 0000000000000000" in text, f"the probe did not finish: {text[-200:]!r}")
        return text, machine.tpm_pcrs()


def boot_system(boot, data):
    """The registers when the real system runs."""
    with Machine(boot.SCRATCH) as machine:
        boot.start_uefi(machine, boot.signed_loader(), data, tpm="kept")
        machine.wait_log("boot: to the kernel", SECONDS)
        return machine.tpm_pcrs()


def predict(boot, volume):
    command = [os.path.join(boot.BUILD, "host/cella"), "image", "predict", os.path.join(boot.BUILD, "vault.bundle"),
               "--loader", os.path.join(boot.SCRATCH, "signed.efi"), "--vars", os.path.join(boot.BUILD, "keys/vars.fd"),
               "--firmware", FIRMWARE, "--volume", volume, "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    expect(done.returncode == 0, f"cella image predict: {done.stderr.strip()}")
    return {int(pcr): value for pcr, value in json.loads(done.stdout)["pcrs"].items()}


def same(what, left, right, pcrs):
    different = [pcr for pcr in pcrs if left.get(pcr, "00" * 32) != right.get(pcr, "00" * 32)]
    expect(not different, f"{what}: registers {different} differ")


def test_measured(boot):
    """The log explains every register; the system's registers are those that were predicted; another bundle changes PCR 11."""
    data = boot.bundle("uefi")
    text, pcrs = boot_probe(boot, data)
    events = log_events(printed_log(text))
    same("the event log and the TPM", log_replay(events), pcrs, range(16))
    ours = {pcr: (digest, words) for pcr, _, digest, words in events if pcr in (11, 12)}
    expect(sorted(ours) == [11, 12], "the log has no measurements of PCR 11 and 12")
    expect(ours[11][0] == hashlib.sha256(data[:512]).digest(), "PCR 11 is not the header's signed bytes")
    expect(ours[12] == (hashlib.sha256(b"cella profile probe").digest(), b"cella profile probe"), "PCR 12 is not the profile")
    volume = next(digest for pcr, kind, digest, _ in events if pcr == 0 and kind == FIRMWARE_BLOB)
    expected = predict(boot, volume.hex())
    system = boot_system(boot, boot.system_bundle())
    expect(set(expected) == {0, 4, 7, 11, 12, 13}, f"predicted are {sorted(expected)}")
    same("the prediction and the TPM", expected, system, expected)
    same("two boots of one loader", pcrs, system, (0, 4, 7))
    expect(pcrs[11] != system[11] and pcrs[12] != system[12], "another bundle left PCR 11 or 12 as they were")


def index_set(machine, attributes, raises=0, size=8, password=b""):
    """A new TPM with that index."""
    with machine.tpm_prepare() as path, Tpm(path) as tpm:
        tpm.index_define(INDEX, attributes, size, password)
        for _ in range(raises):
            tpm.index_increment(INDEX, password)


def counter_boot(boot, data, stop, **index):
    with Machine(boot.SCRATCH) as machine:
        index_set(machine, **index)
        boot.start_uefi(machine, boot.signed_loader(), data, tpm="kept")
        if stop:
            boot.stopped(machine, stop)
        else:
            boot.probe_passed(machine)


def test_counter(boot):
    """Boot index 2, then 1; and an index that is not what it should be."""
    old, new = boot.bundle("uefi"), boot.bundle("new-uefi")
    counter_boot(boot, old, None, attributes=OURS, raises=1)
    counter_boot(boot, new, None, attributes=OURS, raises=2)
    counter_boot(boot, old, "COUNTER", attributes=OURS, raises=2)
    counter_boot(boot, new, "COUNTER", attributes=OURS, raises=3)
    counter_boot(boot, old, None, attributes=OURS)  # never raised
    counter_boot(boot, old, "COUNTER_SHAPE", attributes=OURS & ~COUNTER, size=9)
    counter_boot(boot, old, "COUNTER_READ", attributes=OURS, raises=1, password=b"secret")
