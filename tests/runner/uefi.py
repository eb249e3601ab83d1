# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine with UEFI firmware, Secure Boot on with this clone's own keys, and a software TPM: as `./dev run` starts it."""

import getpass
import os
import shutil
import subprocess
import tempfile
import time

from runner import image
from runner.machine import Failed, Machine, follow_parent

FIRMWARE = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
TOOLS = ("swtpm", "sbsign", "mformat", "mcopy", "openssl")
TPM_SECONDS = 10

MAKER = {  # configuration of swtpm_setup and swtpm_localca; @ is their folder
    "setup": "create_certs_tool=/usr/bin/swtpm_localca\ncreate_certs_tool_config=@/localca\ncreate_certs_tool_options=@/options\n",
    "localca": "statedir = @\nsigningkey = @/key.pem\nissuercert = @/issuer.pem\ncertserial = @/serial\n",
    "options": "--platform-manufacturer Cella\n--platform-version 1\n--platform-model test\n",
}


def missing():
    """What a UEFI test needs and this machine has not; empty if it has all."""
    return [FIRMWARE] * (not os.path.exists(FIRMWARE)) + [tool for tool in TOOLS if not shutil.which(tool)]


def tool(*words):
    return image.command(["tools/dev/uefi", *words], 120)


def loader():
    """The loader, signed for this clone's firmware keys."""
    signed = f"{image.BUILD}/test/loader.efi"
    tool("sign", f"{image.BUILD}/boot/BOOTX64.EFI", signed)
    return signed


def comma(path):
    """In a QEMU option a comma of a file name is written twice."""
    return path.replace(",", ",,")


def tpm_new():
    """A folder for the state of a TPM."""
    return tempfile.mkdtemp(prefix="cella-tpm-")  # swtpm's profile may allow no other place


def tpm_made(authority):
    """A TPM as its maker leaves it, and its endorsement certificate (DER): the maker keeps his keys in the folder `authority`, whose
    `ca.pem` says whom to trust."""
    folder = tpm_new()
    os.makedirs(authority, exist_ok=True)
    for name, text in MAKER.items():
        with open(os.path.join(authority, name), "w") as file:
            file.write(text.replace("@", authority))
    image.command(["swtpm_setup", "--tpm2", "--tpmstate", folder, "--create-ek-cert", "--config", f"{authority}/setup",
                   "--write-ek-cert-files", authority, "--runas", getpass.getuser()], 60)
    with open(f"{authority}/ca.pem", "wb") as ca:
        for name in ("swtpm-localca-rootca-cert.pem", "issuer.pem"):
            with open(os.path.join(authority, name), "rb") as file:
                ca.write(file.read())
    with open(f"{authority}/ek-rsa2048.crt", "rb") as file:
        return folder, file.read()


def tpm_start(folder, log):
    """A software TPM with its state in `folder`; its process."""
    control = os.path.join(folder, "tpm.sock")
    if os.path.exists(control):
        os.unlink(control)
    with open(log, "wb") as file:
        tpm = subprocess.Popen(["swtpm", "socket", "--tpm2", "--terminate", "--tpmstate", f"dir={folder}",
                                "--ctrl", f"type=unixio,path={control}"], stdin=subprocess.DEVNULL, stdout=file,
                               stderr=file, preexec_fn=follow_parent)
    end = time.monotonic() + TPM_SECONDS
    while not os.path.exists(control):
        if tpm.poll() is not None or time.monotonic() > end:
            raise Failed(f"the software TPM did not start - see {log}")
        time.sleep(0.02)
    return tpm


def tpm_options(folder, interface):
    return ["-chardev", f"socket,id=tpm,path={comma(folder)}/tpm.sock", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
            "-device", f"{interface},tpmdev=tpm0"]


class UefiMachine(Machine):
    """`loader` is an EFI program, `bundle` one for UEFI; both go onto a disk. `tpm_kept` is a folder with a TPM's state that
    this machine takes and leaves, `tpm_there` whether it has one at all, `tpm_interface` how it is reached."""

    tpm_kept, tpm_there, tpm_interface = None, True, "tpm-crb"

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        self.tpm, self.tpm_folder = None, self.tpm_kept or tpm_new()
        shutil.copyfile(f"{image.BUILD}/keys/vars.fd", os.path.join(self.folder, "vars.fd"))
        tool("disk", os.path.join(self.folder, "disk.img"), self.loader, self.bundle)
        try:
            self.tpm_start()
            return super().__enter__()
        except BaseException:
            self.tpm_stop()
            raise

    def __exit__(self, *what):
        super().__exit__(*what)
        self.tpm_stop()

    def tpm_start(self):
        if self.tpm_there:
            self.tpm = tpm_start(self.tpm_folder, os.path.join(self.folder, "tpm.txt"))

    def tpm_stop(self):
        if self.tpm:
            self.tpm.kill()
            self.tpm.wait()
        if not self.tpm_kept:
            shutil.rmtree(self.tpm_folder, ignore_errors=True)

    def boot_options(self):
        return ["-M", "q35,smm=on", "-vga", "std", "-global", "driver=cfi.pflash01,property=secure,value=on",
                "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={FIRMWARE}",
                "-drive", "if=pflash,unit=1,format=raw,file=vars.fd",
                "-drive", "if=none,id=disk,format=raw,snapshot=on,file=disk.img", "-device", "ide-hd,drive=disk"] \
            + (tpm_options(self.tpm_folder, self.tpm_interface) if self.tpm_there else [])
