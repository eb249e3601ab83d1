#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# tools/dev/run.py with a fake emulator, TPM and host tool; see device.py.
. "$(dirname "$0")/expect.sh"

# 150 characters: longer than a Unix socket's name may be.
clone=$scratch/$(printf 'long%.0s' {1..37})
mkdir -p "$clone/build/host" "$clone/build/run" "$clone/tools" "$clone/bin"
cp -r tools/dev "$clone/tools/"
cp tests/dev/fake/cella "$clone/build/host/cella"
# Programs that refuse their own name would hide a test's mistake: the fakes stand first in the path.
cp tests/dev/fake/qemu-system-x86_64 tests/dev/fake/swtpm "$clone/bin/"
cd "$clone" && PYTHONDONTWRITEBYTECODE=1 FAKES=$clone/bin PATH="$clone/bin:$PATH" /usr/bin/python3 "$repository/tests/dev/device.py"
