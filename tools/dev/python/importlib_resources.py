# SPDX-License-Identifier: GPL-3.0-or-later
"""What virt-firmware 24.11 wants of the package of this name, which Python itself has by now."""

from importlib.resources import files  # noqa: F401
