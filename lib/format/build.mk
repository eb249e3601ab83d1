# SPDX-License-Identifier: GPL-3.0-or-later
# One file for each format.
include $(filter-out lib/format/build.mk,$(wildcard lib/format/*.mk))
