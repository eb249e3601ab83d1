# SPDX-License-Identifier: GPL-3.0-or-later
"""A good package made bad in one way at a time, for a chain to vouch for all the same: BAD is (refusal of
lib/format/package_refusal.def, or the device's words for what is above its ceiling; what is done to the files)."""

import re
import struct

from package.archive import LINK, PAGE, File, named, put_together

CODE_ROOT_AT, PORTS_AT, GRANT = 56, 296, 24  # in the plan (abi/plan.h)
LARGE = (1 << 20) + 1
NO_METHOD, RESTORE, ACCOUNT, NO_SERVICE = 1 << 60, 1 << 36, 1 << 2, 0xffff  # of the vault


def sentences():
    """Refusal -> what a device says."""
    with open("lib/format/package_refusal.def") as file:
        found = re.findall(r'^REFUSAL\((\w+),\s*((?:"[^"]*"\s*)+)\)', file.read(), re.MULTILINE)
    return {name: "".join(re.findall(r'"([^"]*)"', text)) for name, text in found}


def with_file(name):
    return lambda files: put_together([*files, File(name, b"x")])


def without(name):
    return lambda files: put_together([file for file in files if file.name != name])


def of_kind(name, kind):
    return lambda files: put_together([File(file.name, file.content, kind if file.name == name else file.kind) for file in files])


def changed(name, at, data):
    """Some bytes of one file; from its end if `at` is below 0."""
    def change(files):
        content = bytearray(named(files, name).content)
        at_byte = at % len(content)
        content[at_byte:at_byte + len(data)] = data
        return put_together([File(file.name, content if file.name == name else file.content) for file in files])
    return change


def twice(files):
    return put_together([*files, File("manifest.toml", named(files, "manifest.toml").content)])


def backwards(files):
    return put_together(files, order=lambda file: -files.index(file))


def too_large(files):
    return put_together([*files, File("resources/large", bytes(LARGE))])


def hidden(files):
    archive = bytearray(put_together(files))
    archive[-1] = 1
    return bytes(archive)


def moved(files):
    """The second file's place in the table is that of the first."""
    archive = bytearray(put_together(files))
    archive[32 + 80 + 68:32 + 80 + 72] = archive[32 + 68:32 + 72]
    return bytes(archive)


def permitted(methods):
    """The last service of the plan, with these methods in place of what the manifest says."""
    return changed("plan", -GRANT + 8, struct.pack("<Q", methods))


BAD = [
    ("LINK", of_kind("manifest.toml", LINK)),
    ("OUTSIDE", with_file("../boot/loader")),
    ("NAME", with_file("Readme")),
    ("KIND", of_kind("manifest.toml", 7)),
    ("EXTRA", with_file("readme")),
    ("NO_IMAGE", without("image")),
    ("NO_MANIFEST", without("manifest.toml")),
    ("NO_PLAN", without("plan")),
    ("DUPLICATE", twice),
    ("ORDER", backwards),
    ("PLACE", moved),
    ("HIDDEN", hidden),
    ("TOO_LARGE", too_large),
    ("MANIFEST", changed("manifest.toml", 0, b"\x1b")),
    ("CODE", changed("image", PAGE // 2, b"\xcc\xcc")),
    ("CODE_ROOT", changed("plan", CODE_ROOT_AT, bytes(32))),
    ("PLAN_RIGHTS", changed("plan", PORTS_AT, struct.pack("<HH", 0x60, 4))),
    ("PLAN_GRANTS", changed("plan", -GRANT + 4, struct.pack("<I", NO_SERVICE))),
    # Permissions that no interface declares, and that the manifest does not.
    (r"lets no app call vault\.method 60", permitted(NO_METHOD)),
    (r"lets no app call vault\.restore", permitted(RESTORE)),
]
