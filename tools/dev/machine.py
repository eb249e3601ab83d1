# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated device: a software TPM and QEMU, both with build/run as their working folder, so that socket names are short
however long the path of the clone is. Whoever holds build/run/lock owns that folder; a process that an earlier run left
there is ended first."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

FIRMWARE = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
FLASH_BYTES = 32768
SOCKETS = ("console.sock", "link.sock", "tpm.sock")
PR_SET_PDEATHSIG = 1
TEN_SECONDS = 10


class Stopped(Exception):
    """The device could not be started, or it stopped; the text is a sentence for the person."""


def follow_parent():
    # If this program is killed outright, the emulator goes too.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end_orphans(folder):
    """End emulators whose working folder is `folder`: they belong to a run that is gone."""
    real = os.path.realpath(folder)
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            name = open(f"/proc/{pid}/comm").read().strip()
            if name.startswith(("qemu-system", "swtpm")) and os.readlink(f"/proc/{pid}/cwd") == real:
                os.kill(int(pid), signal.SIGKILL)
        except OSError:
            pass  # it ended meanwhile, or it is somebody else's


def wait_for(path, process, seconds):
    end = time.monotonic() + seconds
    while not os.path.exists(path):
        if process.poll() is not None or time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


class Machine:
    def __init__(self, folder, disk, variables):
        self.folder, self.disk, self.variables = folder, os.path.abspath(disk), os.path.abspath(variables)
        self.qemu = self.tpm = self.private = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def spawn(self, command, log):
        return subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=open(self.path(log), "wb"),
                                stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=follow_parent)

    def tpm_spawn(self, state, control):
        os.makedirs(state, mode=0o700, exist_ok=True)
        self.tpm = self.spawn(["swtpm", "socket", "--tpm2", "--terminate", "--tpmstate", f"dir={os.path.abspath(state)}",
                               "--ctrl", f"type=unixio,path={control}"], "tpm.log")
        return wait_for(os.path.join(self.folder, control), self.tpm, TEN_SECONDS)

    def tpm_start(self):
        """In build/run if swtpm may write there; its security profile may allow only some folders, /tmp among them."""
        if self.tpm_spawn(self.path("tpm"), "tpm.sock"):
            return "tpm.sock"
        self.private = tempfile.mkdtemp(prefix="cella-")
        if os.path.isdir(self.path("tpm")):
            shutil.copytree(self.path("tpm"), os.path.join(self.private, "tpm"))
        control = os.path.join(self.private, "tpm.sock")
        if self.tpm_spawn(os.path.join(self.private, "tpm"), control):
            return control
        raise Stopped(f"the software TPM did not start: {self.last_line('tpm.log')} - see {self.path('tpm.log')}")

    def flash(self):
        """The small flash memory that the vault's record is kept in; an empty one at first."""
        if not os.path.exists(self.path("flash.img")):
            with open(self.path("flash.img"), "wb") as file:
                file.write(bytes(FLASH_BYTES))
        return ["-device", "isa-ide,id=ata", "-drive", "if=none,id=flash,format=raw,file=flash.img",
                "-device", "ide-hd,drive=flash,bus=ata.0"]

    def start(self):
        end_orphans(self.folder)
        for name in SOCKETS:
            if os.path.lexists(self.path(name)):
                os.unlink(self.path(name))
        open(self.path("log.txt"), "wb").close()
        control = self.tpm_start()
        self.qemu = self.spawn([
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-accel", "tcg", "-cpu", "max", "-m", "128",
            "-M", "q35,smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on", "-no-reboot",
            "-display", "none", "-vga", "std", "-net", "none",
            "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={FIRMWARE}",
            "-drive", f"if=pflash,unit=1,format=raw,file={comma(self.variables)}",
            "-drive", f"if=none,id=disk,format=raw,snapshot=on,file={comma(self.disk)}", "-device", "ide-hd,drive=disk",
            "-chardev", "socket,id=console,path=console.sock,server=on,wait=off", "-serial", "chardev:console",
            "-chardev", "socket,id=link,path=link.sock,server=on,wait=off", "-serial", "chardev:link",
            "-chardev", "file,id=log,path=log.txt", "-serial", "chardev:log",
            "-chardev", f"socket,id=tpm,path={comma(control)}", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
            "-device", "tpm-crb,tpmdev=tpm0", *self.flash()], "emulator.log")
        if not wait_for(self.path("link.sock"), self.qemu, TEN_SECONDS):
            raise Stopped(f"the emulator did not start: {self.last_line('emulator.log')}")

    def console(self):
        """The trusted console's line, as a connected socket."""
        line = socket.socket(socket.AF_UNIX)
        here = os.open(".", os.O_RDONLY)
        try:
            os.chdir(self.folder)
            line.connect("console.sock")
        except OSError as error:
            raise Stopped(f"the emulator's console cannot be reached: {error.strerror}") from error
        finally:
            os.fchdir(here)
            os.close(here)
        line.setblocking(False)
        return line

    def running(self):
        return self.qemu is not None and self.qemu.poll() is None

    def last_line(self, log):
        try:
            lines = open(self.path(log), errors="replace").read().strip().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "it said nothing"

    def stop(self):
        for process in (self.qemu, self.tpm):
            if process is None or process.poll() is not None:
                continue
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name in SOCKETS:
            if os.path.lexists(self.path(name)):
                os.unlink(self.path(name))
        if self.private:
            kept = os.path.join(self.private, "tpm")
            if os.path.isdir(kept):  # what the TPM remembers
                shutil.copytree(kept, self.path("tpm"), dirs_exist_ok=True)
            shutil.rmtree(self.private, ignore_errors=True)


def comma(path):
    """In a QEMU option a comma of a file name is written twice."""
    return path.replace(",", ",,")
