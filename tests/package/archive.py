# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages as somebody makes them who does not use our tool (lib/format/package.h): taken apart, changed, put together again
with the root that the result has. What is right about a package stays right, unless it is what was to be changed."""

import functools
import struct

from package.blake3 import blake3

PAGE, ALIGN, HEADER, ENTRY, ROOT = 4096, 32, 32, 80, 32
FILE, LINK = 1, 2
CODE_ROOT_AT = 56  # in the plan: behind magic, version, grant count, version text, number


class File:
    def __init__(self, name, content, kind=FILE):
        self.name, self.content, self.kind = name, bytes(content), kind


def rounded(value, unit):
    return (value + unit - 1) // unit * unit


def take_apart(package):
    """The files of a good package."""
    count, files = struct.unpack_from("<I", package, 12)[0], []
    for i in range(count):
        name, kind, offset, size = struct.unpack_from("<64sIII", package, HEADER + i * ENTRY)
        files.append(File(name.rstrip(b"\0").decode(), package[offset:offset + size], kind))
    return files


@functools.lru_cache(maxsize=None)
def leaf(page):
    return blake3(b"\0" + page)


def root_of(archive):
    """RFC 6962's tree over the pages."""
    def over(leaves):
        if len(leaves) == 1:
            return leaves[0]
        left = 1
        while left * 2 < len(leaves):
            left *= 2
        return blake3(b"\1" + over(leaves[:left]) + over(leaves[left:]))
    return over([leaf(archive[at:at + PAGE]) for at in range(0, len(archive), PAGE)])


def put_together(files, order=None):
    """An archive of these files, each where it must lie, sorted by name unless an `order` is given."""
    files = sorted(files, key=order or (lambda file: file.name))
    at, table, content = HEADER + len(files) * ENTRY, b"", b""
    start = at
    for file in files:
        content += bytes(rounded(at, ALIGN) - at)
        at = rounded(at, ALIGN)
        table += struct.pack("<64sIIII", file.name.encode(), file.kind, at, len(file.content), 0)
        content += file.content
        at += len(file.content)
    size = rounded(at, PAGE)
    return struct.pack("<8sIIQQ", b"CELAPACK", 1, len(files), size, 0) + table + content + bytes(size - start - len(content))


def named(files, name):
    return next(file for file in files if file.name == name)


def code_root(files):
    """What the plan says that the program is."""
    return named(files, "plan").content[CODE_ROOT_AT:CODE_ROOT_AT + ROOT]
