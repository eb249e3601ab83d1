# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine under QEMU for the boot tests: the trusted console (COM1) on pipes, the companion's link (COM2) and the log
(COM3) in files, and a control socket for keys and registers. One at a time; ended when its `with` block ends."""

import contextlib
import json
import os
import re
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../.."))
from runner.tpm import Tpm  # noqa: E402

FIRMWARE = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
KEYS = ["y", "n", "ret", "spc", "esc", "f2", "f12", "up", "down", "1", "tab", "delete"]
POLL = 0.02


class TestFailed(Exception):
    pass


def expect(good, why):
    if not good:
        raise TestFailed(why)


class Machine:
    def __init__(self, folder):
        self.folder = tempfile.mkdtemp(prefix="machine-", dir=folder)
        self.qemu = self.tpm = self.tpm_folder = self.control = None
        self.heard = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.control:
            self.control.close()
        for process in (self.qemu, self.tpm):
            if process:
                process.kill()
                process.wait()
        if self.qemu:
            self.qemu.stdin.close()
            self.qemu.stdout.close()
        for folder in filter(None, (self.folder, self.tpm_folder)):
            shutil.rmtree(folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def spawn(self, machine, cpu, memory, words):
        command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-accel", "tcg", "-cpu", cpu, "-M", machine,
                   "-m", memory, "-display", "none", "-vga", "std", "-net", "none", "-no-reboot",
                   "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console", "-serial", "file:link",
                   "-serial", "file:log", "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
                   "-qmp", "unix:control,server=on,wait=off", *words]
        self.qemu = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=open(self.path("error"), "wb"))
        os.set_blocking(self.qemu.stdout.fileno(), False)

    def start_direct(self, loader, data, cpu="max", machine="q35", memory="128"):
        words = ["-kernel", loader]
        if data is not None:
            with open(self.path("bundle"), "wb") as file:
                file.write(data)
            words += ["-initrd", "bundle"]
        self.spawn(machine, cpu, memory, words)

    def start_uefi(self, disk, variables, tpm=False):
        shutil.copyfile(variables, self.path("vars"))
        words = ["-global", "driver=cfi.pflash01,property=secure,value=on",
                 "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={FIRMWARE}",
                 "-drive", "if=pflash,unit=1,format=raw,file=vars",
                 "-drive", f"if=none,id=disk,format=raw,snapshot=on,file={disk.replace(',', ',,')}",
                 "-device", "ide-hd,drive=disk"]
        if tpm:
            words += ["-chardev", f"socket,id=tpm,path={self.tpm_start(*[] if tpm == 'kept' else ['--terminate'])}", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
                      "-device", "tpm-crb,tpmdev=tpm0"]
        self.spawn("q35,smm=on", "max", "128", words)

    def tpm_start(self, *words):
        """Its own folder in /tmp: swtpm's security profile may allow no other, and socket names must be short."""
        state = self.tpm_folder = self.tpm_folder or tempfile.mkdtemp(prefix="cella-tpm-")
        sock = os.path.join(state, "s")
        self.tpm = subprocess.Popen(["swtpm", "socket", "--tpm2", *words, "--tpmstate", f"dir={state}",
                                     "--ctrl", f"type=unixio,path={sock}"], stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while not os.path.exists(sock):
            expect(time.monotonic() < end, "the software TPM did not start")
            time.sleep(POLL)
        return sock

    def tpm_stop(self):
        self.tpm.kill()
        self.tpm.wait()
        os.remove(os.path.join(self.tpm_folder, "s"))

    @contextlib.contextmanager
    def tpm_prepare(self):
        """The TPM alone, started, before the machine is: the address of its control channel."""
        yield self.tpm_start("--flags", "not-need-init,startup-clear")
        self.tpm_stop()

    def tpm_pcrs(self):
        """The registers of a TPM that was kept, once the machine has been killed."""
        self.qemu.kill()
        self.qemu.wait()
        with Tpm(os.path.join(self.tpm_folder, "s")) as tpm:
            return tpm.pcrs()

    def read(self, name):
        try:
            return open(self.path(name), "rb").read()
        except FileNotFoundError:
            return b""

    def log(self):
        return self.read("log").decode(errors="replace")

    def link(self):
        return self.read("link")

    def console(self):
        with selectors.DefaultSelector() as ready:
            ready.register(self.qemu.stdout, selectors.EVENT_READ)
            while ready.select(0):
                part = self.qemu.stdout.read()
                if not part:
                    break
                self.heard += part
        return self.heard

    def console_has(self, line):
        """On a line of its own; firmware may wrap what it shows of it, but the loader's own copy is whole."""
        return ("\r\n" + line + "\r\n").encode() in self.console()

    def wait(self, done, seconds, what, typing=b""):
        end = time.monotonic() + seconds
        while not done():
            expect(time.monotonic() < end, f"waited {seconds} s for {what}; log {self.log()[-160:]!r}")
            expect(self.qemu.poll() is None or done(),
                   f"the emulator ended before {what}: {self.read('error').decode(errors='replace').strip()}")
            self.console()
            if typing:
                self.type_serial(typing)
            time.sleep(POLL)

    def wait_log(self, pattern, seconds, typing=b""):
        self.wait(lambda: re.search(pattern, self.log()), seconds, repr(pattern), typing)

    def wait_console(self, pattern, seconds):
        self.wait(lambda: re.search(pattern.encode(), self.console()), seconds, repr(pattern))

    def wait_end(self, seconds):
        self.wait(lambda: self.qemu.poll() is not None, seconds, "the end of the probe")
        return self.log()

    def type_serial(self, data):
        try:
            self.qemu.stdin.write(data)
            self.qemu.stdin.flush()
        except BrokenPipeError:
            pass  # the emulator has ended; whoever waits for it says so

    def command(self, name, **arguments):
        if self.control is None:
            self.control = socket.socket(socket.AF_UNIX)
            here = os.open(".", os.O_RDONLY)
            os.chdir(self.folder)  # a short name, however long the clone's path is
            self.control.connect("control")
            os.fchdir(here)
            os.close(here)
            self.lines = self.control.makefile("r")
            self.lines.readline()
            self.command("qmp_capabilities")
        self.control.sendall(json.dumps({"execute": name, "arguments": arguments}).encode())
        for line in self.lines:
            answer = json.loads(line)
            if "return" in answer or "error" in answer:
                return answer.get("return")
        raise TestFailed("the emulator's control socket closed")

    def type_everything(self):
        self.type_serial(b"y\r\nyes\r\n\x1b\x03 1234\r\n")
        for key in KEYS:
            self.command("human-monitor-command", **{"command-line": f"sendkey {key} 10"})
        time.sleep(0.3)
        self.console()

    def halted(self):
        return "HLT=1" in self.command("human-monitor-command", **{"command-line": "info registers"})
