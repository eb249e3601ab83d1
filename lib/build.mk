# SPDX-License-Identifier: GPL-3.0-or-later
# Each library room has a build.mk of its own.
include $(wildcard lib/*/build.mk)
