# SPDX-License-Identifier: GPL-3.0-or-later
"""This terminal: the device's console with every line marked, the host's own lines, and the keyboard. Its mode is put back
whatever happens."""

import os
import re
import sys
import termios
import tty

# What the firmware writes before our loader: colours, cursor moves, clear screen.
ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_=>])")
DEVICE, HOST = "device | ", "host   : "


class Terminal:
    def __init__(self, keyboard):
        self.keyboard = keyboard
        self.saved = None
        self.line = ""  # what stands on the device's present line
        self.blank = True
        self.rest = b""
        self.bold = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    def __enter__(self):
        if self.keyboard:
            self.saved = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)  # keys one by one, no echo: the device echoes; Ctrl-C still stops us
        return self

    def __exit__(self, *exception):
        self.fresh_line()
        if self.saved:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self.saved)

    def write(self, text):
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # nobody reads us any more; go on to a clean end

    def fresh_line(self):
        if self.line:
            self.write("\n")
            self.line = ""

    def host(self, text):
        """One line or several from this side of the wire. A line of the device that they break into is begun again below."""
        broken = self.line
        self.fresh_line()
        for line in text.splitlines() or [""]:
            self.write(HOST + line + "\n")
        if broken:
            self.write(DEVICE + broken)
            self.line = broken

    def device(self, data):
        """Text from the device's console. Returns it without escapes, for whoever looks for prompts in it."""
        data = self.rest + data
        cut = data.rfind(b"\x1b")
        self.rest = b""
        if cut >= 0 and len(data) - cut < 16 and not ESCAPES.match(data, cut):
            data, self.rest = data[:cut], data[cut:]
        text = ESCAPES.sub(b"", data).decode("ascii", "replace").replace("\r\n", "\n")
        for char in text:
            self.device_char(char)
        return text

    def device_char(self, char):
        if char == "\n":
            if self.line:
                self.write("\n")
            elif not self.blank:
                self.write(DEVICE.rstrip() + "\n")
            self.blank = not self.line
            self.line = ""
        elif char == "\b":
            if self.line:
                self.write("\b")
                self.line = self.line[:-1]
        elif char.isprintable():
            if not self.line:
                self.write(DEVICE)
            self.write(char)
            self.line += char
