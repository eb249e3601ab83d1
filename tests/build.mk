# SPDX-License-Identifier: GPL-3.0-or-later
include $(wildcard tests/*/build.mk)
