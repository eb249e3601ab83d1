# SPDX-License-Identifier: GPL-3.0-or-later
# The libraries; lib/os first, because it says how cells are built.
include lib/os/build.mk $(filter-out lib/os/build.mk,$(wildcard lib/*/build.mk))
