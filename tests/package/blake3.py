# SPDX-License-Identifier: GPL-3.0-or-later
"""BLAKE3 of short inputs, in its plain mode, for tests that make packages (the BLAKE3 paper, section 2). Slow."""

import struct

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
COLUMNS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
MASK, CHUNK, BLOCK, ROUNDS = 0xFFFFFFFF, 1024, 64, 7


def turned(value, bits):
    return (value >> bits | value << (32 - bits)) & MASK


def compress(chain, words, counter, length, flags):
    """The first eight words of the output."""
    v = [*chain, *IV[:4], counter & MASK, counter >> 32, length, flags]
    for _ in range(ROUNDS):
        for i, (a, b, c, d) in enumerate(COLUMNS):
            for word, first, second in ((words[2 * i], 16, 12), (words[2 * i + 1], 8, 7)):
                v[a] = (v[a] + v[b] + word) & MASK
                v[d] = turned(v[d] ^ v[a], first)
                v[c] = (v[c] + v[d]) & MASK
                v[b] = turned(v[b] ^ v[c], second)
        words = [words[p] for p in PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)]


def chunk(data, counter, last):
    """The chaining value of one chunk; `last` is ROOT if there is no other."""
    chain, blocks = IV, [data[i:i + BLOCK] for i in range(0, len(data), BLOCK)] or [b""]
    for i, block in enumerate(blocks):
        flags = CHUNK_START * (i == 0) | (CHUNK_END | last) * (i == len(blocks) - 1)
        chain = compress(chain, struct.unpack("<16I", block.ljust(BLOCK, b"\0")), counter, len(block), flags)
    return chain


def tree(data, counter, last):
    """A chaining value: the left part is the largest power of two of chunks that leaves something."""
    if len(data) <= CHUNK:
        return chunk(data, counter, last)
    left = CHUNK
    while left * 2 < len(data):
        left *= 2
    words = tree(data[:left], counter, 0) + tree(data[left:], counter + left // CHUNK, 0)
    return compress(IV, words, 0, BLOCK, PARENT | last)


def blake3(data):
    return struct.pack("<8I", *tree(data, 0, ROOT))
