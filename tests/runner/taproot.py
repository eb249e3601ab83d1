# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the BIP-340 signatures in a PSBT verify: written for the tests from the BIPs alone (174, 340, 341: key path, default
sighash), and nothing of the device's code is in it. Slow and not for secrets."""

import hashlib
import struct

P, N = 2**256 - 2**32 - 977, 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)
UNSIGNED, NON_WITNESS, WITNESS, KEY_SIGNATURE = 0, 0, 1, 0x13  # BIP-174 and BIP-371 key types


def tagged(tag, data):
    head = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(head + head + data).digest()


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(point, n):
    total = None
    for bit in f"{n:b}":
        total = add(total, total)
        total = add(total, point) if bit == "1" else total
    return total


def schnorr_good(key, message, signature):
    """BIP-340, Verification."""
    x, r, s = (int.from_bytes(part, "big") for part in (key, signature[:32], signature[32:]))
    square = (pow(x, 3, P) + 7) % P
    y = pow(square, (P + 1) // 4, P)
    if x >= P or r >= P or s >= N or y * y % P != square:
        return False
    e = int.from_bytes(tagged("BIP0340/challenge", signature[:32] + key + message), "big") % N
    found = add(times(G, s), times((x, P - y if y % 2 == 0 else y), e))  # s*G - e*P
    return found is not None and found[1] % 2 == 0 and found[0] == r


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        self.at += size
        return self.data[self.at - size:self.at]

    def size(self):
        first = self.take(1)[0]
        return first if first < 253 else int.from_bytes(self.take(1 << first - 252), "little")

    def sized(self):
        return self.take(self.size())


def maps(psbt):
    """The maps of a PSBT, the global one first: lists of (key type, rest of the key, value)."""
    found, at = [], Bytes(psbt[5:])
    while at.at < len(at.data):
        entries = []
        while key := at.sized():
            entries.append((key[0], key[1:], at.sized()))
        found.append(entries)
    return found


def transaction(data):
    """Version, inputs (outpoint, sequence), outputs (whole, as serialized), lock time."""
    at = Bytes(data)
    version = at.take(4)
    if data[4] == 0:
        at.take(2)  # BIP-144's marker
    inputs = []
    for _ in range(at.size()):
        outpoint = at.take(36)
        at.sized()
        inputs.append((outpoint, at.take(4)))
    outputs = []
    for _ in range(at.size()):
        amount = at.take(8)
        script = at.sized()
        outputs.append((amount, script))
    return version, inputs, outputs, data[-4:]


def value(entries, kind):
    return next((entry[2] for entry in entries if entry[0] == kind and not entry[1]), None)


def spent(entries, outpoint):
    """Amount and script of what an input spends."""
    own = value(entries, WITNESS)
    if own is not None:
        at = Bytes(own)
        return at.take(8), at.sized()
    return transaction(value(entries, NON_WITNESS))[2][struct.unpack("<I", outpoint[32:])[0]]


def serialized(outputs):
    return b"".join(amount + bytes([len(script)]) + script for amount, script in outputs)  # scripts are short here


def check(psbt):
    """How many BIP-340 signatures there are; none if one of them is wrong."""
    every = maps(psbt)
    version, inputs, outputs, lock = transaction(value(every[0], UNSIGNED))
    coins = [spent(entries, outpoint) for entries, (outpoint, _) in zip(every[1:], inputs)]
    sha = [hashlib.sha256(part).digest() for part in (
        b"".join(outpoint for outpoint, _ in inputs), b"".join(amount for amount, _ in coins),
        b"".join(bytes([len(script)]) + script for _, script in coins), b"".join(sequence for _, sequence in inputs),
        serialized(outputs))]
    count = 0
    for index, entries in enumerate(every[1:len(inputs) + 1]):
        signature = value(entries, KEY_SIGNATURE)
        if signature is None:
            continue
        # BIP-341, Common signature message: epoch, hash type, the transaction, spend type, the input
        message = b"\0\0" + version + lock + b"".join(sha) + b"\0" + struct.pack("<I", index)
        if not schnorr_good(coins[index][1][2:], tagged("TapSighash", message), signature):
            return None
        count += 1
    return count
