# SPDX-License-Identifier: GPL-3.0-or-later
"""A played device for `cella app install`, `list` and `remove`: the frames of lib/format/install.h behind a Unix socket.
`python3 tests/package/played.py SOCKET END [PACKAGE]`: END is how the job ends, as nine numbers of struct install_job; what is
sent is put into PACKAGE. It ends after the first connection."""

import os
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from runner.link import ANSWER, HELLO, crc, stuffed, unstuffed  # noqa: E402

BEGIN, DATA, END, RESULT, LIST, REMOVE, STATE = 16, 17, 18, 19, 20, 21, 50
CHECKING, ASKING, FAILED = 2, 3, 8
BAD_STATE, NOT_FOUND = 12, 11
APPS = [(b"note", b"1.0", 9, 1), (b"words", b"2.1", 33, 0)]


class Played:
    def __init__(self, end):
        self.session, self.size, self.package, self.end = 0x1234, None, b"", end
        self.states = [CHECKING, ASKING, ASKING, end[0]]

    def job(self):
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return struct.pack("<9I", state, len(self.package), *(self.end[2:] if state == self.end[0] else [0] * 7))

    def answer(self, kind, payload):
        """Status and payload."""
        if kind == HELLO:
            return 0, struct.pack("<II", 1, 4096)
        if kind == BEGIN:
            self.size = struct.unpack("<I", payload[:4])[0]
            return 0, struct.pack("<I", len(self.package))
        if kind == DATA:
            offset = struct.unpack("<I", payload[:4])[0]
            if offset == len(self.package):
                self.package += payload[4:]
            return 0, struct.pack("<I", len(self.package))
        if kind == END and len(self.package) != self.size:
            return BAD_STATE, b""
        if kind == REMOVE and payload not in [app[0] for app in APPS]:
            return 0, struct.pack("<9I", FAILED, *[0] * 7, NOT_FOUND)
        if kind in (END, RESULT, REMOVE):
            return 0, self.job()
        if kind == LIST:
            which = struct.unpack("<I", payload)[0]
            if which >= len(APPS):
                return 0, b""
            name, version, pages, runs = APPS[which]
            return 0, struct.pack("<II32s32s32sQ", pages, runs, name, version, bytes([which + 1]) * 32, 7)
        if kind == STATE:
            return 0, struct.pack("<4I", 1, 1, 0, 0) + bytes(range(64))
        return 1, b""

    def serve(self, link):
        heard = b""
        while True:
            more = link.recv(65536)
            if not more:
                return
            heard += more
            while b"\0" in heard:
                data, heard = heard.split(b"\0", 1)
                raw = unstuffed(data)
                if len(raw) < 16 or crc(raw[:-4]) != struct.unpack("<I", raw[-4:])[0]:
                    continue
                kind, _, length, session, sequence = struct.unpack("<BBHII", raw[:12])
                if kind == HELLO:
                    self.session = session
                status, payload = self.answer(kind, raw[12:12 + length])
                raw = struct.pack("<BBHII", kind | ANSWER, status, len(payload), session, sequence) + payload
                link.sendall(b"\0" + stuffed(raw + struct.pack("<I", crc(raw))) + b"\0")


def main():
    path, end = sys.argv[1], [int(number) for number in sys.argv[2].split(",")]
    played = Played(end)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        listener.settimeout(60)  # whoever was to come has failed
        link, _ = listener.accept()
        with link:
            played.serve(link)
    if len(sys.argv) > 3:
        with open(sys.argv[3], "wb") as file:
            file.write(played.package)


main()
