# SPDX-License-Identifier: GPL-3.0-or-later
"""A software TPM asked directly, when the machine that used it has been killed: swtpm keeps what its registers held. And the
event log that the loader hands on, read by a parser of its own."""

import hashlib
import os
import socket
import struct

INIT, SET_DATA = 2, 16  # swtpm's control channel: CMD_INIT, CMD_SET_DATAFD
SHA256 = 0x0B
OWNER, PASSWORD = 0x40000001, 0x40000009
DIGESTS = {0x04: 20, 0x0B: 32, 0x0C: 48, 0x0D: 64, 0x12: 32}
PCRS = 24


class Tpm:
    """`path` is swtpm's control socket; nobody else is connected to it."""

    def __init__(self, path):
        self.control = socket.socket(socket.AF_UNIX)
        self.control.settimeout(10)
        self.control.connect(path)
        self.data, theirs = socket.socketpair(socket.AF_UNIX)
        self.data.settimeout(10)
        socket.send_fds(self.control, [struct.pack(">I", SET_DATA)], [theirs.fileno()])
        theirs.close()
        result = struct.unpack(">I", self.control.recv(4))[0]
        if result != 0:
            raise OSError(f"swtpm gave no data channel: {result}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.data.close()
        self.control.close()

    def command(self, code, body, sessions=False):
        """The parameters of the answer; an error of the TPM is an OSError with its number."""
        self.data.sendall(struct.pack(">HII", 0x8002 if sessions else 0x8001, 10 + len(body), code) + body)
        answer = b""
        while len(answer) < 10 or len(answer) < struct.unpack_from(">I", answer, 2)[0]:
            part = self.data.recv(4096)
            if not part:
                raise OSError("swtpm closed its data channel")
            answer += part
        result = struct.unpack_from(">I", answer, 6)[0]
        if result != 0:
            raise OSError(result, f"the TPM says 0x{result:x}")
        return answer[10:]

    def power_on(self):
        """For a TPM that no machine has started."""
        self.control.sendall(struct.pack(">II", INIT, 0))
        if struct.unpack(">I", self.control.recv(4))[0] != 0:
            raise OSError("swtpm did not start its TPM")
        self.command(0x144, struct.pack(">H", 0))

    def pcrs(self):
        """Register number -> SHA-256 bank's value in hexadecimal."""
        values = {}
        for pcr in range(PCRS):
            mask = (1 << pcr).to_bytes(3, "little")
            answer = self.command(0x17E, struct.pack(">IHB", 1, SHA256, 3) + mask)
            if struct.unpack_from(">I", answer, 14)[0] == 1:
                values[pcr] = answer[20:52].hex()
        return values

    def authorised(self, code, handles, parameters, password=b""):
        session = struct.pack(">IHBH", PASSWORD, 0, 0, len(password)) + password
        return self.command(code, handles + struct.pack(">I", len(session)) + session + parameters, sessions=True)

    def index_define(self, index, attributes, size=8, password=b""):
        public = struct.pack(">IHIHH", index, SHA256, attributes, 0, size)
        parameters = struct.pack(">H", len(password)) + password + struct.pack(">H", len(public)) + public
        self.authorised(0x12A, struct.pack(">I", OWNER), parameters)

    def index_undefine(self, index):
        self.authorised(0x122, struct.pack(">II", OWNER, index), b"")

    def index_increment(self, index, password=b""):
        self.authorised(0x134, struct.pack(">II", index, index), b"", password)


def log_events(log):
    """The records of a crypto-agile log: (register, kind, SHA-256 digest, data)."""
    first = struct.unpack_from("<I", log, 28)[0]
    at, events = 32 + first, []
    while at < len(log):
        pcr, kind, count = struct.unpack_from("<III", log, at)
        at += 12
        digests = {}
        for _ in range(count):
            algorithm = struct.unpack_from("<H", log, at)[0]
            digests[algorithm] = log[at + 2:at + 2 + DIGESTS[algorithm]]
            at += 2 + DIGESTS[algorithm]
        size = struct.unpack_from("<I", log, at)[0]
        events.append((pcr, kind, digests[SHA256], log[at + 4:at + 4 + size]))
        at += 4 + size
    return events


def log_replay(events):
    """What the registers must hold after these events, in hexadecimal."""
    values = {}
    for pcr, _, digest, _ in events:
        values[pcr] = hashlib.sha256(values.get(pcr, bytes(32)) + digest).digest()
    return {pcr: value.hex() for pcr, value in values.items()}
