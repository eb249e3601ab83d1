# SPDX-License-Identifier: GPL-3.0-or-later
"""What a companion can know of the device's system: a quote of the enrolled TPM, compared with what the files predict, anchors a
payment's evidence. Refused: an old nonce, another TPM, another start's quote. Named: an image, a loader that is not the one that
was started. A TPM's endorsement certificate is believed for its maker's authority only, and its attestation key only if this
TPM has it. A direct boot never passes."""

import datetime
import json
import os
import re
import shutil
import struct

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from runner import image
from runner.device import PAYMENT, Device, must
from runner.link import Liar
from runner.machine import Machine
from runner.uefi import UefiMachine, tpm_made, tpm_new, tpm_options, tpm_start

COMPANION = UEFI = True
SECONDS, START_SECONDS = 180, 60
STATE, ENDORSED = 50, 51  # docs/link.md
ENDORSES, SERVES = "2.23.133.8.1", "1.3.6.1.5.5.7.3.1"  # for endorsing TPMs (TCG), for servers of the web
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
    maker = os.path.abspath(os.path.join(machine.folder, "maker"))
    other, certificate = tpm_made(maker)
    try:
        with start("other", other) as stranger:
            device = Device(stranger)
            device.greeting()
            fresh = quote(device, "other")
            verify(device, 1, "this is another TPM", "--quote", device.path("other.quote"), "--nonce", fresh, "--tpm", tpm,
                   *files(machine))
            check_endorsed(device, maker, certificate, tpm)
    finally:
        shutil.rmtree(other, ignore_errors=True)


def modulus(certificate):
    return x509.load_der_x509_certificate(certificate).public_key().public_numbers().n.to_bytes(256, "big")


def issued(maker, key, purpose, days):
    """What this maker's authority could sign as well: for this key and purpose, valid until so many days from now."""
    with open(f"{maker}/key.pem", "rb") as file:
        text = file.read()
    secret = serialization.load_pem_private_key(text[text.index(b"-----BEGIN"):], None)
    with open(f"{maker}/issuer.pem", "rb") as file:
        issuer = x509.load_pem_x509_certificate(file.read())
    now = datetime.datetime.utcnow()
    return (x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(issuer.subject).public_key(key).serial_number(7)
            .not_valid_before(now - datetime.timedelta(days=99)).not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(purpose)]), False)
            .sign(secret, hashes.SHA256()).public_bytes(serialization.Encoding.DER))


def check_endorsed(device, maker, certificate, other_key):
    """This TPM's certificate; and everything that somebody could show in its place."""
    sibling, sibling_certificate = tpm_made(maker)  # another TPM of the same maker
    stranger, _ = tpm_made(maker + "-2")
    shutil.rmtree(sibling)
    shutil.rmtree(stranger)
    key, ca, lying, link = device.path("endorsed.key"), f"{maker}/ca.pem", device.path("lie.sock"), device.link
    device.link = lying

    def enrol(status, pattern, authorities=ca, **lies):
        if os.path.exists(key):
            os.unlink(key)
        with Liar(lying, link, {{"state": STATE, "endorsed": ENDORSED}[kind]: lie for kind, lie in lies.items()}):
            device.cella("attest", "enrol", key, "--ca", authorities).must_say(status, pattern)
        must(os.path.exists(key) == (status == 0), "a key is enrolled although it was refused, or none is")

    enrol(0, r"^endorsed   .* leads to the certificate of the TPM that holds it$")
    with open(key) as file, open(other_key) as other:
        own, foreign = bytes.fromhex(file.read()), bytes.fromhex(other.read())
    shown = modulus(certificate)
    damaged = certificate[:-1] + bytes([certificate[-1] ^ 1])
    enrol(2, "has issued the TPM's - name those of this TPM's maker", f"{maker}-2/ca.pem")
    enrol(2, "do not lead to a root", f"{maker}/issuer.pem")
    enrol(2, "holds no certificate", "README.md")
    enrol(2, "the TPM's certificate was altered", endorsed=shown + damaged)
    enrol(2, "the TPM's certificate is damaged", endorsed=shown + certificate[:-1])
    enrol(2, "this TPM has no endorsement certificate", endorsed=b"")
    enrol(2, "the certificate is another TPM's", endorsed=shown + sibling_certificate)
    public = x509.load_der_x509_certificate(certificate).public_key()
    larger = rsa.generate_private_key(65537, 3072).public_key()
    enrol(0, "^endorsed", endorsed=shown + issued(maker, public, ENDORSES, 9))
    enrol(2, "something else than endorsing a TPM", endorsed=shown + issued(maker, public, SERVES, 9))
    enrol(2, "is not valid now", endorsed=shown + issued(maker, public, ENDORSES, -1))
    enrol(2, "a key that is not RSA-2048", endorsed=shown + issued(maker, larger, ENDORSES, 9))
    lies = "the attestation key is not in the TPM of that certificate"
    enrol(2, lies, endorsed=modulus(sibling_certificate) + sibling_certificate)
    enrol(2, lies, state=struct.pack("<4I", 1, 1, 1, 1) + foreign)
    enrol(2, lies, state=struct.pack("<4I", 1, 1, 1, 1) + own[:-1] + bytes([own[-1] ^ 1]))


def direct_machine(machine, name, *options):
    folder = os.path.join(machine.folder, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    bundle = os.path.join(folder, "image.bundle")
    image.bundle("profiles/vault.toml", bundle)
    return Machine(folder, image.LOADER, bundle, START_SECONDS, options, served=("link",))


def check_direct(machine):
    """The same programs, started directly, without a TPM: nothing quotes."""
    with direct_machine(machine, "direct") as direct:
        device = Device(direct)
        must("boot: direct (unmeasured)\n" in device.greeting(), "the greeting does not say that nothing was measured")
        must("\nno TPM: nothing attests what runs here\n" in direct.text["console"], "the console does not say that there is no TPM")
        direct.expect("log", r"^attest: no TPM: this system is not attested, and nothing is sealed$", start=0)
        device.cella("attest", "state").must_say(0, r"^measured +no: nothing attests what this device runs$")
        device.cella("attest", "quote", device.path("direct.quote")).must_say(2, "the device has no TPM: nothing attests")


def check_direct_tpm(machine):
    """With a TPM. The emulator's firmware keeps its log where the emulator puts the bundle, and the loader stops; with one that
    keeps none the system starts, and the TPM, which nobody else has started, says that nothing was measured."""
    tpm = tpm_new()
    process = tpm_start(tpm, os.path.join(machine.folder, "direct-tpm.txt"))
    try:
        with direct_machine(machine, "direct-log", *tpm_options(tpm, "tpm-crb")) as direct:
            direct.allowed.append(re.compile("boot stopped"))
            direct.expect("log", r"the bundle lies where the loader cannot use it - .*no TPM if its firmware keeps the TPM's log there")
        process.wait()
        process = tpm_start(tpm, os.path.join(machine.folder, "direct-tpm.txt"))
        with direct_machine(machine, "direct-tpm", "-bios", "qboot.rom", *tpm_options(tpm, "tpm-crb")) as direct:
            device = Device(direct)
            must("boot: direct (unmeasured)\n" in device.greeting(), "the greeting does not say that nothing was measured")
            direct.expect("log", r"^attest: this system was not measured: a quote will not match, and nothing is sealed$", start=0)
            device.cella("attest", "state").must_say(0, r"^measured +no: nothing attests what this device runs$")
            key = device.path("direct.key")
            device.cella("attest", "enrol", key).must_say(0, r"^TPM key ")
            know = ["--quote", device.path("direct.quote"), "--nonce", quote(device, "direct"), "--tpm", key, *files(machine)]
            for pcr in (4, 7, 11, 12):
                verify(device, 1, rf"^PCR {pcr} +DIFFERS: ", *know)
            verify(device, 1, "^attested +NO: something else was started$", *know)
            own = [direct.bundle if know[i - 1] == "--image" else word for i, word in enumerate(know)]
            verify(device, 2, "is for direct boot, which nothing measures", *own)
    finally:
        process.kill()
        shutil.rmtree(tpm, ignore_errors=True)


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
        check_direct_tpm(machine)
    finally:
        shutil.rmtree(machine.tpm_folder, ignore_errors=True)
