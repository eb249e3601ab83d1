# SPDX-License-Identifier: GPL-3.0-or-later
"""Exactly the methods in the caller's manifest arrive: asked of the caller (what the kernel let through) and of the
servers (what they heard). Numbers come from abi/, permissions from the manifest; nothing is listed here."""

import glob
import re
import tomllib

from runner.machine import Failed

CALLER = 7  # its number in the profile
SERVER = {2: "entropy", 3: "console", 4: "link", 5: "vault", 6: "reader"}  # by number in the profile


def interfaces():
    """Service name -> (number, {method name: number})."""
    services = {}
    for path in glob.glob("abi/*.idl"):
        text = open(path).read()
        head = re.search(r"^service (\w+) (\d+)", text, re.MULTILINE)
        if head:
            methods = re.findall(r"^(\d+) (\w+)", text, re.MULTILINE)
            services[head.group(1)] = (int(head.group(2)), {name: int(number) for number, name in methods})
    return services


def allowed(services):
    """Service number -> mask of the methods in the manifest."""
    with open("tests/cells/caller/manifest.toml", "rb") as file:
        permissions = tomllib.load(file)["permissions"]
    masks = {}
    for name, methods in permissions.items():
        number, known = services[name]
        masks[number] = sum(1 << known[method] for method in methods)
    return masks


def check_caller(machine, masks):
    everything = (1 << 64) - 1
    for service in range(1, 64):
        for way in ("call", "lend", "lend_mut", "send"):
            said = machine.expect("log", rf"^{CALLER}: service {service} {way}: through 0x(\w+), denied 0x(\w+), "
                                  r"no capability 0x(\w+)$")
            through, denied, none = (int(number, 16) for number in said.groups())
            mask = masks.get(service, 0)
            if through & ~mask:
                raise Failed(f"service {service} by {way}: let through {through:#x}, the manifest says {mask:#x}")
            # The steward's own dispatcher refuses a send to it; what the manifest names must not be without capability.
            if mask and (none or through | denied != everything or (way != "send" and through != mask)):
                raise Failed(f"service {service} by {way}: {mask:#x} allowed, but only {through:#x} went through")
            if not mask and none != everything:
                raise Failed(f"service {service} by {way}: there is a capability that no manifest gives")


def check_servers(machine, services, masks):
    heard = {}
    for line in machine.lines():
        said = re.match(rf"(\d+): heard (?:call|send) (\d+) from {CALLER}$", line)
        if said and int(said.group(1)) in SERVER:
            number = services[SERVER[int(said.group(1))]][0]
            heard[number] = heard.get(number, 0) | 1 << int(said.group(2))
        said = re.match(rf"{CALLER}: the log heard (?:call|send) (\d+)$", line)
        if said:
            heard[services["log"][0]] = heard.get(services["log"][0], 0) | 1 << int(said.group(1))
    steward = services["steward"][0]
    wanted = {number: mask for number, mask in masks.items() if number != steward}
    if heard != wanted:
        raise Failed(f"the servers heard {heard}, the manifest says {wanted}")


def check(machine, folder):
    services = interfaces()
    masks = allowed(services)
    check_caller(machine, masks)
    machine.expect("log", rf"^{CALLER}: end \d+ good, 0 bad$")
    check_servers(machine, services, masks)
