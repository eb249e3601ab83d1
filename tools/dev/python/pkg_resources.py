# SPDX-License-Identifier: GPL-3.0-or-later
"""What virt-firmware 24.2 wants of the package of this name, so that it need not be installed."""

import importlib.util
import os


def resource_filename(package, name):
    return os.path.join(importlib.util.find_spec(package).submodule_search_locations[0], name)
