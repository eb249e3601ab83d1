#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tools/dev/run.py with a fake emulator: who answers, what happens when the device fails, and whether the terminal is as it was.
Called by device.sh, in a scratch clone whose path is too long for a Unix socket's name."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time

checks = failures = 0
RUN = ["/usr/bin/python3", "tools/dev/run.py"]


def check(good, what, detail=""):
    global checks, failures
    checks += 1
    if not good:
        failures += 1
        print(f"{what}: {detail}")


def run(*arguments, **environment):
    """Without a terminal."""
    done = subprocess.run([*RUN, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, **environment}, timeout=60, text=True)
    return done.returncode, done.stdout


def left_over():
    """Emulators that are still there."""
    here = os.path.realpath("build/run")
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/cwd") == here:
                found.append(pid)
        except OSError:
            pass
    return found


class Person:
    """run.py on a terminal of its own, and somebody who types."""

    def __init__(self, *arguments, **environment):
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.text = ""
        self.process = subprocess.Popen([*RUN, *arguments], stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                        env={**os.environ, **environment}, start_new_session=True)

    def until(self, pattern, seconds=20):
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.text)):
            if time.monotonic() > end:
                check(False, f"waiting for {pattern}", self.text[-500:])
                return None
            if select.select([self.master], [], [], 0.2)[0]:
                self.text += os.read(self.master, 4096).decode("utf-8", "replace")
        return found

    def type(self, text):
        time.sleep(0.2)
        os.write(self.master, text.encode())

    def end(self, number):
        if number:
            self.process.send_signal(number)
        status = self.process.wait(20)
        same = termios.tcgetattr(self.slave) == self.before
        os.close(self.master)
        os.close(self.slave)
        return status, same


def played():
    status, said = run("yes", "demo", "once")
    check(status == 0 and "plays the person" in said and "the evidence holds" in said, "--answer yes", said)
    check("device | send 0.001 BTC" in said and "\x1b" not in said, "the request, without escapes", said)
    check("ab" * 32 in open("build/run/devices").read(), "the device key is enrolled")
    check("The seed is kept under this PIN" in said, "a fresh device keeps its seed", said)
    check("the console shows the same TPM key" in said, "the TPM is compared before it is believed", said)
    os.unlink("build/run/tpm.key")
    status, said = run("yes", "demo", "once", FAKE_KEY="beef")
    check(status == 1 and "the console shows another TPM key: c0de" in said, "another TPM than the console's", said)
    check(not os.path.exists("build/run/tpm.key"), "another TPM than the console's is not kept")
    status, said = run("yes", "demo", "once", FAKE_PIN="wrong")
    check(status == 1 and "--fresh" in said, "a kept seed that does not open", said)
    status, said = run("yes", "demo", "once", FAKE_FEE="1")
    check("The seed is open." in said and "restore" not in said, "the second start opens the kept seed", said)
    check(status == 0 and "device | fee 1> fee" in said and "Signed." in said, "--answer yes with a high fee", said)
    status, said = run("no", "demo", "once")
    check(status == 0 and "Refused" in said and "nothing was signed" in said, "--answer no", said)
    os.unlink("build/run/flash.img")
    status, said = run("yes", "none", "once")
    check(status == 0 and "The seed is restored" in said and "request" not in said.replace("requests", ""), "--no-demo", said)
    status, said = run("yes", "demo", "once", FAKE_TPM="confined")
    check(status == 0 and "Signed." in said, "a confined TPM is started in a private folder", said)


def failing():
    status, said = run("yes", "demo", "once", FAKE_DEVICE="quit")
    check(status == 1 and "the emulator did not start: " in said and "firmware" in said, "the emulator quits", said)
    status, said = run("yes", "demo", "once", FAKE_DEVICE="dies")
    check(status == 1 and "the device stopped: " in said and "triple fault" in said, "the device dies", said)
    check(left_over() == [], "nothing is left running", str(left_over()))
    # An earlier run that was killed outright, and its sockets.
    orphan = subprocess.Popen([os.environ["FAKES"] + "/swtpm", "socket", "--ctrl", "type=unixio,path=tpm.sock"], cwd="build/run")
    while not os.path.exists("build/run/tpm.sock"):
        time.sleep(0.05)
    open("build/run/link.sock", "w").close()
    status, said = run("yes", "demo", "once")
    check(status == 0, "an orphan and stale sockets", said)
    check(orphan.poll() is not None, "the orphan was ended")
    orphan.kill()


def asked():
    person = Person("ask", "demo", "stay")
    number = person.until(r"type the number (\d{4})[\s\S]*approve 1> ")
    person.type(number.group(1) + "\n" if number else "\n")
    person.until("the device stays up")
    check("Signed." in person.text and "the evidence holds" in person.text, "a person says yes", person.text[-800:])
    status, same = person.end(signal.SIGINT)
    check(status == 0, "Ctrl-C ends it well", str(status))
    check(same, "the terminal's mode after Ctrl-C")

    person = Person("ask", "demo", "once")
    person.until("approve 1> ")
    person.type("0\n")
    person.until("nothing was signed")
    status, same = person.end(None)
    check("Refused" in person.text and same, "a person says no", person.text[-800:])

    for number, what in ((signal.SIGTERM, "SIGTERM"), (signal.SIGHUP, "SIGHUP")):
        person = Person("ask", "demo", "stay")
        person.until("approve 1> ")
        status, same = person.end(number)
        check(status == 128 + number and same, f"the terminal's mode after {what}", f"{status} {same}")
    person = Person("ask", "demo", "stay", FAKE_DEVICE="dies")
    person.until("the device stopped")
    status, same = person.end(None)
    check(status == 1 and same, "the terminal's mode after a failure", f"{status} {same}")
    person = Person("ask", "demo", "stay", FAKE_DEVICE="silent")
    person.until("starting Boot0001")
    status, same = person.end(signal.SIGINT)
    check(status == 130 and same, "Ctrl-C before the device is up is no success", f"{status} {same}")
    check(left_over() == [], "nothing is left running", str(left_over()))


played()
failing()
asked()
print(f"{checks} checks, {failures} failed")
sys.exit(1 if failures or not checks else 0)
