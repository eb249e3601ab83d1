# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulated machine: QEMU with its three serial lines as socket pairs, so that no name can be stale or too long.
What each line said is kept in memory and in a file of the test's folder; a line that others are to talk to is served as a
socket LINE.sock in that folder instead. With `throttled` the console's line holds only a few bytes that nobody has read: the
device stops writing until read() is called, so that a test can do something in the middle of a line. QEMU ends with this
program, however that ends."""

import ctypes
import os
import re
import selectors
import signal
import socket
import subprocess
import time

LINES = ("console", "link", "log")  # COM1, COM2, COM3
PR_SET_PDEATHSIG = 1
STOPPED = re.compile(r"cella: the machine stopped: .*")


class Failed(Exception):
    """A test's verdict: one sentence that says what was wrong."""


LIBRARY = ctypes.CDLL(None)  # looked up here: after a fork beside other threads nothing may be loaded


def follow_parent():
    LIBRARY.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Machine:
    """`with Machine(folder, loader, bundle) as m:` boots; leaving the block ends QEMU."""

    def __init__(self, folder, loader, bundle, seconds=60, options=(), served=(), throttled=False):
        self.folder, self.loader, self.bundle = folder, os.path.abspath(loader), os.path.abspath(bundle)
        self.options, self.served, self.end = list(options), served, time.monotonic() + seconds
        self.throttled = throttled
        self.text = {line: "" for line in LINES}
        self.at = {line: 0 for line in LINES}  # up to where expect() has read
        self.forbidden = []  # (line, compiled pattern)
        self.allowed = []  # compiled patterns that excuse what is forbidden
        self.checked = {line: 0 for line in LINES}
        self.qemu = None

    def boot_options(self):
        """What the machine boots from, and the kind of board for it."""
        return ["-M", "q35", "-kernel", self.loader, "-initrd", self.bundle]

    def link_path(self):
        """The companion's socket, with a short name: relative to the working folder."""
        return os.path.relpath(os.path.join(self.folder, "link.sock"))

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        self.selector, self.sockets, self.files, theirs = selectors.DefaultSelector(), {}, {}, []
        command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-accel", "tcg", "-cpu", "max",
                   "-m", "128", "-display", "none", "-net", "none", "-no-reboot",
                   "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", *self.boot_options()]
        for line in self.served:
            if os.path.lexists(os.path.join(self.folder, f"{line}.sock")):
                os.unlink(os.path.join(self.folder, f"{line}.sock"))
        for line in LINES:
            if line in self.served:
                command += ["-chardev", f"socket,id={line},path={line}.sock,server=on,wait=off", "-serial", f"chardev:{line}"]
                continue
            ours, other = socket.socketpair()
            if line == "console" and self.throttled:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)  # as little as the system allows
            ours.setblocking(False)
            theirs.append(other)
            self.sockets[line] = ours
            self.files[line] = open(os.path.join(self.folder, f"{line}.txt"), "wb")
            self.selector.register(ours, selectors.EVENT_READ, line)
            command += ["-chardev", f"socket,id={line},fd={other.fileno()}", "-serial", f"chardev:{line}"]
        with open(os.path.join(self.folder, "qemu.txt"), "wb") as log:
            self.qemu = subprocess.Popen(command + self.options, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                         stderr=log, pass_fds=[s.fileno() for s in theirs], preexec_fn=follow_parent)
        for other in theirs:
            other.close()
        return self

    def __exit__(self, *_):
        if self.qemu.poll() is None:
            self.qemu.kill()
        self.qemu.wait()
        for line in self.sockets:
            self.sockets[line].close()
            self.files[line].close()
        self.selector.close()

    def read(self, seconds):
        """Take what has arrived, waiting at most so long. False when QEMU has ended and nothing is left."""
        alive = self.qemu.poll() is None
        ready = self.selector.select(min(seconds, 0.5) if alive else 0)
        for key, _ in ready:
            try:
                data = key.fileobj.recv(1 if self.throttled and key.data == "console" else 65536)
            except ConnectionError:
                data = b""
            if not data:
                self.selector.unregister(key.fileobj)
                continue
            self.files[key.data].write(data)
            self.files[key.data].flush()
            self.text[key.data] += data.decode("ascii", "replace").replace("\r", "")
        self.check()
        return alive or bool(ready)

    def wait(self, seconds):
        """Let so much time pass."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.read(0.05):
            pass

    def check(self):
        """Whole lines that must not be there end the test at once."""
        for line in LINES:
            end = self.text[line].rfind("\n") + 1
            for said in self.text[line][self.checked[line]:end].splitlines():
                excused = any(p.search(said) for p in self.allowed)
                if STOPPED.search(said) and not excused:
                    raise Failed(said)
                for where, pattern in self.forbidden:
                    if where == line and pattern.search(said) and not excused:
                        raise Failed(f"the {line} says: {said}")
            self.checked[line] = max(end, self.checked[line])

    def expect(self, line, pattern, seconds=None, start=None):
        """Wait until `line` has said `pattern` after what was expected before (or after `start`); the match. What
        ends with `$` waits for the end of the line."""
        limit = self.end if seconds is None else min(self.end, time.monotonic() + seconds)
        compiled = re.compile(pattern, re.MULTILINE)
        while True:
            end = self.text[line].rfind("\n") + 1 if pattern.endswith("$") else len(self.text[line])
            found = compiled.search(self.text[line], self.at[line] if start is None else start, end)
            if found:
                self.at[line] = max(found.end(), self.at[line])
                return found
            left = limit - time.monotonic()
            if left <= 0:
                raise Failed(f"the {line} did not say `{pattern}` in time")
            if not self.read(left):
                raise Failed(f"the machine ended (status {self.qemu.returncode}) before the {line} said `{pattern}`")

    def send(self, line, data):
        self.sockets[line].setblocking(True)
        self.sockets[line].sendall(data)
        self.sockets[line].setblocking(False)

    def lines(self, line="log"):
        return self.text[line].splitlines()
