# SPDX-License-Identifier: GPL-3.0-or-later
include $(wildcard apps/*/build.mk)
