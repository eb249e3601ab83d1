# SPDX-License-Identifier: GPL-3.0-or-later
"""The companion link from outside the host tool (docs/link.md): frames that the tool would never send, and a cable that can
be pulled out."""

import os
import random
import select
import socket
import struct
import threading
import time

from runner.machine import Failed

HELLO, STATUS, SIGN_BEGIN, SIGN_DATA, SIGN_END = 1, 2, 4, 5, 6
ANSWER = 0x80
POLYNOMIAL = 0x82F63B78  # CRC-32C, RFC 3720 section 12.1, lowest bit first


def crc_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


TABLE = crc_table()


def crc(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def stuffed(data):
    """COBS."""
    out = bytearray()
    blocks = data.split(b"\0")
    for block in blocks:
        while len(block) >= 254:
            out += b"\xff" + block[:254]
            block = block[254:]
        out += bytes([len(block) + 1]) + block
    return bytes(out)


def unstuffed(data):
    out, at = bytearray(), 0
    while at < len(data):
        size = data[at]
        out += data[at + 1:at + size]
        at += size
        if size < 255 and at < len(data):
            out.append(0)
    return bytes(out)


def frame(kind, session, sequence, payload):
    raw = struct.pack("<BBHII", kind, 0, len(payload), session, sequence) + payload
    return b"\0" + stuffed(raw + struct.pack("<I", crc(raw))) + b"\0"


class Client:
    """A program on the link."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.session, self.sequence, self.heard = 0, 0, b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """All of it, reading what comes meanwhile: a device whose answers nobody reads stops."""
        self.socket.setblocking(False)
        end = time.monotonic() + 60
        while data:
            if time.monotonic() > end:
                raise Failed("the device takes nothing from the link any more")
            try:
                self.heard += self.socket.recv(65536)
            except BlockingIOError:
                pass
            try:
                data = data[self.socket.send(data[:4096]):]
            except BlockingIOError:
                time.sleep(0.002)

    def ask(self, kind, payload):
        """Status and payload of the answer; a question that is not answered is repeated."""
        self.sequence += 1
        self.heard = b""
        for seconds in (1, 2, 4, 4, 4):
            self.send(frame(kind, self.session, self.sequence, payload))
            answer = self.answer(kind, time.monotonic() + seconds)
            if answer:
                return answer
        raise Failed(f"the device does not answer question {kind}")

    def answer(self, kind, end):
        """What came until `end`; none if nothing did."""
        while True:
            while b"\0" in self.heard:
                data, self.heard = self.heard.split(b"\0", 1)
                raw = unstuffed(data)
                if len(raw) < 16 or crc(raw[:-4]) != struct.unpack("<I", raw[-4:])[0]:
                    continue
                said, status, length, session, sequence = struct.unpack("<BBHII", raw[:12])
                if (said, session, sequence) == (kind | ANSWER, self.session, self.sequence):
                    return status, raw[12:12 + length]
            self.socket.settimeout(max(end - time.monotonic(), 0.001))
            try:
                self.heard += self.socket.recv(65536)
            except TimeoutError:
                return None

    def hello(self):
        """Begin a new session."""
        self.session, self.sequence = random.randrange(1 << 32), 0
        return self.ask(HELLO, struct.pack("<I", 1))


class Cable:
    """Between the host tool and the device's socket; pulled out after each of the given numbers of bytes to the device, and
    whenever pull() is called."""

    def __init__(self, path, device, cuts=()):
        self.path, self.device, self.cuts, self.pulled, self.ends = path, device, list(cuts), 0, False
        if os.path.lexists(path):
            os.unlink(path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(1)
        self.listener.settimeout(0.2)
        self.out = threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends = True
        self.thread.join()
        self.listener.close()

    def pull(self):
        self.out.set()

    def work(self):
        while not self.ends:
            try:
                host, _ = self.listener.accept()
            except TimeoutError:
                continue
            with host, socket.socket(socket.AF_UNIX) as device:
                device.connect(self.device)
                self.carry(host, device)

    def carry(self, host, device):
        """Until one side is gone, or the cable is pulled."""
        self.out.clear()
        left = self.cuts.pop(0) if self.cuts else None
        while not self.ends:
            for source in select.select((host, device), (), (), 0.05)[0]:
                try:
                    data = source.recv(4096)
                    if source is host and left is not None:
                        data, left = data[:left], left - len(data)
                    (device if source is host else host).sendall(data)
                except OSError:
                    return
                if not data:
                    return
            if self.out.is_set() or left is not None and left <= 0:
                self.pulled += 1
                return


class Liar(Cable):
    """A cable that puts payloads of its own into answers: `lies` has them by the question's type."""

    def __init__(self, path, device, lies):
        super().__init__(path, device)
        self.lies, self.heard = lies, b""

    def changed(self, data):
        self.heard += data
        *whole, self.heard = self.heard.split(b"\0")
        out = b""
        for part in whole:
            raw = unstuffed(part)
            kind = raw[0] & ~ANSWER if len(raw) >= 16 and raw[0] & ANSWER else None
            if kind in self.lies:
                _, _, _, session, sequence = struct.unpack("<BBHII", raw[:12])
                out += frame(kind | ANSWER, session, sequence, self.lies[kind])
            else:
                out += part + b"\0"
        return out

    def carry(self, host, device):
        while not self.ends:
            for source in select.select((host, device), (), (), 0.05)[0]:
                try:
                    data = source.recv(4096)
                    (device if source is host else host).sendall(data if source is host else self.changed(data))
                except OSError:
                    return
                if not data:
                    return
